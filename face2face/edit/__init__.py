"""Photos edited and retouched: changes to label maps, brushes, and the windows to paint in."""

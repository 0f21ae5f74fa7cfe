"""Photos edited: changes to their label maps, and the answer set into the photo."""

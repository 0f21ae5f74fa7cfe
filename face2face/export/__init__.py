"""From a trained generator to one frozen graph."""

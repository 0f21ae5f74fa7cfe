"""From a trained generator to a frozen graph, and what runs it."""

"""Training of the parser: backbone, teacher, labelled photos."""

"""Training of the parser: its backbone, its teacher, its labelled photos."""

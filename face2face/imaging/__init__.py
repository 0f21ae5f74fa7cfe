"""Pure picture operations: a picture in, a new picture out."""

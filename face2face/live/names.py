"""Names that people type."""

#: How it is shown: side by side, the target alone, its face in the driver's picture.
COMPOSITIONS = ("side", "target", "driver")

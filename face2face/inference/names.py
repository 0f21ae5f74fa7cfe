"""Names of files and tensors of a frozen graph."""

GRAPH = "frozen_model.pb"
#: The same in 8-bit whole numbers, in OpenVINO's own format; its weights lie beside it, as .bin.
QUANTISED = "frozen_model.int8.xml"
REDUCED = "generator.keras"
#: What the ancestors' graphs take; ours take panels, each by its name.
INPUT = "image_tensor"
OUTPUT = "generate_output/output"

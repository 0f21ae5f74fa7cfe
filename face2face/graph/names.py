"""Names of files and tensors of a frozen graph, as the ancestors had them."""

GRAPH = "frozen_model.pb"
#: The same in 8-bit whole numbers, in OpenVINO's own format; its weights lie beside it, as .bin.
QUANTISED = "frozen_model.int8.xml"
REDUCED = "generator.keras"
INPUT = "image_tensor"
OUTPUT = "generate_output/output"

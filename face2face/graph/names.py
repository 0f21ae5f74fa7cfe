"""Names of files and tensors of a frozen graph, as the ancestors had them."""

GRAPH = "frozen_model.pb"
REDUCED = "generator.keras"
INPUT = "image_tensor"
OUTPUT = "generate_output/output"

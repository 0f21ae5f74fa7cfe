"""Names of files and tensors of a frozen graph."""

#: The frozen graph, in TensorFlow's format.
GRAPH = "frozen_model.pb"
#: The graph in 8-bit integers, in OpenVINO's format; its weights lie next to it, as .bin.
QUANTISED = "frozen_model.int8.xml"
#: The generator alone, in Keras' format.
REDUCED = "generator.keras"
#: Input tensor of the graphs of datitran/face2face-demo; ours name each input after its panel.
LEGACY_INPUT = "image_tensor"
#: Output tensor, the same in ours and in those of datitran/face2face-demo.
OUTPUT = "generate_output/output"

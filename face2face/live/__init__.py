"""The live program, without TensorFlow."""

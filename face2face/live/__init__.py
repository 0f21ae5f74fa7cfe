"""The live program: a driver moves a target, frame by frame. It never imports TensorFlow."""

"""From a trained generator to one frozen graph: reduce, freeze, choose a precision."""

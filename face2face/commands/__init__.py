"""One file a verb: parse arguments, call the library, speak to the person."""

"""Sources and sinks: camera, file, stream, stills, window, recording."""

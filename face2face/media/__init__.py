"""Sources and sinks: camera, file, stream, stills, window, recording, virtual camera."""

# Before PyAV: both bring the X libraries, and OpenCV's window hangs on those of PyAV.
import cv2 as cv2

"""Sources and sinks: camera, video, stills, window, recording, virtual camera."""

# Import OpenCV before PyAV. Both bring X libraries, and OpenCV's window hangs on those of PyAV.
import cv2 as cv2

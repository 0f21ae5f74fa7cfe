"""Engines that run a frozen graph, and the models that come with face2face.

A module that imports OpenVINO or NNCF imports this package first: it switches off their usage
statistics.
"""

import sys

# At import, both send statistics to a host through this package. With None its import fails, and
# they fall back to stubs that send nothing.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

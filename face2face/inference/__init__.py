"""Engines that run a frozen graph, and pretrained models.

A module that imports OpenVINO or NNCF imports this package first: it switches off their usage statistics.
"""

import sys

# Both report to an analytics host at import, through this package. None makes its import fail, and both then use the
# stubs that they bring for a machine without it.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

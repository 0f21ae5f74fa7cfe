"""From a trained generator to a frozen graph, and what runs it. Only this package imports OpenVINO and NNCF."""

import sys

# Switch off the usage statistics of OpenVINO and NNCF: at import both report to an analytics host by means of this package.
# None makes its import fail, and both then use the stubs that they bring for a machine without it.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

"""OpenVINO, loaded once and without its usage statistics."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

# At import, OpenVINO and NNCF send statistics to a host through this package. With None its import
# fails, and they fall back to stubs that send nothing.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]


@cache
def core() -> Any:
    """Return the ``openvino.Core`` that all networks share.

    It is imported at the first call: that takes a tenth of a second.
    """
    import openvino

    return openvino.Core()

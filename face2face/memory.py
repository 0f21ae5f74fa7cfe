"""The main memory that this process uses."""

from __future__ import annotations

import re
import sys
from pathlib import Path

#: Linux's figures for this process.
_STATUS = Path("/proc/self/status")
#: Units of getrusage's ``ru_maxrss`` in a MiB: bytes on macOS, KiB elsewhere.
_UNITS_PER_MIB = 2**20 if sys.platform == "darwin" else 2**10


def peak_memory() -> int:
    """Return the peak memory of this process plus that of its largest finished child, in MiB.

    Returns 0 on Windows, which doesn't report it.

    >>> peak_memory() >= 0
    True
    """
    try:
        import resource
    except ImportError:
        return 0
    own, child = (
        resource.getrusage(who).ru_maxrss // _UNITS_PER_MIB
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    # On Linux, getrusage's own figure starts with the peak of the process that started this one.
    return child + (_status_mib("VmHWM") if _STATUS.is_file() else own)


def current_memory() -> int:
    """Return the memory that this process holds now, in MiB.

    Returns 0 on systems other than Linux, which don't report it.

    >>> current_memory() >= 0
    True
    """
    return _status_mib("VmRSS") if _STATUS.is_file() else 0


def _status_mib(name: str) -> int:
    """Return a figure of Linux's status file, in MiB."""
    return int(re.findall(rf"^{name}:\s*(\d+) kB", _STATUS.read_text(), re.MULTILINE)[0]) // 2**10

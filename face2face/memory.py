"""How much memory this process holds."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_memory() -> int:
    """The most main memory that this process ever held, in MiB; 0 on systems that don't tell (Windows)."""
    if _STATUS.is_file():  # what getrusage tells on Linux begins with the peak of the process that started this one
        return _told("VmHWM")
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak / (2**20 if sys.platform == "darwin" else 2**10))


def held_memory() -> int:
    """The main memory that this process holds now, in MiB; 0 on systems that don't tell (other than Linux)."""
    return _told("VmRSS") if _STATUS.is_file() else 0


def _told(name: str) -> int:
    return int(re.findall(rf"^{name}:\s*(\d+) kB", _STATUS.read_text(), re.MULTILINE)[0]) // 2**10

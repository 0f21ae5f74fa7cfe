"""How much memory this process holds."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
#: Of getrusage's unit: kibibytes, on macOS bytes.
_PER_MIB = 2**20 if sys.platform == "darwin" else 2**10


def peak_memory() -> int:
    """The most main memory that this process ever held, and with it the largest of those that it started and that have ended, in MiB; 0 on
    systems that don't tell (Windows).
    """
    try:
        import resource
    except ImportError:
        return 0
    own, started = (
        resource.getrusage(who).ru_maxrss // _PER_MIB
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    # What getrusage tells of a process itself on Linux begins with the peak of the one that started it.
    return started + (_told("VmHWM") if _STATUS.is_file() else own)


def held_memory() -> int:
    """The main memory that this process holds now, in MiB; 0 on systems that don't tell (other than Linux)."""
    return _told("VmRSS") if _STATUS.is_file() else 0


def _told(name: str) -> int:
    return int(re.findall(rf"^{name}:\s*(\d+) kB", _STATUS.read_text(), re.MULTILINE)[0]) // 2**10

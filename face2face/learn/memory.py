"""How much memory this process has held."""

from __future__ import annotations

import sys


def peak_memory() -> int:
    """The most main memory that this process ever held, in MiB; 0 on systems that don't tell (Windows)."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak / (2**20 if sys.platform == "darwin" else 2**10))

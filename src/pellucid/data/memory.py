"""How much memory there is to be had now."""

import os
from pathlib import Path

ASSUMED_BYTES = 2**32
"""Where the system does not tell."""
_OF_GROUP = Path("/sys/fs/cgroup")
"""Where Linux tells what the processes of a container may have (memory.max), and what they have."""


def available_memory() -> int:
    """The bytes that this process could take without pushing others out of memory, as far as the system tells."""
    return min(_of_machine(), _of_group())


def _of_machine() -> int:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        # Of pages in use, what is only a copy of files cannot be told from the rest: half of all is a safe guess.
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return ASSUMED_BYTES


def _of_group() -> int:
    try:
        most, used = (int((_OF_GROUP / f"memory.{name}").read_text(encoding="ascii")) for name in ("max", "current"))
        entries = [line.split() for line in (_OF_GROUP / "memory.stat").read_text(encoding="ascii").splitlines()]
    except (OSError, ValueError):  # no such group, or "max": no bound
        return 2**63
    # Pages that are only copies of files count as used, and are given back as soon as they are asked for.
    copies = sum(int(number) for name, number in entries if name in ("active_file", "inactive_file"))
    return max(0, most - max(0, used - copies))

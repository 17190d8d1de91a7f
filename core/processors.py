"""How many processors there are to work with."""

import os


def usable_processors() -> int:
    """Those that this process may use, at least 1: fewer than the machine has in a container or under `taskset`.

    Only Linux tells; `os.process_cpu_count` does the same from Python 3.13 on.
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

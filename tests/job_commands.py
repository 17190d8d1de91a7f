"""Commands for the tests of jobs: small, light, and run inside a worker process."""

import os
import signal
import time
from pathlib import Path

from core.errors import BadInput, Cancelled
from core.progress import Progress, Report


def count(to: int, pause: float = 0.01, *, report: Report) -> dict:
    for done in range(to):
        report(Progress(done, to, "counting", {"value": float(done)}))
        time.sleep(pause)
    report(Progress(to, to, "counted"))
    return {"counted": to}


def keep_partial(report: Report) -> dict:
    """Like a map: what is there when it is stopped is kept, and keeping it reports too."""
    done = 0
    try:
        while True:
            report(Progress(done, None, "working"))
            done += 1
            time.sleep(0.01)
    except Cancelled:
        report(Progress(done, None, "saving the partial result"))
        return {"kept": done}


def deaf(report: Report) -> dict:
    """Never reports again, so it cannot be stopped kindly."""
    report(Progress(0, None, "deaf"))
    time.sleep(60)
    return {}


def die(number: int = signal.SIGKILL, *, report: Report) -> dict:
    os.kill(os.getpid(), number)
    time.sleep(10)
    return {}


def refuse(report: Report) -> dict:
    raise BadInput("k=0 is below 1: choose at least 1")


def stumble(report: Report) -> dict:
    return {"never": 1 / 0}


def tell(report: Report) -> dict:
    import sys

    return {
        "pid": os.getpid(),
        "folder": str(Path.cwd()),
        "home": os.environ.get("CLIPSCAPE_HOME"),
        "main": getattr(sys.modules["__main__"], "__file__", None),
        "loaded": sorted({name.partition(".")[0] for name in sys.modules}),
    }


def numbers(report: Report) -> dict:
    import numpy as np

    return {"float": np.float32(0.5), "array": np.array([1, 2]), "path": Path("a/b"), "tuple": (1, 2)}


def much(count: int, *, report: Report) -> dict:
    return {"refused": [{"source": f"{row}.jpg", "reason": "no picture"} for row in range(count)]}

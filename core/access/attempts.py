"""How often somebody may try to sign in: so many times in some minutes a person, and a browser's address."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

MOST, SECONDS = 10, 300.0
KEPT = 10_000
"""Keys that are remembered; the ones seen last."""


class Attempts:
    """Attempts by key, each counted before it is judged, so that many at once are no way round."""

    def __init__(self, most: int = MOST, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.seconds, self.clock = most, seconds, clock
        self._tried: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, *keys: str) -> float:
        """Counts an attempt and gives 0; or the seconds until the next one is heard, and counts none."""
        with self._lock:
            now = self.clock()
            wait = max(self._until(key, now) for key in keys)
            if wait <= 0:
                for key in keys:
                    self._tried[key].append(now)
            while len(self._tried) > KEPT:
                self._tried.popitem(last=False)
            return max(wait, 0.0)

    def forgive(self, *keys: str) -> None:
        """The attempt was right: what came before it does not count."""
        with self._lock:
            for key in keys:
                self._tried.pop(key, None)

    def _until(self, key: str, now: float) -> float:
        tried = self._tried.setdefault(key, deque())
        self._tried.move_to_end(key)
        while tried and tried[0] <= now - self.seconds:
            tried.popleft()
        return tried[0] + self.seconds - now if len(tried) >= self.most else 0.0

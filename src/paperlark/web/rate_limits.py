"""Limit how often something may be tried: a sliding window of tries for each key."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field

_MOST_KEYS = 10_000
"""Keys that are remembered; of more, the one that was tried longest ago is forgotten."""


@dataclass(slots=True)
class RateLimit:
    """Allows `most` tries in `seconds` for each key; safe for threads."""

    most: int
    seconds: float
    _tries: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def allows(self, key: str, now: float) -> bool:
        """Count a try, at `now` in seconds, and return whether it is one of those allowed.

        A try that is refused counts as well, up to `most`: who goes on trying waits on.
        """
        with self._lock:
            tries = self._tries.setdefault(key, deque(maxlen=self.most + 1))
            self._tries.move_to_end(key)
            if len(self._tries) > _MOST_KEYS:
                self._tries.popitem(last=False)
            while tries and tries[0] <= now - self.seconds:
                tries.popleft()
            tries.append(now)
            return len(tries) <= self.most

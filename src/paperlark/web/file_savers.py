"""Update notes and the BibTeX file when a paper is saved in the app.

Other places are on a network, which may take its time while the database is held: they are for the
morning, and for `paperlark save`.
"""

from __future__ import annotations

import logging
import threading

from paperlark.domain.errors import PaperlarkError
from paperlark.web.current import CurrentProfile

_log = logging.getLogger(__name__)
FILES = ("notes", "bibtex")
"""The places that are files."""
PAUSE = 1.0
"""Seconds in which several papers may be saved before files are written."""


class FileSavers:
    """Writes in a thread of its own, once for all that was saved meanwhile."""

    def __init__(self, current: CurrentProfile, pause: float = PAUSE) -> None:
        self._current = current
        self._pause = pause
        self._lock = threading.Lock()
        self._due = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Note that something was saved or unsaved; files are written in a moment."""
        with self._lock:
            self._due = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()

    def join(self, seconds: float) -> bool:
        """Wait until nothing is being written, and return whether that was in time."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return self._thread is None

    def _work(self) -> None:
        while True:
            # Not awaited by anybody: the process may end meanwhile, and the morning goes on.
            threading.Event().wait(self._pause)
            with self._lock:
                self._due = False
            self._bring()
            with self._lock:
                if not self._due:
                    self._thread = None
                    return

    def _bring(self) -> None:
        profile = self._current.profile
        for name in FILES:
            try:
                if name in profile.savers():
                    for outcome in profile.bring_saved(saver=name).outcomes:
                        if not outcome.ok:
                            _log.warning("%s: %s", name, outcome.problem)
            except PaperlarkError as error:
                # Such as a run that is at work: it, or the next morning, brings what is left.
                _log.info("%s: not now (%s)", name, error)
            except Exception:  # noqa: BLE001  # a boundary that reports it
                _log.exception("saving to %s broke down", name)

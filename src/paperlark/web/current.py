"""The profile as it is now: opened again when one of its files has changed."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import paperlark
from paperlark import OpenedProfile, PaperlarkError

_log = logging.getLogger(__name__)
State = tuple[tuple[float, int] | None, ...]


class CurrentProfile:
    """Gives the opened profile, and notices that its file or that of its criteria has changed.

    One that cannot be read any more is used as it was last.
    """

    def __init__(self, profile: OpenedProfile) -> None:
        self._profile = profile
        self._state = _state(profile)
        self._lock = threading.Lock()

    @property
    def profile(self) -> OpenedProfile:
        """The profile, opened again where it has changed."""
        with self._lock:
            state = _state(self._profile)
            if state != self._state:
                self._state = state
                self._profile = _opened_again(self._profile)
            return self._profile

    def assistant_token(self) -> str:
        """Return the token that lets assistants in; empty where none was made, or it is unusable.

        `paperlark mcp` makes it.
        """
        profile = self.profile
        try:
            made = profile.assistant_token_path().exists()
            return profile.assistant_token() if made else ""
        except (PaperlarkError, OSError) as error:
            _log.warning("no assistant is let in: %s", error)
            return ""


class AccountProfile(CurrentProfile):
    """Gives the profile of a row, which whoever looks the row up replaces when it has changed."""

    def use(self, profile: OpenedProfile) -> None:
        """Serve this profile from now on."""
        with self._lock:
            self._profile = profile

    @property
    def profile(self) -> OpenedProfile:
        """The profile as the row was when it was looked up last."""
        with self._lock:
            return self._profile


def _opened_again(before: OpenedProfile) -> OpenedProfile:
    try:
        return paperlark.open_profile(
            before.path,
            options=before.options,
            environment=before.environment,
            progress=before.progress,
        )
    except PaperlarkError as error:
        _log.warning("the profile is used as it was: %s", error)
        return before


def _state(profile: OpenedProfile) -> State:
    files = (profile.path, profile.settings.criteria_file)
    return tuple(_changed(one) if one else None for one in files)


def _changed(path: Path) -> tuple[float, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime, found.st_size

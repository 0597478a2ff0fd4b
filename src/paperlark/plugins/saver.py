"""A saver of a plug-in: it sees copies of what is stored, and stores through the caller's thread.

A database connection belongs to the thread that opened it, and a plug-in has none.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from paperlark.domain import plain_text
from paperlark.domain.errors import PaperlarkError, PluginError, SavingError
from paperlark.domain.paper import PaperId
from paperlark.domain.saving import CopyState, SavedCopy, SavedPaper
from paperlark.plugins.watched import call, emitted
from paperlark.ports import SavedCopies, Saver

_LONGEST_PLACE, _LONGEST_KEY, _LONGEST_PROBLEM = 500, 500, 300
_LARGEST_CONTENT = 200_000
_MOST_STORED = 20
"""How often one paper's copy may be stored in one call."""


@dataclass(frozen=True, slots=True)
class _Request:
    """Copies that a plug-in wants stored, and where it waits for that."""

    copies: tuple[SavedCopy, ...]
    stored: Future[None] = field(default_factory=Future)


class PluginSaver:
    """Implements Saver by that of a plug-in, which it calls for at most so many seconds."""

    def __init__(self, saver: Saver, plugin: str, at_most: float) -> None:
        self._saver, self._plugin, self._at_most = saver, plugin, at_most
        place: object = call(plugin, lambda: saver.place, at_most)
        if not isinstance(place, str) or not place or len(place) > _LONGEST_PLACE:
            raise PluginError(
                f"the saver plug-in {plugin} states no place: a text of at most"
                f" {_LONGEST_PLACE} characters"
            )
        self._place = plain_text.one_line(place)

    @property
    def name(self) -> str:
        """Its name in the profile."""
        return self._plugin

    @property
    def place(self) -> str:
        """Where it writes, as the plug-in says."""
        return self._place

    def bring(self, papers: Sequence[SavedPaper], copies: SavedCopies) -> None:
        """Update the place.

        Raises SavingError for what the plug-in does wrong, StoreError where a copy cannot be
        stored.
        """
        known = {**copies.all()}
        allowed = {one.paper.id for one in papers} | known.keys()
        most = _MOST_STORED * (len(allowed) + 1)

        def work(emit: Callable[[_Request], None]) -> None:
            stored = _Copies(known, allowed, most, emit, self._plugin, self._at_most)
            self._saver.bring(tuple(papers), stored)

        failed: Exception | None = None
        try:
            for request in emitted(self._plugin, work, self._at_most):
                failed = _store(request, copies)
                if failed is not None:
                    raise failed
        except PaperlarkError as error:
            # A plug-in's own StoreError is not about our database.
            if error is failed:
                raise
            problem = plain_text.one_line(error.problem)[:_LONGEST_PROBLEM]
            raise SavingError(problem, hint=error.hint) from error


def _store(request: _Request, copies: SavedCopies) -> Exception | None:
    """Store copies, and tell the plug-in's thread that waits; return why it was not possible."""
    try:
        copies.keep(request.copies)
    except Exception as error:  # noqa: BLE001  # raised by who called this
        request.stored.set_exception(error)
        return error
    request.stored.set_result(None)
    return None


class _Copies:
    """Implements SavedCopies for the thread of a plug-in."""

    def __init__(  # noqa: PLR0917  # all that bounds what is stored
        self,
        known: Mapping[PaperId, SavedCopy],
        allowed: Container[PaperId],
        most: int,
        emit: Callable[[_Request], None],
        plugin: str,
        at_most: float,
    ) -> None:
        self._known, self._allowed, self._left = {**known}, allowed, most
        self._emit, self._plugin, self._at_most = emit, plugin, at_most

    def all(self) -> Mapping[PaperId, SavedCopy]:
        """Return every copy, with those stored since."""
        return {**self._known}

    def keep(self, copies: Iterable[SavedCopy]) -> None:
        """Store copies; returns once they are."""
        several = tuple(islice(copies, self._left + 1))
        self._left -= len(several)
        if self._left < 0:
            raise PluginError(f"the saver plug-in {self._plugin} stores copies without end")
        request = _Request(tuple(_sound(one, self._allowed, self._plugin) for one in several))
        self._emit(request)
        request.stored.result(self._at_most)
        self._known |= {one.paper_id: one for one in request.copies}


def _sound(copy: Any, allowed: Container[PaperId], plugin: str) -> SavedCopy:  # noqa: ANN401  # anything
    """Return a copy whose texts are bounded; raises PluginError for what is none."""
    known = isinstance(copy, SavedCopy)
    if not known or not isinstance(copy.paper_id, str) or copy.paper_id not in allowed:
        raise PluginError(f"the saver plug-in {plugin} stores what is no copy of a saved paper")
    if not (
        isinstance(copy.key, str)
        and isinstance(copy.content, str)
        and isinstance(copy.state, CopyState)
        and isinstance(copy.at, datetime)
        and copy.at.tzinfo is not None
        and len(copy.key) <= _LONGEST_KEY
        and len(copy.content) <= _LARGEST_CONTENT
    ):
        raise PluginError(f"the saver plug-in {plugin} stores a copy that is malformed")
    problem = plain_text.one_line(str(copy.problem))[:_LONGEST_PROBLEM] if copy.problem else None
    paper = PaperId(copy.paper_id)
    return SavedCopy(paper, copy.state, copy.at, copy.key, copy.content, problem)

"""Discover what a chat server accepts from its complaints, once for all threads."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock

from paperlark.domain.chat import Prompt
from paperlark.domain.errors import ModelUnusable
from paperlark.llm.capabilities import Capabilities, ResponseFormat, describe_capabilities
from paperlark.llm.error_classes import ErrorClass

_log = logging.getLogger(__name__)

_PROVEN = 2
"""Complaints in a run, none answered, after which a form that an earlier run proved is in doubt."""


class CapabilityDiscovery:
    """Holds the capabilities that all threads use, and learns from complaints.

    `remembered` is what an earlier run discovered, None where there was none; once it no longer
    works everything is discovered anew. `on_learned` is called once for each set of capabilities
    that an answer confirmed.
    """

    def __init__(
        self,
        remembered: Capabilities | None,
        on_learned: Callable[[Capabilities], object] = lambda _: None,
    ) -> None:
        self._current = remembered or Capabilities()
        self._confirmed = remembered
        self._is_remembered = remembered is not None
        self._on_learned = on_learned
        self._lock = Lock()
        self._first, self._first_is_over = Lock(), Event()
        if remembered is not None:
            self._first_is_over.set()
        self._answered = False
        self._unexplained = 0
        self._with_schema: Capabilities | None = None

    @property
    def current(self) -> Capabilities:
        """What requests are made for now."""
        return self._current

    @property
    def is_confirmed(self) -> bool:
        """Whether an answer ever came to a request of this kind."""
        return self._confirmed is not None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let the first question go ahead of all others where it is unknown what is accepted.

        Its outcome releases them, else each would meet the same complaints; but a server that is of
        no use is not asked by all of them at once.
        """
        if self._first_is_over.is_set():
            yield
            return
        with self._first:
            if not self._first_is_over.is_set():
                yield from self._lead()
                return
        yield

    def _lead(self) -> Iterator[None]:
        try:
            yield
        except ModelUnusable:
            raise
        except BaseException:
            self._first_is_over.set()
            raise
        self._first_is_over.set()

    def complained(self, used: Capabilities, error: ErrorClass) -> bool:
        """Learn from an error about a request; return whether to send it again.

        What another thread has learned meanwhile is tried first.
        """
        if error.is_too_large:
            self._replace(used, used.after_too_large())
        better = used.after_complaint(error)
        if better is None:
            return self._unexplained_complaint(used, error)
        with self._lock:
            if self._current == used:
                is_outdated = self._is_remembered and used != Capabilities()
                self._current = Capabilities() if is_outdated else better
                self._is_remembered = False
                _log.info(
                    "the server rejected the request's form; next try: %s",
                    "; ".join(describe_capabilities(self._current)),
                )
        return True

    def _unexplained_complaint(self, used: Capabilities, error: ErrorClass) -> bool:
        """Try once without the schema, until anything was answered; then keep what succeeds.

        Servers refuse a schema in words of their own. Where they refuse the question without it,
        too, it was not the schema, and that is not tried again.
        """
        if not error.may_blame_the_schema:
            return False
        with self._lock:
            if self._with_schema is not None and self._current != used:
                return True
            if used.response_format is ResponseFormat.TEXT:
                if self._with_schema is not None and not self._answered:
                    self._current = self._with_schema
                return False
            self._unexplained += 1
            needed = _PROVEN if self._is_remembered else 1
            if self._answered or self._with_schema is not None or self._unexplained < needed:
                return False
            self._with_schema, self._current = used, used.without_schema()
            _log.info("the server rejected the first question; next try: without a schema")
        return True

    def only_reasoned(self, used: Capabilities, prompt: Prompt) -> None:
        """Learn from an answer that reached its limit before it began."""
        better = used.after_reasoning_only(prompt)
        self._replace(used, better)
        self.answered(better)

    def _replace(self, used: Capabilities, better: Capabilities) -> None:
        with self._lock:
            if self._current == used:
                self._current = better

    def answered(self, found: Capabilities) -> None:
        """Confirm capabilities by an answer."""
        with self._lock:
            self._answered = True
            is_new = found == self._current != self._confirmed
            self._confirmed = found if is_new else self._confirmed
        if is_new:
            _log.info("capabilities discovered: %s", "; ".join(describe_capabilities(found)))
            self._on_learned(found)

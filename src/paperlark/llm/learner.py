"""What is known of a server's dialect: remembered from earlier runs, learned in this one."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from paperlark.domain.chat import Prompt
from paperlark.llm.dialect import Dialect
from paperlark.llm.trouble import Trouble


class Learner:
    """Keeps the dialect that all threads speak.

    `remembered` is what an earlier run found out, None where there was none; where it no longer
    works all is learned anew. `learned` is told of every dialect that an answer came in, once.
    """

    def __init__(
        self, remembered: Dialect | None, learned: Callable[[Dialect], object] = lambda _: None
    ) -> None:
        self._dialect = remembered or Dialect()
        self._told = remembered
        self._is_old = remembered is not None
        self._learned = learned
        self._lock = Lock()

    @property
    def dialect(self) -> Dialect:
        """What is spoken for now."""
        return self._dialect

    @property
    def is_known(self) -> bool:
        """Whether an answer ever came in what is spoken for now."""
        return self._told is not None

    def complained(self, spoken: Dialect, trouble: Trouble) -> bool:
        """Learn from a complaint about what was spoken; tell whether to ask again.

        Where another thread learned something meanwhile, that is tried first.
        """
        if trouble.is_too_large:
            self._replace(spoken, spoken.after_too_large())
        better = spoken.after(trouble)
        if better is None:
            return False
        with self._lock:
            if self._dialect == spoken:
                self._dialect = Dialect() if self._is_old and spoken != Dialect() else better
                self._is_old = False
        return True

    def answered(self, spoken: Dialect) -> None:
        """Note that an answer came."""
        self._tell(spoken)

    def only_thought(self, spoken: Dialect, prompt: Prompt) -> None:
        """Learn from an answer whose limit was reached before it began."""
        better = spoken.after_thoughts_only(prompt)
        self._replace(spoken, better)
        self._tell(better)

    def _replace(self, spoken: Dialect, better: Dialect) -> None:
        with self._lock:
            if self._dialect == spoken:
                self._dialect = better

    def _tell(self, dialect: Dialect) -> None:
        with self._lock:
            news = dialect == self._dialect != self._told
            self._told = dialect if news else self._told
        if news:
            self._learned(dialect)

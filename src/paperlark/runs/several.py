"""Run the mornings of several profiles in turn; what goes wrong with one is its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from paperlark.domain.errors import PaperlarkError
from paperlark.domain.run_states import MEANINGS, State
from paperlark.runs.morning import NOT_DELIVERED, MorningReporter, MorningResult
from paperlark.settings.group import is_group_file

_log = logging.getLogger(__name__)

_WORST_FIRST = (
    MEANINGS[State.FAILED].exit_code,
    NOT_DELIVERED,
    MEANINGS[State.PARTIAL].exit_code,
    MEANINGS[State.COMPLETE].exit_code,
)


@dataclass(frozen=True, slots=True)
class SeveralMornings:
    """How the mornings of several profiles ended, by the names that they were given.

    One that could not be run at all has no result.
    """

    results: Mapping[str, MorningResult | None]

    @property
    def exit_code(self) -> int:
        """The exit code of the worst."""
        failed = MEANINGS[State.FAILED].exit_code
        codes = {one.exit_code if one else failed for one in self.results.values()}
        return min(codes, key=_WORST_FIRST.index, default=0)


def run_several(
    mornings: Mapping[str, Callable[[], MorningResult]], reporter: MorningReporter
) -> SeveralMornings:
    """Run each morning, whatever became of those before it."""
    results: dict[str, MorningResult | None] = {}
    for name, run in mornings.items():
        reporter.note(f"{name}:")
        results[name] = _run(name, run, reporter)
    return SeveralMornings(results)


def _run(
    name: str, run: Callable[[], MorningResult], reporter: MorningReporter
) -> MorningResult | None:
    try:
        return run()
    except PaperlarkError as error:
        reporter.problem(str(error))
    except Exception as error:  # noqa: BLE001  # it is logged, and reported
        # Its channels had an alarm; its message may hold anything, so only the log has it.
        _log.critical("the morning of %s broke down", name, exc_info=True)
        reporter.problem(f"{name}: paperlark broke down ({type(error).__name__})")
    return None


def profiles_of(named: Path) -> tuple[Path, ...]:
    """Return the profiles of a folder, by name; a file is one itself, whether it exists or not.

    They are its `.toml` files, and the `paperlark.toml` of each folder in it; the file of a group,
    which may be beside them, is none.
    """
    if not named.is_dir():
        return (named,)
    files = (*named.glob("*.toml"), *named.glob("*/paperlark.toml"))
    found = (one for one in files if one.is_file() and not one.name.startswith("."))
    return tuple(sorted(one for one in found if not is_group_file(one)))

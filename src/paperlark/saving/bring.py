"""Copy saved papers to every place: each by its saver, whose failure stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from paperlark.domain.errors import PaperlarkError, RunHangs, StoreBusy, StoreError
from paperlark.domain.paper import PaperId
from paperlark.domain.saving import CopyState, SavedCopy, SavedPaper, SaverOutcome, SavingReport
from paperlark.ports import SavedCopies, Saver

_log = logging.getLogger(__name__)

OpenSaver = Callable[[], AbstractContextManager[Saver]]
"""Opens a saver; raises PaperlarkError, such as SecretMissing."""


@dataclass(frozen=True, slots=True)
class Saving:
    """Brings one reader's saved papers to their places.

    `savers` opens each by its name; `copies` opens what is known of the papers in a place.
    """

    savers: Mapping[str, OpenSaver]
    papers: Callable[[], Sequence[SavedPaper]]
    copies: Callable[[Saver], SavedCopies]

    def bring(self, *, only: str | None = None) -> SavingReport:
        """Update all places, or `only` one; raises StoreError for what is no place's."""
        papers = tuple(self.papers())
        chosen = {name: one for name, one in self.savers.items() if only in {None, name}}
        return SavingReport(
            tuple(self._bring(name, opened, papers) for name, opened in chosen.items())
        )

    def _bring(self, name: str, opened: OpenSaver, papers: Sequence[SavedPaper]) -> SaverOutcome:
        before: Mapping[PaperId, SavedCopy] = {}
        after, problem = before, None
        try:
            with opened() as saver:
                copies = self.copies(saver)
                before = after = copies.all()
                try:
                    saver.bring(papers, copies)
                finally:
                    after = copies.all()
        except StoreError:
            raise
        except PaperlarkError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001  # a boundary that reports it
            # The text of a foreign error could contain a secret.
            problem = f"internal error ({type(error).__name__})"
            _log.error("saver %s broke down", name, exc_info=error)
        outcome = outcome_of(name, before, after, [one.paper.id for one in papers], problem)
        counts = (outcome.new, outcome.updated, outcome.deleted, outcome.failed)
        _log.info("saver %s: %d new, %d updated, %d deleted there, %d refused", name, *counts)
        return outcome


def outcome_of(
    name: str,
    before: Mapping[PaperId, SavedCopy],
    after: Mapping[PaperId, SavedCopy],
    papers: Sequence[PaperId],
    problem: str | None,
) -> SaverOutcome:
    """Return what was done between two states of a place; its problem, or that of a paper."""
    there = {paper for paper, one in after.items() if one.state is CopyState.THERE}
    was = {paper for paper, one in before.items() if one.state is CopyState.THERE}
    failed = [
        after[paper]
        for paper in papers
        if paper in after and after[paper].state is CopyState.FAILED
    ]
    first = f"{failed[0].paper_id}: {failed[0].problem}" if failed else None
    return SaverOutcome(
        saver=name,
        new=len(there - was),
        updated=sum(before[paper].content != after[paper].content for paper in there & was),
        deleted=_deleted(after) - _deleted(before),
        failed=len(failed),
        problem=problem or first,
    )


def _deleted(copies: Mapping[PaperId, SavedCopy]) -> int:
    return sum(one.state is CopyState.DELETED for one in copies.values())


def bring_saved(
    open_saving: Callable[[], AbstractContextManager[Saving]], *, only: str | None = None
) -> SavingReport:
    """Update all places, or `only` one.

    A database that cannot be used is the report's problem.

    Raises RunHangs.
    """
    try:
        with open_saving() as saving:
            return saving.bring(only=only)
    except RunHangs:
        raise
    except (StoreBusy, StoreError) as error:
        return SavingReport(problem=str(error))

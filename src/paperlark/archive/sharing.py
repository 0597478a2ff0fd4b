"""Show a reader's papers to their group: those that they want or saved, where they said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from paperlark.archive.triage import open_triage
from paperlark.domain.agenda import SharedPaper, Sharing
from paperlark.domain.feedback import Vote
from paperlark.domain.paper import PaperId
from paperlark.domain.triage import Action, TriageEvent, effective, states
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.identity import claim, known
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.sharing import SharingStore


def sharing_of(settings: Settings) -> Sharing:
    """Return what a reader shows; raises StoreError where there is no database yet."""
    path = settings.database
    with open_existing(path, settings.profile.title, settings.output) as connection:
        reader = known(settings, ReaderStore(connection, path)).profile.id
        return SharingStore(connection, path, reader).chosen()


def share(settings: Settings, environment: Environment, sharing: Sharing) -> None:
    """Store what a reader shows; raises StoreError where there is no database yet."""
    path = settings.database
    with open_existing(path, settings.profile.title, settings.output, writes=True) as connection:
        reader = claim(settings, ReaderStore(connection, path)).profile.id
        SharingStore(connection, path, reader).choose(sharing, environment.now())


def shared_papers(settings: Settings, environment: Environment) -> tuple[SharedPaper, ...]:
    """Return the papers that a reader shows, with nothing else of theirs; raises StoreError."""
    sharing = sharing_of(settings)
    if not (sharing.wanted or sharing.saved):
        return ()
    with open_triage(settings, environment, writes=False) as triage:
        events = triage.history()
        days, found = _days(events), states(events)
        texts = triage.texts.find(list(days))
    shown = (
        SharedPaper(
            texts[paper],
            wanted=sharing.wanted and found[paper].vote is Vote.UP,
            saved=sharing.saved and found[paper].saved,
            day=day,
        )
        for paper, day in days.items()
        if paper in texts
    )
    return tuple(one for one in shown if one.wanted or one.saved)


def _days(events: Sequence[TriageEvent]) -> Mapping[PaperId, date]:
    """Return the day of each paper that was ever wanted or saved: of its page, or when that was."""
    return {
        one.paper_id: one.page or one.at.date()
        for one in effective(events)
        if one.action in {Action.WANT, Action.SAVE} and one.on
    }

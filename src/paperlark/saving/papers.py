"""The papers that a reader has saved, with what their pages said of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from paperlark.domain.digest import Digest, Entry
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.saving import SavedPaper
from paperlark.domain.triage import Action, TriageEvent, effective, saved_since, states


@dataclass(frozen=True, slots=True)
class Saves:
    """Which papers are saved, since when, on the page of which day, and with which notes."""

    since: Mapping[PaperId, datetime]
    pages: Mapping[PaperId, date]
    notes: Mapping[PaperId, str]

    @property
    def lacking_page(self) -> tuple[PaperId, ...]:
        """The papers that were saved away from a page."""
        return tuple(paper for paper in self.since if paper not in self.pages)

    def on_pages(self, pages: Mapping[PaperId, date]) -> Saves:
        """Return the same with the days on which other papers were announced to the reader."""
        return replace(self, pages={**pages, **self.pages})


def saves_of(events: Sequence[TriageEvent]) -> Saves:
    """Return what is saved after these events, the oldest save first."""
    counted = effective(events)
    found = states(events)
    saved = [one for one in counted if one.action is Action.SAVE and one.on]
    since = saved_since(events)
    ordered = dict(sorted(since.items(), key=lambda one: (one[1], one[0])))
    # The page of the save itself says most; one of another action is better than none.
    pages = {one.paper_id: one.page for one in (*counted, *saved) if one.page}
    return Saves(ordered, pages, {paper: found[paper].note for paper in ordered})


def saved_papers(
    saves: Saves, texts: Mapping[PaperId, Paper], digests: Iterable[Digest]
) -> tuple[SavedPaper, ...]:
    """Return the saved papers whose texts are known, oldest save first.

    `digests` are the pages of the days in `pages_of`.
    """
    entries = {
        entry.paper.id: entry
        for digest in digests
        for entry in digest.entries
        if saves.pages.get(entry.paper.id) == digest.day
    }
    return tuple(
        SavedPaper(
            entry=_entry(texts[paper], entries.get(paper)),
            saved=at,
            day=saves.pages.get(paper),
            note=saves.notes[paper],
        )
        for paper, at in saves.since.items()
        if paper in texts
    )


def _entry(paper: Paper, entry: Entry | None) -> Entry:
    if entry is None:
        return Entry(1, paper, None, None)
    latest = paper if paper.version >= entry.paper.version else entry.paper
    return replace(entry, paper=latest)


def pages_of(saves: Saves) -> Iterable[date]:
    """Return the days whose pages say something of a saved paper."""
    return sorted({day for paper, day in saves.pages.items() if paper in saves.since})

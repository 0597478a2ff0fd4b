"""The first day of a reader without a profile: an announcement, ranked anew after each answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from paperlark.day.announce import announce
from paperlark.domain.announcement import AnnounceType, Earlier, Feed
from paperlark.domain.cards import Card, next_card
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.criteria_effect import RankChange
from paperlark.domain.errors import NoNetwork, SourceError
from paperlark.domain.feedback import Evidence, Example, LabelSource
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper, PaperId
from paperlark.importing.clusters import cluster_papers
from paperlark.ports import Progress, Ranker, Source
from paperlark.rankers.embedded import EmbeddedRanker
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.identity import claim
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.database import open_database
from paperlark.store.imported_papers import LibraryStore
from paperlark.store.lock import run_lock
from paperlark.store.readers import ReaderStore

_NEW = frozenset((AnnounceType.NEW, AnnounceType.CROSS))
"""What a new profile reads: replaced papers are not among it."""
Answers = Mapping[PaperId, bool | None]
"""Whether each paper that was asked about is wanted, in the order of asking; None: skipped."""


@dataclass(frozen=True, slots=True, eq=False)
class FirstDay:
    """An announcement as it was fetched, its papers by topic, and what ranks them."""

    day: date
    feeds: tuple[Feed, ...]
    papers: tuple[Paper, ...]
    topics: Mapping[PaperId, int]
    ranker: Ranker = field(default_factory=EmbeddedRanker)

    def rank(self, criteria: str, liked: Sequence[Paper], answers: Answers) -> FirstRanking:
        """Rank the papers by criteria as somebody writes them, papers they like, and answers."""
        known = {paper.id: paper for paper in self.papers}
        said = [
            Example(known[paper], self.day, wanted, LabelSource.READER)
            for paper, wanted in answers.items()
            if wanted is not None
        ]
        own = [one for one in liked if one.id not in answers]
        examples = (*_liked(own, self.day), *said)
        found = self.ranker.rank(self.papers, parse_criteria(criteria), Evidence(examples))
        matches = {paper.id: match for paper, match in zip(self.papers, found, strict=True)}
        return FirstRanking(self, matches, tuple(answers))


@dataclass(frozen=True, slots=True, eq=False)
class FirstRanking:
    """The first day's papers, ranked; `asked` are those that were asked about."""

    day: FirstDay
    matches: Mapping[PaperId, Match]
    asked: tuple[PaperId, ...]

    @property
    def card(self) -> Paper | None:
        """The paper to ask about next; None where enough were."""
        cards = [
            Card(paper.id, self.day.topics[paper.id], self.matches[paper.id].probability)
            for paper in self.day.papers
        ]
        chosen = next_card(cards, self.asked)
        return next((one for one in self.day.papers if chosen and one.id == chosen.paper), None)

    def changes(self, before: FirstRanking) -> tuple[RankChange, ...]:
        """Return every paper with its rank in an earlier ranking and in this one, best first."""
        changed = (
            RankChange(one, before.matches[one.id].rank, self.matches[one.id].rank)
            for one in self.day.papers
        )
        return tuple(sorted(changed, key=lambda one: one.after))


@dataclass(frozen=True, slots=True)
class FirstAnswers:
    """What a first session ends with: papers that are liked, whence, and answers on a day."""

    liked: tuple[Paper, ...] = ()
    source: str = ""
    day: FirstDay | None = None
    answers: Answers = field(default_factory=dict)


def fetch_first_day(
    days: Sequence[date], categories: Sequence[str], sources: Sequence[Source], progress: Progress
) -> FirstDay:
    """Fetch the announcement of the first of these days that has papers; store nothing.

    Raises SourceError where none has, NoNetwork at once.
    """
    failed: SourceError | None = None
    for day in days:
        kept = _Fetched()
        try:
            found = announce(day, categories, sources=sources, batches=kept, progress=progress)
        except NoNetwork:
            raise
        except SourceError as error:
            failed = failed or error
            continue
        papers = tuple(one.paper for one in found.papers if one.type in _NEW)
        if papers:
            return FirstDay(day, tuple(kept.feeds), papers, _topics(papers))
    raise failed or SourceError(f"arXiv announced no papers in {', '.join(categories)}")


def keep_first_answers(settings: Settings, environment: Environment, ended: FirstAnswers) -> None:
    """Store the announcement and the liked papers of a first session; raises StoreError."""
    path, now = settings.database, environment.now()
    alone = run_lock(path, reader=settings.profile.id, patience=0.0)
    with alone, open_database(path) as connection:
        reader = claim(settings, ReaderStore(connection, path)).profile.id
        if ended.day:
            announcements = AnnouncementStore(connection, path)
            for feed in ended.day.feeds:
                announcements.keep(feed, ended.day.day)
        if ended.liked:
            library = LibraryStore(connection, path, reader)
            library.keep(_liked(ended.liked, now.date()), source=ended.source, at=now)


def _liked(papers: Sequence[Paper], day: date) -> tuple[Example, ...]:
    return tuple(Example(paper, day, True, LabelSource.LIBRARY) for paper in papers)  # noqa: FBT003


def _topics(papers: Sequence[Paper]) -> Mapping[PaperId, int]:
    numbered = enumerate(cluster_papers(papers))
    return dict(chain.from_iterable(((one.id, at) for one in topic) for at, topic in numbered))


class _Fetched:
    """Implements AnnouncementBatches in memory: there is no database yet."""

    def __init__(self) -> None:
        self.feeds: list[Feed] = []

    def batch(self, category: str, day: date) -> Feed | None:
        """Return None: nothing is stored."""
        del category, day
        return None  # as the protocol has it

    def keep(self, feed: Feed, day: date) -> None:
        """Keep a batch for whoever stores it later."""
        del day
        self.feeds.append(feed)

    def earlier(self, category: str, day: date) -> tuple[Earlier, ...]:
        """Return none."""
        del category, day
        return ()

"""Fakes of what is kept from one run to the next, in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from paperlark.domain.announcement import Earlier, Feed
from paperlark.domain.archive import CacheEntry, ScannedPaper
from paperlark.domain.batch_job import BatchJob, BatchJobState
from paperlark.domain.digest import Digest, SeenBefore
from paperlark.domain.exploration import Explored
from paperlark.domain.judgement import Judgement, JudgementKey, ModelCall
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.search import Hit, Hits, PaperStatus, SearchQuery
from paperlark.domain.spending import Spend, total
from paperlark.domain.vectors import PaperVector, VectorChunk
from paperlark.ports import Advance


@dataclass(slots=True)
class FakeAnnouncementBatches:
    """Remembers batches as long as the object lasts."""

    kept: dict[tuple[date, str], Feed] = field(default_factory=dict)

    def batch(self, category: str, day: date) -> Feed | None:
        """Give what was kept."""
        return self.kept.get((day, category))

    def keep(self, feed: Feed, day: date) -> None:
        """Keep it."""
        self.kept[day, feed.category] = feed

    def earlier(self, category: str, day: date) -> tuple[Earlier, ...]:
        """Give the papers of every earlier day, latest first."""
        return tuple(
            Earlier(before, frozenset(listing.paper.id for listing in feed.listings))
            for (before, name), feed in sorted(self.kept.items(), reverse=True)
            if name == category and before < day and feed.listings
        )


@dataclass(slots=True)
class FakePaperVectors:
    """Remembers places as long as the object lasts; `texts` are papers that may be placed later."""

    texts: Sequence[tuple[Paper, date]] = ()
    shelf: int = 2
    _kept: dict[PaperId, tuple[str, PaperVector]] = field(default_factory=dict)

    def find(self, papers: Iterable[PaperId], space: str) -> Mapping[PaperId, PaperVector]:
        """Give the places that were kept in this space."""
        known = {paper: self._kept[paper] for paper in papers if paper in self._kept}
        return {paper: place for paper, (where, place) in known.items() if where == space}

    def before(self, day: date, space: str) -> Iterator[VectorChunk]:
        """Give what was kept in this space of the days before, `shelf` places at a time."""
        places = [
            place
            for _, (where, place) in sorted(self._kept.items())
            if where == space and place.day < day
        ]
        for start in range(0, len(places), self.shelf):
            some = places[start : start + self.shelf]
            yield VectorChunk(
                tuple(one.paper_id for one in some),
                tuple(one.day for one in some),
                b"".join(one.vector for one in some),
            )

    def without_vector(self, day: date, space: str, most: int) -> Sequence[tuple[Paper, date]]:
        """Give those of the texts that have no place in this space."""
        placed = self.find([paper.id for paper, _ in self.texts], space)
        lacking = [one for one in self.texts if one[0].id not in placed and one[1] < day]
        return sorted(lacking, key=lambda one: (-one[1].toordinal(), one[0].id))[:most]

    def keep(self, places: Iterable[PaperVector], space: str) -> None:
        """Keep places; of two days of one paper the earlier one counts."""
        for one in places:
            known = self._kept.get(one.paper_id)
            day = min(one.day, known[1].day) if known else one.day
            title = known[1].title if known else one.title
            self._kept[one.paper_id] = space, replace(one, day=day, title=title)


@dataclass(slots=True)
class FakeJudgementMemory:
    """A memory and an archive that last as long as the object."""

    _judgements: dict[tuple[PaperId, int, str, str], Judgement] = field(default_factory=dict)
    _spends: list[tuple[JudgementKey, Spend]] = field(default_factory=list)
    _digests: dict[tuple[str, date], Digest] = field(default_factory=dict)

    def judgements(
        self, papers: Sequence[Paper], judgement_key: JudgementKey
    ) -> tuple[Judgement, ...]:
        """Give what was kept of these versions."""
        keys = [
            (paper.id, paper.version, judgement_key.criteria, judgement_key.judge)
            for paper in papers
        ]
        return tuple(self._judgements[key] for key in keys if key in self._judgements)

    def keep(self, model_call: ModelCall, judgement_key: JudgementKey) -> None:
        """Keep the exchange; a judgement that is there already stands, unless it is silent."""
        self._spends.append((judgement_key, model_call.spend))
        for judgement in model_call.judgements:
            key = (
                judgement.paper_id,
                judgement.version,
                judgement_key.criteria,
                judgement_key.judge,
            )
            known = self._judgements.get(key)
            if known is None or not known.comment:
                self._judgements[key] = judgement

    def spend(self, judgement_key: JudgementKey) -> Spend:
        """Add up the page's exchanges."""
        return total(spend for kept, spend in self._spends if kept == judgement_key)

    def save(self, digest: Digest) -> None:
        """Keep the digest."""
        self._digests[digest.profile, digest.day] = digest

    def digest(self, profile: str, day: date) -> Digest | None:
        """Give the digest of that day."""
        return self._digests.get((profile, day))

    def days(self, profile: str) -> tuple[date, ...]:
        """Give the days that have a digest."""
        return tuple(sorted(day for name, day in self._digests if name == profile))

    def fingerprints(self, profile: str) -> Mapping[date, str]:
        """Name every day's digest by its content."""
        return {
            day: hashlib.sha256(repr(self._digests[profile, day]).encode()).hexdigest()[:16]
            for day in self.days(profile)
        }

    def seen(
        self, profile: str, day: date, papers: Iterable[PaperId]
    ) -> Mapping[PaperId, SeenBefore]:
        """Tell which of these papers were in a digest of a day before."""
        found: dict[PaperId, SeenBefore] = {}
        for (name, before), digest in sorted(self._digests.items()):
            if name == profile and before < day:
                shown = {entry.paper.id for entry in digest.entries}
                for paper in set(papers) & set(digest.scanned):
                    known = found.get(paper, SeenBefore(before, shown=None))
                    first = known.shown or (before if paper in shown else None)
                    found[paper] = replace(known, shown=first)
        return found

    def explored(self, profile: str, day: date, days: int) -> tuple[Explored, ...]:
        """Give what was judged from below the line on the last such days."""
        digests = [
            [one for one in digest.explored if one.wanted is not None]
            for (name, before), digest in sorted(self._digests.items())
            if name == profile and before < day
        ]
        return tuple(one for found in [d for d in digests if d][-days:] for one in found)


@dataclass(slots=True)
class FakeCache:
    """Scraps that last as long as the object."""

    scraps: dict[str, CacheEntry] = field(default_factory=dict)

    def find(self, key: str, made_of: str) -> bytes | None:
        """Give what was kept."""
        known = self.scraps.get(key)
        return known.content if known and known.made_of == made_of else None

    def keep(self, scraps: Iterable[CacheEntry]) -> None:
        """Keep scraps."""
        self.scraps |= {one.key: one for one in scraps}


@dataclass(slots=True)
class FakePaperTexts:
    """Knows the papers it was given."""

    papers: Mapping[PaperId, Paper] = field(default_factory=dict)

    def find(self, papers: Iterable[PaperId]) -> Mapping[PaperId, Paper]:
        """Give those that are known."""
        return {one: self.papers[one] for one in papers if one in self.papers}


@dataclass(slots=True)
class FakeScannedPapers:
    """Knows the papers that it was given as looked at, whoever the reader."""

    papers: Sequence[ScannedPaper] = ()

    def count(self, profile: str, first: date, last: date) -> int:
        """Say how many there are of these days."""
        return sum(1 for _ in self.between(profile, first, last))

    def between(self, profile: str, first: date, last: date) -> Iterator[ScannedPaper]:  # noqa: ARG002
        """Give those of these days, the latest day first, of a day the selected first."""
        found = (one for one in self.papers if first <= one.day <= last)
        yield from sorted(found, key=lambda one: (-one.day.toordinal(), not one.selected))


@dataclass(slots=True)
class FakePaperSearch:
    """Finds the papers it was given by whole words of theirs; it knows of no days."""

    papers: Sequence[Paper] = ()
    standings: Mapping[PaperId, PaperStatus] = field(default_factory=dict)

    def waiting(self) -> int:
        """Say that nothing waits."""
        return 0

    def catch_up(self, advance: Advance) -> None:
        """Do nothing: all is read already."""

    def all_words(self, question: SearchQuery) -> Hits:
        """Find papers with all of the words."""
        return self._found(question, all)

    def any_word(self, question: SearchQuery) -> Hits:
        """Find papers with any of the words."""
        return self._found(question, any)

    def without_words(self, question: SearchQuery) -> Hits:
        """Find papers by author and category, in the order given."""
        if not (question.author or question.category):
            return Hits()
        return Hits(tuple(Hit(one.id) for one in self.papers if _applies(question, one)))

    def statuses(self, question: SearchQuery, papers: Iterable[PaperId]) -> Sequence[PaperStatus]:  # noqa: ARG002
        """Give what was given."""
        return [self.standings.get(paper, PaperStatus()) for paper in papers]

    def _found(self, question: SearchQuery, enough: Callable[[Iterable[bool]], bool]) -> Hits:
        asked = [term.text.casefold() for term in question.terms]
        words = {one.id: f"{one.title} {one.abstract}".casefold() for one in self.papers}
        return Hits(
            tuple(
                Hit(one.id, float(sum(word in words[one.id] for word in asked)))
                for one in self.papers
                if enough(word in words[one.id] for word in asked) and _applies(question, one)
            )
        )


def _applies(question: SearchQuery, paper: Paper) -> bool:
    names = " ".join(author.name for author in paper.authors)
    return (question.author or "") in names and question.category in {None, *paper.categories}


@dataclass(slots=True)
class FakeBatchJobs:
    """Jobs that last as long as the object; what comes of them goes into a memory."""

    memory: FakeJudgementMemory = field(default_factory=FakeJudgementMemory)
    _jobs: dict[str, BatchJob] = field(default_factory=dict)

    def open_jobs(self) -> tuple[BatchJob, ...]:
        """Give all that are not collected."""
        return tuple(job for job in self._sorted() if job.state is not BatchJobState.COLLECTED)

    def of(self, judgement_key: JudgementKey) -> tuple[BatchJob, ...]:
        """Give all of this asking."""
        return tuple(job for job in self._sorted() if job.judgement_key == judgement_key)

    def keep(self, job: BatchJob) -> None:
        """Keep it."""
        self._jobs[job.key] = job

    def drop(self, job: BatchJob) -> None:
        """Forget it."""
        self._jobs.pop(job.key, None)

    def collect(self, job: BatchJob, model_calls: Iterable[ModelCall]) -> None:
        """Keep what came of it, all or nothing, once."""
        if self._jobs[job.key].state is not BatchJobState.COLLECTED:
            for model_call in tuple(model_calls):
                self.memory.keep(model_call, job.judgement_key)
            self._jobs[job.key] = replace(job, state=BatchJobState.COLLECTED)

    def _sorted(self) -> Sequence[BatchJob]:
        return sorted(self._jobs.values(), key=lambda job: (job.at, job.key))

"""In-memory fakes of the stores."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from paperlark.domain.announcement import Earlier, Feed
from paperlark.domain.archive import CacheEntry, PaperVector, ScannedPaper, VectorChunk
from paperlark.domain.batch_job import BatchJob, BatchJobState
from paperlark.domain.digest import Digest, Placement, SeenBefore
from paperlark.domain.errors import StoreError
from paperlark.domain.exploration import Explored, Outcome
from paperlark.domain.judgement import Judgement, JudgementKey, ModelCall
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.saving import CopyState, SavedCopy
from paperlark.domain.search import Hit, Hits, PaperStatus, SearchQuery
from paperlark.domain.spending import Spend, Tokens, UnderWay, total
from paperlark.domain.translation import StoredTranslation, TranslationReply
from paperlark.ports import Advance


@dataclass(slots=True)
class FakeAnnouncementBatches:
    """An in-memory AnnouncementBatches."""

    kept: dict[tuple[date, str], Feed] = field(default_factory=dict)

    def batch(self, category: str, day: date) -> Feed | None:
        """Return the stored batch."""
        return self.kept.get((day, category))

    def keep(self, feed: Feed, day: date) -> None:
        """Store a batch."""
        self.kept[day, feed.category] = feed

    def earlier(self, category: str, day: date) -> tuple[Earlier, ...]:
        """Return the papers of every earlier day, latest first."""
        return tuple(
            Earlier(before, frozenset(listing.paper.id for listing in feed.listings))
            for (before, name), feed in sorted(self.kept.items(), reverse=True)
            if name == category and before < day and feed.listings
        )


@dataclass(slots=True)
class FakePaperVectors:
    """An in-memory PaperVectors; `texts` are papers that may get a vector later."""

    texts: Sequence[tuple[Paper, date]] = ()
    chunk: int = 2
    _kept: dict[PaperId, tuple[str, PaperVector]] = field(default_factory=dict)

    def find(self, papers: Iterable[PaperId], space: str) -> Mapping[PaperId, PaperVector]:
        """Return the vectors of this space."""
        known = {paper: self._kept[paper] for paper in papers if paper in self._kept}
        return {paper: vector for paper, (where, vector) in known.items() if where == space}

    def before(self, day: date, space: str) -> Iterator[VectorChunk]:
        """Yield the vectors of this space and earlier days, `chunk` at a time."""
        vectors = [
            vector
            for _, (where, vector) in sorted(self._kept.items())
            if where == space and vector.day < day
        ]
        for start in range(0, len(vectors), self.chunk):
            some = vectors[start : start + self.chunk]
            yield VectorChunk(
                tuple(one.paper_id for one in some),
                tuple(one.day for one in some),
                b"".join(one.vector for one in some),
            )

    def without_vector(self, day: date, space: str, most: int) -> Sequence[tuple[Paper, date]]:
        """Return those of the texts that have no vector in this space."""
        known = self.find([paper.id for paper, _ in self.texts], space)
        lacking = [one for one in self.texts if one[0].id not in known and one[1] < day]
        return sorted(lacking, key=lambda one: (-one[1].toordinal(), one[0].id))[:most]

    def keep(self, vectors: Iterable[PaperVector], space: str) -> None:
        """Store vectors; of two days of one paper the earlier one counts."""
        for one in vectors:
            known = self._kept.get(one.paper_id)
            day = min(one.day, known[1].day) if known else one.day
            title = known[1].title if known else one.title
            self._kept[one.paper_id] = space, replace(one, day=day, title=title)


@dataclass(slots=True)
class FakeJudgementMemory:
    """An in-memory JudgementMemory and Archive."""

    _judgements: dict[tuple[PaperId, int, str, str], Judgement] = field(default_factory=dict)
    _spends: list[tuple[JudgementKey, Spend]] = field(default_factory=list)
    _digests: dict[tuple[str, date], Digest] = field(default_factory=dict)

    def judgements(
        self, papers: Sequence[Paper], judgement_key: JudgementKey
    ) -> tuple[Judgement, ...]:
        """Return the judgements of these versions."""
        keys = [
            (paper.id, paper.version, judgement_key.criteria, judgement_key.judge)
            for paper in papers
        ]
        return tuple(self._judgements[key] for key in keys if key in self._judgements)

    def keep(self, model_call: ModelCall, judgement_key: JudgementKey) -> None:
        """Store a call; a stored judgement is kept, unless it has no comment."""
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
        """Add up the page's calls."""
        return total(spend for kept, spend in self._spends if kept == judgement_key)

    def save(self, digest: Digest) -> None:
        """Store the digest."""
        self._digests[digest.reader_id, digest.day] = digest

    def digest(self, profile: str, day: date) -> Digest | None:
        """Return the digest of that day."""
        return self._digests.get((profile, day))

    def days(self, profile: str) -> tuple[date, ...]:
        """Return the days that have a digest."""
        return tuple(sorted(day for name, day in self._digests if name == profile))

    def fingerprints(self, profile: str) -> Mapping[date, str]:
        """Return a fingerprint of every day's digest."""
        return {
            day: hashlib.sha256(repr(self._digests[profile, day]).encode()).hexdigest()[:16]
            for day in self.days(profile)
        }

    def seen(
        self, profile: str, day: date, papers: Iterable[PaperId]
    ) -> Mapping[PaperId, SeenBefore]:
        """Return which of these papers were in another day's digest, and not in this day's."""
        found: dict[PaperId, SeenBefore] = {}
        own = self._digests.get((profile, day))
        here = set(own.scanned) if own else set()
        papers = set(papers)
        for (name, other), digest in sorted(self._digests.items()):
            if name == profile and other != day:
                shown = {entry.paper.id for entry in digest.entries}
                asked = papers if other < day else papers - here
                for paper in asked & set(digest.scanned):
                    known = found.get(paper, SeenBefore(other, shown=None))
                    first = known.shown or (other if paper in shown else None)
                    found[paper] = replace(known, shown=first)
        return found

    def explored(self, profile: str, day: date, days: int) -> tuple[Explored, ...]:
        """Return the judged random samples of the last days that have one."""
        digests = [
            [one for one in digest.explored if one.wanted is not None]
            for (name, before), digest in sorted(self._digests.items())
            if name == profile and before < day
        ]
        return tuple(one for found in [d for d in digests if d][-days:] for one in found)

    def outcomes(
        self, profile: str, day: date, days: int, cutoffs: Cutoffs
    ) -> tuple[tuple[Outcome, ...], ...]:
        """Return what became of the ranked papers of the last days that have judged ones."""
        digests = [
            digest
            for (name, before), digest in sorted(self._digests.items())
            if name == profile and before < day and digest.judgements and digest.ranked
        ]
        found = (tuple(_outcomes(digest, cutoffs)) for digest in digests[-days:])
        return tuple(one for one in found if one)


_RANKED_ONLY = (Placement.ABOVE, Placement.EXPLORED, Placement.BELOW)


def _outcomes(digest: Digest, cutoffs: Cutoffs) -> Iterator[Outcome]:
    judged = {one.paper_id: one for one in digest.judgements}
    for one in digest.ranked:
        if one.placement in _RANKED_ONLY and one.match.probability is not None:
            known = judged.get(one.paper_id)
            wanted = cutoffs.meets(known.relevance, known.novelty) if known else None
            yield Outcome(one.match.probability, wanted)


@dataclass(slots=True)
class FakeCache:
    """An in-memory Cache."""

    entries: dict[str, CacheEntry] = field(default_factory=dict)

    def find(self, key: str, made_of: str) -> bytes | None:
        """Return what is cached."""
        known = self.entries.get(key)
        return known.content if known and known.made_of == made_of else None

    def find_all(self, made_of: Mapping[str, str]) -> Mapping[str, bytes]:
        """Return what is cached of these."""
        found = {key: self.find(key, made) for key, made in made_of.items()}
        return {key: content for key, content in found.items() if content is not None}

    def keep(self, entries: Iterable[CacheEntry]) -> None:
        """Store entries."""
        self.entries |= {one.key: one for one in entries}


@dataclass(slots=True)
class FakeEncodings:
    """An in-memory PaperEncodings."""

    encodings: dict[bytes, bytes] = field(default_factory=dict)

    def find(self, made_of: Iterable[bytes]) -> Mapping[bytes, bytes]:
        """Return those that are kept."""
        return {one: self.encodings[one] for one in made_of if one in self.encodings}

    def keep(self, encodings: Mapping[bytes, bytes]) -> None:
        """Keep more of them."""
        self.encodings |= encodings


@dataclass(slots=True)
class FakePaperTexts:
    """A PaperTexts of given papers."""

    papers: Mapping[PaperId, Paper] = field(default_factory=dict)

    def find(self, papers: Iterable[PaperId]) -> Mapping[PaperId, Paper]:
        """Return those that are known."""
        return {one: self.papers[one] for one in papers if one in self.papers}


@dataclass(slots=True)
class FakeScannedPapers:
    """A ScannedPapers of given papers, whoever the reader."""

    papers: Sequence[ScannedPaper] = ()

    def count(self, profile: str, first: date, last: date) -> int:
        """Count the papers of these days."""
        return sum(1 for _ in self.between(profile, first, last))

    def between(self, profile: str, first: date, last: date) -> Iterator[ScannedPaper]:  # noqa: ARG002
        """Yield the papers of these days, latest day first, selected papers first in each."""
        found = (one for one in self.papers if first <= one.day <= last)
        yield from sorted(found, key=lambda one: (-one.day.toordinal(), not one.selected))


@dataclass(slots=True)
class FakePaperSearch:
    """A PaperSearch over given papers by substrings; it knows no days."""

    papers: Sequence[Paper] = ()
    known: Mapping[PaperId, PaperStatus] = field(default_factory=dict)

    def waiting(self) -> int:
        """Return that nothing is to be indexed."""
        return 0

    def catch_up(self, advance: Advance) -> None:
        """Do nothing: there is no index."""

    def all_words(self, query: SearchQuery) -> Hits:
        """Find papers with all of the words."""
        return self._found(query, all)

    def any_word(self, query: SearchQuery) -> Hits:
        """Find papers with any of the words."""
        return self._found(query, any)

    def without_words(self, query: SearchQuery) -> Hits:
        """Find papers by author and category, in the order given."""
        if not (query.author or query.category):
            return Hits()
        return Hits(tuple(Hit(one.id) for one in self.papers if _applies(query, one)))

    def identified(self, query: SearchQuery) -> Hits:
        """Find the paper with the identifier."""
        return Hits(tuple(Hit(one.id) for one in self.papers if one.id == query.paper))

    def papers_with(self, words: Iterable[str]) -> Mapping[str, int]:
        """Count the papers that have each word."""
        texts = [set(f"{one.title} {one.abstract}".casefold().split()) for one in self.papers]
        counts = {word: sum(word in text for text in texts) for word in words}
        return {word: count for word, count in counts.items() if count}

    def statuses(self, query: SearchQuery, papers: Iterable[PaperId]) -> Sequence[PaperStatus]:  # noqa: ARG002
        """Return the given statuses."""
        return [self.known.get(paper, PaperStatus()) for paper in papers]

    def _found(self, query: SearchQuery, enough: Callable[[Iterable[bool]], bool]) -> Hits:
        terms = [term.text.casefold() for term in query.terms]
        texts = {one.id: f"{one.title} {one.abstract}".casefold() for one in self.papers}
        return Hits(
            tuple(
                Hit(one.id, float(sum(word in texts[one.id] for word in terms)))
                for one in self.papers
                if enough(word in texts[one.id] for word in terms) and _applies(query, one)
            )
        )


def _applies(query: SearchQuery, paper: Paper) -> bool:
    names = " ".join(author.name for author in paper.authors)
    return (query.author or "") in names and query.category in {None, *paper.categories}


@dataclass(slots=True)
class FakeTranslationMemory:
    """An in-memory TranslationMemory; `paid` are all calls with their keys."""

    paid: list[tuple[JudgementKey, ModelCall]] = field(default_factory=list)
    _kept: dict[tuple[str, str], StoredTranslation] = field(default_factory=dict)

    def find(self, criteria: str, translator: str) -> StoredTranslation | None:
        """Return what is stored."""
        return self._kept.get((criteria, translator))

    def keep(self, reply: TranslationReply, key: JudgementKey) -> None:
        """Store a reply; a usable translation stays."""
        self.paid += [(key, call) for call in reply.calls]
        if reply.answered:
            before = self.find(key.criteria, key.judge) or StoredTranslation(None, 0)
            self._kept[key.criteria, key.judge] = StoredTranslation(
                before.english or reply.english, before.attempts + 1
            )


@dataclass(slots=True)
class FakeQuestionBook:
    """An in-memory QuestionBook; `notes` has what is under way, and `full` lets no more in."""

    notes: dict[str, UnderWay] = field(default_factory=dict)
    full: bool = False
    _count: int = 0

    def note(self, model: str, tokens: Tokens, most: Decimal | None) -> str:  # noqa: ARG002
        """Note a question."""
        if self.full:
            raise StoreError("the disk is full")
        self._count += 1
        key = f"question {self._count}"
        self.notes[key] = UnderWay(1, tokens, most)
        return key

    def drop(self, key: str) -> None:
        """End a note."""
        self.notes.pop(key, None)


@dataclass(slots=True)
class FakeBatchJobs:
    """An in-memory BatchJobs; results are stored in `memory`."""

    memory: FakeJudgementMemory = field(default_factory=FakeJudgementMemory)
    _jobs: dict[str, BatchJob] = field(default_factory=dict)

    def open_jobs(self) -> tuple[BatchJob, ...]:
        """Return all that are not collected."""
        return tuple(job for job in self._sorted() if job.state is not BatchJobState.COLLECTED)

    def of(self, judgement_key: JudgementKey) -> tuple[BatchJob, ...]:
        """Return all of this key."""
        return tuple(job for job in self._sorted() if job.judgement_key == judgement_key)

    def keep(self, job: BatchJob) -> None:
        """Store a job."""
        self._jobs[job.key] = job

    def drop(self, job: BatchJob) -> None:
        """Delete a job."""
        self._jobs.pop(job.key, None)

    def collect(self, job: BatchJob, model_calls: Iterable[ModelCall]) -> None:
        """Store its results, all or nothing, once."""
        if self._jobs[job.key].state is not BatchJobState.COLLECTED:
            for model_call in tuple(model_calls):
                self.memory.keep(model_call, job.judgement_key)
            self._jobs[job.key] = replace(job, state=BatchJobState.COLLECTED)

    def _sorted(self) -> Sequence[BatchJob]:
        return sorted(self._jobs.values(), key=lambda job: (job.at, job.key))


@dataclass(slots=True)
class FakeSavedCopies:
    """In-memory SavedCopies; `history` has every copy that was ever stored, in order."""

    kept: dict[PaperId, SavedCopy] = field(default_factory=dict)
    history: list[SavedCopy] = field(default_factory=list)

    def all(self) -> Mapping[PaperId, SavedCopy]:
        """Return every copy by paper."""
        return dict(self.kept)

    def keep(self, copies: Iterable[SavedCopy]) -> None:
        """Store copies; one that was deleted by its reader stays so."""
        for one in copies:
            known = self.kept.get(one.paper_id)
            if known is None or known.state is not CopyState.DELETED:
                self.kept[one.paper_id] = one
            self.history.append(one)

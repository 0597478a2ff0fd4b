"""The interfaces (ports) of paperlark: what can be exchanged.

Adapters implement one of these; `compose/` wires them, and `testing/` has a fake of each. The
stores are ports because a second implementation of each, on PostgreSQL, is planned.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from paperlark.domain.announcement import Earlier, Feed, Via
from paperlark.domain.archive import CacheEntry, PaperVector, ScannedPaper, VectorChunk
from paperlark.domain.authorship import Authorship
from paperlark.domain.batch_job import BatchJob
from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.criteria import Criteria
from paperlark.domain.delivery import Message, MessageFormat, Parcel
from paperlark.domain.digest import Digest, Page, SeenBefore
from paperlark.domain.exploration import Explored, Outcome
from paperlark.domain.feedback import Evidence, LaterVotes
from paperlark.domain.judgement import (
    FIRST_READING,
    NO_PRECEDENTS,
    Judgement,
    JudgementKey,
    Match,
    MatchedTerms,
    ModelCall,
    Precedents,
    Unjudged,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs, Profile
from paperlark.domain.readers import KnownReader
from paperlark.domain.saving import SavedCopy, SavedPaper
from paperlark.domain.search import Hits, PaperStatus, SearchQuery
from paperlark.domain.spending import Spend, Tokens
from paperlark.domain.translation import StoredTranslation, TranslationReply


class Source(Protocol):
    """A source of announcements."""

    @property
    def via(self) -> Via:
        """The arXiv endpoint that it reads, or that it is a plug-in."""
        ...

    def feed(self, category: str, day: date) -> Feed:
        """Fetch the category's feed of that day, which may be empty.

        Raises SourceError when it could not be got.
        """
        ...


class AnnouncementBatches(Protocol):
    """Stored announcements: each batch is fetched once."""

    def batch(self, category: str, day: date) -> Feed | None:
        """Return the category's batch of that day, None where it is not stored."""
        ...

    def keep(self, feed: Feed, day: date) -> None:
        """Store a batch, replacing an earlier one of that day and category."""
        ...

    def earlier(self, category: str, day: date) -> tuple[Earlier, ...]:
        """Return the papers of the last few batches before that day, latest first."""
        ...


class AuthorService(Protocol):
    """A service that knows which persons wrote a paper."""

    @property
    def name(self) -> str:
        """The name of the service, as the page shows it."""
        ...

    def look_up(self, papers: Sequence[Paper]) -> Mapping[PaperId, Authorship]:
        """Look up every paper's authors, in the order of `papers`; a failure is in the result.

        Raises nothing: a page can be made without.
        """
        ...


class Ranker(Protocol):
    """Ranks papers without a language model."""

    def rank(
        self, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence
    ) -> tuple[Match, ...]:
        """Return a match per paper, in the order of `papers`; each rank 1..len(papers) once.

        Criteria and evidence may be empty.
        """
        ...


class LearningRanker(Ranker, Protocol):
    """A ranker that learns from labels ahead of a day, and names the words that moved a paper."""

    def learn(self, criteria: Criteria, evidence: Evidence) -> None:
        """Learn what `rank` will need with this criteria and evidence, as far as it can be kept."""
        ...

    def explain(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,
        evidence: Evidence,
        chosen: Container[PaperId],
    ) -> Mapping[PaperId, MatchedTerms]:
        """Name the terms that moved the chosen ones of the papers, as `rank` ranks them."""
        ...


@dataclass(frozen=True, slots=True)
class ReaderToRank:
    """A reader for whom a day is to be ranked, among many.

    `known` changes whenever the evidence does; the evidence itself is only asked for where nothing
    is kept that was learned from it.
    """

    reader: str
    criteria: Criteria
    known: str
    evidence: Callable[[], Evidence]


class ExampleSource(Protocol):
    """Labelled examples of a reader from earlier days, votes and imports."""

    def evidence(self, profile: Profile, day: date) -> Evidence:
        """Return what was known before that day's papers were announced.

        Examples of papers announced to the reader on that day or later are left out, so that a
        day made again is the same.
        """
        ...

    def later_votes(self, profile: Profile, day: date) -> LaterVotes:
        """Return the votes that came too late for that day, and whether `evidence` has them."""
        ...


class Judge(Protocol):
    """Judges papers against the reader's criteria."""

    def model(self, day: date) -> str:
        """Return the name of the model that judges that day, as the page shows it."""
        ...

    @property
    def signature(self) -> str:
        """Identifies what a judgement depends on beside paper and criteria: model and prompt."""
        ...

    @property
    def prompt(self) -> str:
        """The selection prompt, for the page's appendix."""
        ...

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,
        precedents: Precedents = NO_PRECEDENTS,
        reading: int = FIRST_READING,
    ) -> Iterator[ModelCall | Unjudged]:
        """Judge papers, given best first, and yield results as they arrive.

        `reading` counts from 1. Every paper is in exactly one judgement of one call or in one
        Unjudged.
        """
        ...


class PrecedentFinder(Protocol):
    """Finds similar earlier papers in the archive, unwanted ones included."""

    def precedents(self, papers: Sequence[Paper], day: date) -> Precedents:
        """Return the nearest papers announced before that day, and before the paper itself.

        The papers are added to the archive.
        """
        ...


class PaperVectors(Protocol):
    """Stored embeddings, computed once for all readers; `space` is the embedding's fingerprint."""

    def find(self, papers: Iterable[PaperId], space: str) -> Mapping[PaperId, PaperVector]:
        """Return the vectors of those papers that have one in this space."""
        ...

    def before(self, day: date, space: str) -> Iterator[VectorChunk]:
        """Yield all vectors of papers announced before that day, by id, a chunk at a time."""
        ...

    def without_vector(self, day: date, space: str, most: int) -> Sequence[tuple[Paper, date]]:
        """Return papers announced before that day without a vector in this space, latest first."""
        ...

    def keep(self, vectors: Iterable[PaperVector], space: str) -> None:
        """Store vectors in one transaction, each replacing one of another space.

        Of two days of one paper the earlier one counts.
        """
        ...


class PaperEncodings(Protocol):
    """A cache of the words and embeddings of papers, by a fingerprint of what they were made of."""

    def find(self, made_of: Iterable[bytes]) -> Mapping[bytes, bytes]:
        """Return those that are kept."""
        ...

    def keep(self, encodings: Mapping[bytes, bytes]) -> None:
        """Keep more of them; the oldest may be deleted."""
        ...


class ChatModel(Protocol):
    """A language model that answers one prompt at a time; called from several threads."""

    @property
    def name(self) -> str:
        """The model's name on its server."""
        ...

    def ask(self, prompt: Prompt) -> ChatReply:
        """Send a prompt; the reply is JSON of the prompt's schema if the model can.

        Raises ModelError: ModelBusy after retries, ModelRefused or ModelUnusable.
        """
        ...


class QuestionBook(Protocol):
    """The questions under way: each is noted before it is sent. Safe for threads."""

    def note(self, model: str, tokens: Tokens, most: Decimal | None) -> str:
        """Note a question that takes up to so many tokens and US dollars; returns the note's key.

        The note ends when a spend with that key is stored. Raises StoreError where it cannot be
        noted, or an answer could not be stored; then nothing may be sent.
        """
        ...

    def drop(self, key: str) -> None:
        """End a note: it is certain that nothing is billed. Raises nothing."""
        ...


class FailureMemory(Protocol):
    """What is remembered for a while of a model that failed in one way; never raises."""

    def recall(self) -> str | None:
        """Return what it said last, None where nothing is remembered, or no longer."""
        ...

    def keep(self, said: str) -> None:
        """Remember it, with a short text that is safe to show."""
        ...

    def forget(self) -> None:
        """Forget it: the model is well again."""
        ...


class JudgementMemory(Protocol):
    """Stored judgements, so that none is paid for twice."""

    def judgements(
        self, papers: Sequence[Paper], judgement_key: JudgementKey
    ) -> tuple[Judgement, ...]:
        """Return the judgements of these versions under the key's criteria and judge."""
        ...

    def keep(self, model_call: ModelCall, judgement_key: JudgementKey) -> None:
        """Store one call at once, in one transaction.

        A judgement with a comment is never replaced by a later one; one without always is.
        """
        ...

    def spend(self, judgement_key: JudgementKey) -> Spend:
        """Add up all calls of that page, those of earlier runs included."""
        ...


class TranslationMemory(Protocol):
    """Stored translations of criteria, so that none is paid for twice."""

    def find(self, criteria: str, translator: str) -> StoredTranslation | None:
        """Return what that translator made of these criteria, None where it never answered."""
        ...

    def keep(self, reply: TranslationReply, key: JudgementKey) -> None:
        """Store a reply with its calls, in one transaction; `key.judge` is the translator.

        A usable translation is never replaced.
        """
        ...


class BatchJobs(Protocol):
    """Stored batch jobs: each is stored before it is submitted to the service."""

    def open_jobs(self) -> tuple[BatchJob, ...]:
        """Return all jobs without stored results, of every day and profile, oldest first."""
        ...

    def of(self, judgement_key: JudgementKey) -> tuple[BatchJob, ...]:
        """Return all jobs of this key, collected or not, oldest first."""
        ...

    def keep(self, job: BatchJob) -> None:
        """Store a job, replacing its earlier state."""
        ...

    def drop(self, job: BatchJob) -> None:
        """Delete a job that never reached the service."""
        ...

    def collect(self, job: BatchJob, model_calls: Iterable[ModelCall]) -> None:
        """Store all results of a job and mark it collected, in one transaction.

        For a job that is collected already, nothing is stored again.
        """
        ...


class Renderer(Protocol):
    """Renders a digest as a page."""

    def render(self, digest: Digest) -> Page:
        """Render the page; the same digest always has the same bytes."""
        ...


class Channel(Protocol):
    """A delivery channel of a reader: a mailbox, a chat."""

    @property
    def message_format(self) -> MessageFormat:
        """The format of its messages."""
        ...

    @property
    def deduplicates(self) -> bool:
        """Whether a message sent twice under one name is delivered once."""
        ...

    def send(self, message: Message, name: str) -> None:
        """Send a message; a retry has the same `name`, an idempotency key.

        Raises DeliveryError: ChannelBusy, ChannelRefused or MaybeDelivered.
        """
        ...


class SavedCopies(Protocol):
    """What is known of one reader's saved papers in one place."""

    def all(self) -> Mapping[PaperId, SavedCopy]:
        """Return every copy, also of papers that are no longer saved, by paper."""
        ...

    def keep(self, copies: Iterable[SavedCopy]) -> None:
        """Store copies in one transaction, each replacing the earlier one of its paper.

        Raises StoreError, also where another run has taken over: then nothing more may be sent.
        """
        ...


class Saver(Protocol):
    """Brings a reader's saved papers to one place outside: a library, a folder, a service.

    Write one in `savers/` and add it to `compose/savers.py`, or write a plug-in. It is called under
    the reader's run lock, by every morning and by `paperlark save`, always with all saved papers:
    what is to be done follows from them and from the copies, so that a killed run is simply run
    again.
    """

    @property
    def name(self) -> str:
        """What it is called in the profile and in messages, such as `zotero`."""
        ...

    @property
    def place(self) -> str:
        """Where it writes, without secrets: copies are kept by it, and another place is empty."""
        ...

    def bring(self, papers: Sequence[SavedPaper], copies: SavedCopies) -> None:
        """Update the place with the saved papers, oldest save first.

        Store a copy as SENDING before it is sent where a second sending could be noticed, and its
        outcome as soon as it is known: THERE; FAILED with a problem, which stops no other paper;
        DELETED where the reader has deleted it there, which is final. A copy that need not be
        written is not stored again. A paper that is no longer saved is left where it is.

        Raises SavingError where the place as a whole cannot be used; what was stored counts.
        """
        ...


class ReaderTable(Protocol):
    """Who has pages, votes or imports in a database."""

    def all(self) -> tuple[KnownReader, ...]:
        """Return every reader, sorted by id."""
        ...

    def keep(self, choose: Callable[[Sequence[KnownReader]], KnownReader]) -> KnownReader:
        """Store the reader that `choose` returns for all others; nobody writes between."""
        ...


class Outbox(Protocol):
    """Stored deliveries: the messages for each channel, and their status."""

    def keep(self, parcel: Parcel) -> None:
        """Store a parcel in one transaction, replacing its earlier state."""
        ...

    def note_delivered(self, parcel: Parcel) -> None:
        """Store which messages of a parcel have arrived, whatever happened to the run meanwhile."""
        ...

    def since(self, profile: str, day: date) -> tuple[Parcel, ...]:
        """Return all parcels of that day and later, oldest first."""
        ...


class Archive(Protocol):
    """Stored digests."""

    def save(self, digest: Digest) -> None:
        """Store the digest, replacing an earlier one of that profile and day."""
        ...

    def digest(self, profile: str, day: date) -> Digest | None:
        """Return the digest of that day, None where there is none."""
        ...

    def days(self, profile: str) -> tuple[date, ...]:
        """Return the days that have a digest, in order."""
        ...

    def fingerprints(self, profile: str) -> Mapping[date, str]:
        """Return a fingerprint of every day's digest, in the order of the days."""
        ...

    def seen(
        self, profile: str, day: date, papers: Iterable[PaperId]
    ) -> Mapping[PaperId, SeenBefore]:
        """Return which of these papers were announced to that reader on an earlier day.

        Or on a later one whose page was made before this one's.
        """
        ...

    def explored(self, profile: str, day: date, days: int) -> tuple[Explored, ...]:
        """Return the judged random samples of the last `days` earlier days that have one.

        In no particular order.
        """
        ...

    def outcomes(
        self, profile: str, day: date, days: int, cutoffs: Cutoffs
    ) -> tuple[tuple[Outcome, ...], ...]:
        """Return what became of the papers of the last `days` earlier days with judged ones.

        A tuple per day, oldest first. Only papers with a probability that were above or below the
        threshold, sampled ones included; `cutoffs` decide which of the judged were wanted.
        """
        ...


class ScannedPapers(Protocol):
    """Every paper that was scanned for a reader, selected or not."""

    def count(self, profile: str, first: date, last: date) -> int:
        """Count the papers of these days, ends included."""
        ...

    def between(self, profile: str, first: date, last: date) -> Iterator[ScannedPaper]:
        """Yield the papers of these days, latest day first, selected papers first in each."""
        ...


class PaperTexts(Protocol):
    """Stored titles, abstracts and other metadata of papers."""

    def find(self, papers: Iterable[PaperId]) -> Mapping[PaperId, Paper]:
        """Return the papers whose text is stored, in the latest version."""
        ...


class PaperSearch(Protocol):
    """Full-text search over a reader's papers, each query in bounded time."""

    def waiting(self) -> int:
        """Return how many texts are not indexed yet."""
        ...

    def catch_up(self, advance: Advance) -> None:
        """Index those texts; an interrupted call can be continued."""
        ...

    def all_words(self, query: SearchQuery) -> Hits:
        """Find papers with all terms of the query, in no particular order."""
        ...

    def any_word(self, query: SearchQuery) -> Hits:
        """Find papers with any term of the query, in no particular order."""
        ...

    def without_words(self, query: SearchQuery) -> Hits:
        """Find papers by all conditions but the terms, latest first.

        No papers where the query has no other condition.
        """
        ...

    def identified(self, query: SearchQuery) -> Hits:
        """Find the one paper that the query names, where it meets its conditions about days."""
        ...

    def papers_with(self, words: Iterable[str]) -> Mapping[str, int]:
        """Return how many papers have each of these words; words that none has are left out."""
        ...

    def statuses(self, query: SearchQuery, papers: Iterable[PaperId]) -> Sequence[PaperStatus]:
        """Return each paper's status, on a day that meets the query's conditions if any does."""
        ...


class Cache(Protocol):
    """A cache: what can be computed again at any time, and takes a while."""

    def find(self, key: str, made_of: str) -> bytes | None:
        """Return what is cached, None where it was made of other inputs."""
        ...

    def find_all(self, made_of: Mapping[str, str]) -> Mapping[str, bytes]:
        """Return what is cached of these keys, by key; what was made of other inputs is not."""
        ...

    def keep(self, entries: Iterable[CacheEntry]) -> None:
        """Store entries in one transaction, each replacing the one of its key."""
        ...


class Progress(Protocol):
    """Reports the progress of a run."""

    def step(self, name: str, total: int) -> AbstractContextManager[Advance]:
        """Open a step of `total` units, for example papers to judge."""
        ...


class Advance(Protocol):
    """Reports the progress of a step."""

    def __call__(self, units: int = 1, spend: Spend | None = None, /) -> None:
        """Report `units` more as done, and what they cost where they were paid for."""
        ...

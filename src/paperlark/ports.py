"""Every seam of paperlark, smallest first. Read this to know what can be exchanged.

Adapters take plain arguments and implement one of these; `compose/` puts them together and
`testing/` has a fake of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol

from paperlark.domain.announcement import Earlier, Feed, Via
from paperlark.domain.archive import CacheEntry, ScannedPaper
from paperlark.domain.authorship import Authorship
from paperlark.domain.batch_job import BatchJob
from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.criteria import Criteria
from paperlark.domain.delivery import Message, MessageFormat, Parcel
from paperlark.domain.digest import Digest, Page, SeenBefore
from paperlark.domain.exploration import Explored
from paperlark.domain.feedback import Evidence
from paperlark.domain.judgement import (
    FIRST_READING,
    NO_PRECEDENTS,
    Judgement,
    JudgementKey,
    Match,
    ModelCall,
    Precedents,
    Unjudged,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Profile
from paperlark.domain.search import Hits, PaperStatus, SearchQuery
from paperlark.domain.spending import Spend
from paperlark.domain.vectors import PaperVector, VectorChunk


class Source(Protocol):
    """Where announcements come from."""

    @property
    def via(self) -> Via:
        """Which of arXiv's doors this is."""
        ...

    def feed(self, category: str, day: date) -> Feed:
        """Give the category's feed of that day.

        Raises SourceError when it cannot be had; an empty feed is a feed.
        """
        ...


class AnnouncementBatches(Protocol):
    """What arXiv announced so far: asked once, known ever after."""

    def batch(self, category: str, day: date) -> Feed | None:
        """Give the category's batch of that day, None where it is not known."""
        ...

    def keep(self, feed: Feed, day: date) -> None:
        """Keep a batch, in place of an earlier one of that day and category."""
        ...

    def earlier(self, category: str, day: date) -> tuple[Earlier, ...]:
        """Give the papers of the last few batches before that day, latest first."""
        ...


class AuthorService(Protocol):
    """Who knows which persons wrote a paper."""

    @property
    def name(self) -> str:
        """The name of the service, as the page names it."""
        ...

    def look_up(self, papers: Sequence[Paper]) -> Mapping[PaperId, Authorship]:
        """Say of every paper who wrote it, in the order of `papers`, or why that is not known.

        Raises nothing: a page is made without.
        """
        ...


class Ranker(Protocol):
    """What orders papers without a language model."""

    def rank(
        self, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence
    ) -> tuple[Match, ...]:
        """Give one match per paper, in the order of `papers`; each rank 1..len(papers) once.

        Any criteria and any evidence will do, none at all too.
        """
        ...


class ExampleSource(Protocol):
    """What the days so far taught about a reader."""

    def evidence(self, profile: Profile, day: date) -> Evidence:
        """Give what was known before that day's papers came.

        What concerns a paper that was announced to the reader on that day or later is left out,
        so that a day made again is the same.
        """
        ...


class Judge(Protocol):
    """What makes judgements."""

    def model(self, day: date) -> str:
        """Name the model that judges that day, as the page prints it."""
        ...

    @property
    def signature(self) -> str:
        """Names all that a judgement depends on besides paper and criteria: model and prompt."""
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
        """Judge papers, best first, and yield what comes as it comes; `reading` counts from 1.

        Every paper ends in exactly one judgement of one exchange or in one Unjudged.
        """
        ...


class PrecedentFinder(Protocol):
    """Who knows the archive's earlier papers, those that nobody wanted too."""

    def precedents(self, papers: Sequence[Paper], day: date) -> Precedents:
        """Give the nearest papers that were announced before that day, and before the paper was.

        From then on these papers are known themselves.
        """
        ...


class PaperVectors(Protocol):
    """Where papers lie: found out once, for all readers. `space` names a space by its content."""

    def find(self, papers: Iterable[PaperId], space: str) -> Mapping[PaperId, PaperVector]:
        """Give the places of those papers that have one in this space."""
        ...

    def before(self, day: date, space: str) -> Iterator[VectorChunk]:
        """Give all places of papers announced before that day, by id, a shelf at a time."""
        ...

    def without_vector(self, day: date, space: str, most: int) -> Sequence[tuple[Paper, date]]:
        """Give papers announced before that day without a place in this space, latest first."""
        ...

    def keep(self, places: Iterable[PaperVector], space: str) -> None:
        """Keep places, in one transaction, each in place of one in another space.

        Of two days of one paper the earlier one counts.
        """
        ...


class ChatModel(Protocol):
    """A language model that answers one question at a time; called from several threads."""

    @property
    def name(self) -> str:
        """The model's name, as its server knows it."""
        ...

    def ask(self, prompt: Prompt) -> ChatReply:
        """Answer, as JSON of the prompt's schema if it can.

        Raises ModelError: ModelBusy after having retried, ModelRefused or ModelUnusable.
        """
        ...


class JudgementMemory(Protocol):
    """What was paid for is remembered here, so that it is never paid for twice."""

    def judgements(
        self, papers: Sequence[Paper], judgement_key: JudgementKey
    ) -> tuple[Judgement, ...]:
        """Give what is known of these very versions under the asking's criteria and judge."""
        ...

    def keep(self, model_call: ModelCall, judgement_key: JudgementKey) -> None:
        """Store one exchange in one transaction, at once.

        A judgement with a comment is never replaced by a later one; one without always is.
        """
        ...

    def spend(self, judgement_key: JudgementKey) -> Spend:
        """Add up all exchanges of that page, those of earlier runs too."""
        ...


class BatchJobs(Protocol):
    """Questions left with a batch service are written down here before they are sent."""

    def open_jobs(self) -> tuple[BatchJob, ...]:
        """Give all whose answers are not stored yet, of every day and profile, oldest first."""
        ...

    def of(self, judgement_key: JudgementKey) -> tuple[BatchJob, ...]:
        """Give all of this asking, collected or not, oldest first."""
        ...

    def keep(self, job: BatchJob) -> None:
        """Write a job down, in place of what was known of it."""
        ...

    def drop(self, job: BatchJob) -> None:
        """Forget a job that never reached the service."""
        ...

    def collect(self, job: BatchJob, model_calls: Iterable[ModelCall]) -> None:
        """Store all that came of a job, and that it did, in one transaction.

        Of a job that is collected already nothing is stored again.
        """
        ...


class Renderer(Protocol):
    """What turns a digest into a page."""

    def render(self, digest: Digest) -> Page:
        """Give the page; the same digest always gives the same bytes."""
        ...


class Channel(Protocol):
    """A way to a reader: a mailbox, a chat."""

    @property
    def message_format(self) -> MessageFormat:
        """How messages have to be written for it."""
        ...

    @property
    def deduplicates(self) -> bool:
        """Whether a message that is sent twice under one name reaches the reader as one."""
        ...

    def send(self, message: Message, name: str) -> None:
        """Send a message; one sent again has the same `name`, by which a copy can be told.

        Raises DeliveryError: ChannelBusy, ChannelRefused or MaybeDelivered.
        """
        ...


class Outbox(Protocol):
    """What was packed for channels, and what became of it: receipts."""

    def keep(self, parcel: Parcel) -> None:
        """Keep a parcel, in one transaction, in place of what was known of it."""
        ...

    def since(self, profile: str, day: date) -> tuple[Parcel, ...]:
        """Give all parcels of that day and later, oldest first."""
        ...


class Archive(Protocol):
    """Where digests are kept, for walking through the days."""

    def save(self, digest: Digest) -> None:
        """Keep the digest, in place of an earlier one of that profile and day."""
        ...

    def digest(self, profile: str, day: date) -> Digest | None:
        """Give the digest of that day, None where there is none."""
        ...

    def days(self, profile: str) -> tuple[date, ...]:
        """Give the days that have a digest, in order."""
        ...

    def fingerprints(self, profile: str) -> Mapping[date, str]:
        """Name every day's digest by its content, in the order of the days."""
        ...

    def seen(
        self, profile: str, day: date, papers: Iterable[PaperId]
    ) -> Mapping[PaperId, SeenBefore]:
        """Tell which of these papers were announced to that reader on a day before."""
        ...

    def explored(self, profile: str, day: date, days: int) -> tuple[Explored, ...]:
        """Give what was judged from below the line on the last so many such days before that one.

        In no particular order.
        """
        ...


class ScannedPapers(Protocol):
    """Every paper that was looked at for a reader, selected or not."""

    def count(self, profile: str, first: date, last: date) -> int:
        """Say how many there are of these days, ends included."""
        ...

    def between(self, profile: str, first: date, last: date) -> Iterator[ScannedPaper]:
        """Give those of these days, the latest day first, of a day the selected first."""
        ...


class PaperTexts(Protocol):
    """What papers say, as arXiv described them."""

    def find(self, papers: Iterable[PaperId]) -> Mapping[PaperId, Paper]:
        """Give those whose text is known, in its latest version."""
        ...


class PaperSearch(Protocol):
    """Finds a reader's papers by their words, each question in a bounded time."""

    def waiting(self) -> int:
        """Say how many texts came since its words were last brought up to date."""
        ...

    def catch_up(self, advance: Advance) -> None:
        """Read the words of those texts, each once; one that is interrupted is gone on with."""
        ...

    def all_words(self, question: SearchQuery) -> Hits:
        """Find papers with all terms of the question, in no particular order."""
        ...

    def any_word(self, question: SearchQuery) -> Hits:
        """Find papers with any term of the question, in no particular order."""
        ...

    def without_words(self, question: SearchQuery) -> Hits:
        """Find papers by all but the terms of the question, the latest first.

        None where it asks for nothing else.
        """
        ...

    def statuses(self, question: SearchQuery, papers: Iterable[PaperId]) -> Sequence[PaperStatus]:
        """Say what each paper is to the reader, on a day that the question applies to if any."""
        ...


class Cache(Protocol):
    """What can be made again at any time, kept because that takes a while."""

    def find(self, key: str, made_of: str) -> bytes | None:
        """Give what was kept, None where it was made of something else."""
        ...

    def keep(self, scraps: Iterable[CacheEntry]) -> None:
        """Keep them, in one transaction, each in place of what was kept under its key."""
        ...


class Progress(Protocol):
    """Where a run tells how far it is."""

    def step(self, name: str, total: int) -> AbstractContextManager[Advance]:
        """Open a step of `total` units, for example papers to judge."""
        ...


class Advance(Protocol):
    """What a step hands out to be told of progress."""

    def __call__(self, units: int = 1, spend: Spend | None = None, /) -> None:
        """Say that so many more units are done, and what they took where that was paid for."""
        ...

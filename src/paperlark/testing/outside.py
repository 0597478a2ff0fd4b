"""An example paper and an example feed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from paperlark.domain.announcement import AnnounceType, Feed, Listing, Via
from paperlark.domain.authorship import Authorship, NotIndexed
from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.delivery import Message, MessageFormat, Style
from paperlark.domain.errors import DeliveryError, FeedNotFound
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.domain.saving import CopyState, SavedCopy, SavedPaper
from paperlark.domain.spending import Spend
from paperlark.ports import Advance, SavedCopies


def a_paper(identifier: str = "2502.00001", **changes: object) -> Paper:
    """Return a small paper; any field can be set by its name."""
    fields: dict[str, object] = {
        "id": PaperId(identifier),
        "version": 1,
        "title": f"A paper called {identifier}",
        "authors": (Author("Ada Lovelace"),),
        "abstract": "We compute Bernoulli numbers.",
        "categories": ("cs.LG",),
    }
    return Paper(**(fields | changes))  # type: ignore[arg-type]  # the caller names the fields


def a_feed(
    *papers: Paper,
    category: str = "cs.LG",
    type: AnnounceType = AnnounceType.NEW,  # noqa: A002
) -> Feed:
    """Return a feed that lists these papers under one announce type."""
    listings = tuple(Listing(paper, type) for paper in papers)
    return Feed(category, None, listings, "a fake")


@dataclass(slots=True)
class FakeSource:
    """A source of given feeds; a category without one raises FeedNotFound, or a given error."""

    feeds: Sequence[Feed] = ()
    errors: Mapping[str, Exception] = field(default_factory=dict)
    via: Via = Via.RSS
    asked: list[str] = field(default_factory=list)

    def feed(self, category: str, day: date) -> Feed:
        """Return the category's feed on any day."""
        self.asked.append(category)
        if category in self.errors:
            raise self.errors[category]
        for feed in self.feeds:
            if feed.category == category:
                return feed
        raise FeedNotFound(f"no feed of {category} for {day}")


@dataclass(slots=True)
class FakeAuthorService:
    """Knows given authorships, has not indexed the others, and records what it was asked."""

    authorships: Mapping[PaperId, Authorship] = field(default_factory=dict)
    asked: list[PaperId] = field(default_factory=list)
    name: str = "The fake"

    def look_up(self, papers: Sequence[Paper]) -> Mapping[PaperId, Authorship]:
        """Look up paper by paper."""
        self.asked += [paper.id for paper in papers]
        return {paper.id: self.authorships.get(paper.id, NotIndexed()) for paper in papers}


@dataclass(slots=True)
class FakeChat:
    """A chat model that returns prepared answers in turn; an error among them is raised."""

    answers: Iterator[str | Exception]
    name: str = "fake-model"
    questions: list[str] = field(default_factory=list)

    def ask(self, prompt: Prompt) -> ChatReply:
        """Return the next answer."""
        self.questions.append(prompt.user)
        answer = next(self.answers)
        if isinstance(answer, Exception):
            raise answer
        return ChatReply(answer, Spend(None, None))


@dataclass(slots=True)
class FakeSaver:
    """A place in memory that has the titles of saved papers; an error in `errors` is raised."""

    name: str = "fake"
    place: str = "memory"
    titles: dict[PaperId, str] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)

    def bring(self, papers: Sequence[SavedPaper], copies: SavedCopies) -> None:
        """Write each title that is not there yet, or is another one by now."""
        known = copies.all()
        for one in papers:
            if self.errors:
                raise self.errors.pop(0)
            before, paper = known.get(one.paper.id), one.paper
            if before is not None and before.content == paper.title:
                continue
            self.titles[paper.id] = paper.title
            copies.keep([SavedCopy(paper.id, CopyState.THERE, one.saved, paper.id, paper.title)])


A_FORM = MessageFormat(Style.TEXT, longest=4000, subject_longest=100)
"""The format of a plain-text channel."""


class FakeChannel:
    """A channel that records what it was sent, or raises the next of `errors` instead.

    None in `errors` is no error; after the last one there are none.
    """

    def __init__(
        self,
        *errors: DeliveryError | None,
        form: MessageFormat = A_FORM,
        deduplicates: bool = False,
    ) -> None:
        self.message_format = form
        self.deduplicates = deduplicates
        self.sent: list[tuple[str, Message]] = []
        self._errors = list(errors)

    def send(self, message: Message, name: str) -> None:
        """Record the message and its name, or raise the next error."""
        error = self._errors.pop(0) if self._errors else None
        if error is not None:
            raise error
        self.sent.append((name, message))


class Silent:
    """A Progress without output."""

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Advance]:  # noqa: ARG002
        """Open a step."""

        def advance(_units: int = 1, _spend: Spend | None = None, /) -> None:
            return

        yield advance

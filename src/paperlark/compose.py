"""The only module that knows every concrete class: settings in, a press that makes pages out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from paperlark import __version__
from paperlark.day import Parts, make_digest
from paperlark.day.compare import is_worse
from paperlark.day.publish import check_writable, publish, withdraw
from paperlark.domain.calendar import weekdays
from paperlark.domain.digest import Digest
from paperlark.domain.errors import KeyMissing, PaperlarkError
from paperlark.domain.profile import Profile
from paperlark.llm.threads import Threads
from paperlark.ports import (
    Archive,
    Judge,
    People,
    Progress,
    Renderer,
    Source,
)
from paperlark.rankers.lexical import LexicalRanker
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.manifest import ManifestRenderer, failure_path, failure_record
from paperlark.renderers.markdown import MarkdownRenderer
from paperlark.settings import ModelSettings, Settings
from paperlark.store.batches import BatchStore
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.judgements import JudgementStore
from paperlark.store.lock import run_lock

if TYPE_CHECKING:
    from paperlark.sources._turnstile import Watch


@dataclass(frozen=True, slots=True)
class Choices:
    """What a command line may choose beside the profile; None is as the profile says.

    `patience` is how many seconds to wait for another run on the same database, which `tell` is
    told of.
    """

    output: Path | None = None
    feeds: Path | None = None
    judgements: Path | None = None
    use_model: bool = True
    notes: tuple[str, ...] = ()
    patience: float = 0.0
    tell: Callable[[str], object] = lambda _: None


@dataclass(frozen=True, slots=True)
class Made:
    """A digest and the paths of its pages; `kept` is the better one that was left in its place."""

    digest: Digest
    pages: tuple[Path, ...]
    kept: Digest | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """One profile's parts, put together and ready to make any day's page.

    `days` gives those of a range that there may be; `stop` has it begin nothing more that costs
    money, and gives how many answers are under way.
    """

    profile: Profile
    parts: Parts
    renderers: tuple[Renderer, ...]
    folder: Path
    notes: tuple[str, ...]
    days: Callable[[date, date], tuple[date, ...]]
    stop: Callable[[], int]

    def make(self, day: date, progress: Progress) -> Made:
        """Make, file and publish the day's digest, unless a better one is there.

        Raises PaperlarkError, and then the pages of before are still there, and a record of the
        failure beside them.
        """
        check_writable(self.folder)
        try:
            digest = make_digest(day, self.profile, self.parts, progress, self.notes)
            pages = [renderer.render(digest) for renderer in self.renderers]
        except PaperlarkError as error:
            publish([failure_record(day, self.profile.name, error)], self.folder)
            raise
        before = self.parts.archive.digest(self.profile.name, day)
        if before and is_worse(digest, before):
            return Made(digest, tuple(self.folder / page.path for page in pages), kept=before)
        self.parts.archive.file(digest)
        paths = publish(pages, self.folder)
        withdraw(failure_path(day), self.folder)
        return Made(digest, paths)


@dataclass(frozen=True, slots=True)
class World:
    """What is outside of any program: its environment, the time, and waiting."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    watch: Watch | None = None


@contextmanager
def open_press(
    settings: Settings,
    choices: Choices,
    world: World = World(),  # frozen
) -> Iterator[Press]:
    """Put the parts together; what they opened is closed at the end.

    Raises KeyMissing, RecordingUnreadable, SourceError or StoreError before any page is begun.
    """
    with ExitStack() as opened:
        database = settings.database
        opened.enter_context(run_lock(database, patience=choices.patience, tell=choices.tell))
        sources, days = _sources(settings, choices.feeds, world, opened)
        threads = _threads(settings.model, opened)
        judge, paid = _judge(settings, choices, world, threads, opened)
        connection = opened.enter_context(open_database(settings.database))
        archive = DigestStore(connection, settings.database)
        yield Press(
            profile=settings.profile,
            parts=Parts(
                sources=sources,
                batches=BatchStore(connection, settings.database),
                archive=archive,
                ranker=LexicalRanker(),
                judge=judge,
                memory=JudgementStore(connection, settings.database) if paid else None,
                people=_people(settings, world, opened),
            ),
            renderers=(HtmlRenderer(), MarkdownRenderer(), JsonRenderer(), ManifestRenderer()),
            folder=choices.output or settings.output,
            notes=choices.notes,
            days=days,
            stop=threads.stop if threads else lambda: 0,
        )


@contextmanager
def open_archive(settings: Settings) -> Iterator[Archive]:
    """Open what has been made so far."""
    with open_database(settings.database) as connection:
        yield DigestStore(connection, settings.database)


def _sources(
    settings: Settings, feeds: Path | None, world: World, opened: ExitStack
) -> tuple[tuple[Source, ...], Callable[[date, date], tuple[date, ...]]]:
    """Give where feeds come from, the most trusted claim first, and which days there may be."""
    if feeds is not None:
        from paperlark.sources.recorded import RecordedFeeds  # noqa: PLC0415  # not both are needed

        recorded = RecordedFeeds(feeds)
        return (recorded,), recorded.days
    return _arxiv(settings, world, opened), weekdays


def _arxiv(settings: Settings, world: World, opened: ExitStack) -> tuple[Source, ...]:
    """Give all of arXiv's doors behind one polite client."""
    # They bring the HTTP client, which a page from recorded feeds does not need.
    from paperlark.sources._polite import PoliteClient  # noqa: PLC0415
    from paperlark.sources._turnstile import WATCH  # noqa: PLC0415
    from paperlark.sources.listing import CatchupPages, ListingPages  # noqa: PLC0415
    from paperlark.sources.oai import OaiRecords  # noqa: PLC0415
    from paperlark.sources.rss import RssFeeds  # noqa: PLC0415
    from paperlark.sources.search_api import SearchResults  # noqa: PLC0415

    arxiv = settings.arxiv
    client = opened.enter_context(
        PoliteClient(
            _user_agent(settings),
            _cache_folder(world),
            budget=arxiv.patience,
            watch=world.watch or WATCH,
        )
    )
    return (
        RssFeeds(client, arxiv.rss),
        ListingPages(client, arxiv.pages),
        CatchupPages(client, arxiv.pages),
        OaiRecords(client, arxiv.oai),
        SearchResults(client, arxiv.search),
    )


def _cache_folder(world: World) -> Path:
    """Give the folder that all of a user's runs share, so that together they are polite."""
    cache = world.environment.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    return Path(cache) / "paperlark" / "arxiv"


def _people(settings: Settings, world: World, opened: ExitStack) -> People | None:
    if settings.people is None:
        return None
    from paperlark.people.semantic_scholar import SemanticScholar  # noqa: PLC0415  # HTTP client

    return opened.enter_context(
        SemanticScholar(
            base_url=settings.people.base_url,
            key=world.environment.get(settings.people.key_variable),
            user_agent=_user_agent(settings),
        )
    )


def _user_agent(settings: Settings) -> str:
    contact = f" ({settings.arxiv.contact})" if settings.arxiv.contact else ""
    return f"paperlark/{__version__}{contact}"


def _threads(model: ModelSettings | None, opened: ExitStack) -> Threads | None:
    return opened.enter_context(Threads(model.parallel)) if model else None


def _judge(
    settings: Settings, choices: Choices, world: World, threads: Threads | None, opened: ExitStack
) -> tuple[Judge | None, bool]:
    """Give the judge, and whether its judgements are paid for; a recording goes before a model."""
    criteria = settings.profile.criteria
    if choices.judgements is not None:
        from paperlark.judges.recorded import RecordedJudge  # noqa: PLC0415  # brings pydantic

        return RecordedJudge(choices.judgements, criteria), False
    model = settings.model
    if model is None or threads is None or not choices.use_model:
        return None, False
    from paperlark.judges.llm import LlmJudge  # noqa: PLC0415  # only a page with a model needs it
    from paperlark.llm.openai_compatible import OpenAICompatible  # noqa: PLC0415  # likewise

    key = _key(model, world.environment)
    chat = OpenAICompatible(model.base_url, model.model, key=key, timeout=model.timeout)
    opened.enter_context(chat)
    judge = LlmJudge(chat, criteria, batch_size=model.batch_size, map_=threads.map)
    return judge, True


def _key(model: ModelSettings, environment: Mapping[str, str]) -> str | None:
    if model.key_variable is None:
        return None
    key = environment.get(model.key_variable, "").strip()
    if not key:
        raise KeyMissing(
            f"{model.model} needs a key and the environment variable {model.key_variable} is empty",
            mend=f"export {model.key_variable}=..., or make a page without a model: --no-llm",
        )
    return key

"""The only module that knows every concrete class: settings in, a press that makes pages out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from paperlark import __version__
from paperlark.day import make_digest
from paperlark.day.publish import check_writable, publish
from paperlark.domain.criteria import Criteria
from paperlark.domain.digest import Digest
from paperlark.domain.errors import KeyMissing
from paperlark.domain.profile import Profile
from paperlark.ports import Archive, Judge, Memory, Progress, Ranker, Renderer, Source
from paperlark.rankers.lexical import LexicalRanker
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.markdown import MarkdownRenderer
from paperlark.settings import ModelSettings, Settings
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.judgements import JudgementStore

_Given = TypeVar("_Given")
_Got = TypeVar("_Got")


@dataclass(frozen=True, slots=True)
class Choices:
    """What a command line may choose beside the profile; None is as the profile says."""

    output: Path | None = None
    feeds: Path | None = None
    judgements: Path | None = None
    use_model: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Press:
    """One profile's parts, put together and ready to make any day's page."""

    profile: Profile
    source: Source
    ranker: Ranker
    judge: Judge | None
    memory: Memory | None
    archive: Archive
    renderers: tuple[Renderer, ...]
    folder: Path
    notes: tuple[str, ...]

    def make(self, day: date, progress: Progress) -> tuple[Digest, tuple[Path, ...]]:
        """Make, file and publish the day's digest; gives it and the pages' paths.

        Raises PaperlarkError, and then the pages of before are still there.
        """
        check_writable(self.folder)
        digest = make_digest(
            day,
            self.profile,
            source=self.source,
            ranker=self.ranker,
            judge=self.judge,
            memory=self.memory,
            progress=progress,
            notes=self.notes,
        )
        pages = [renderer.render(digest) for renderer in self.renderers]
        paths = publish(pages, self.folder)
        self.archive.file(digest)
        return digest, paths


@contextmanager
def open_press(
    settings: Settings, choices: Choices, environment: Mapping[str, str] = os.environ
) -> Iterator[Press]:
    """Put the parts together; what they opened is closed at the end.

    Raises KeyMissing, RecordingUnreadable, SourceError or StoreError before any page is begun.
    """
    with ExitStack() as opened:
        criteria = settings.profile.criteria
        source = _source(settings, choices.feeds)
        judge, paid = _judge(settings.model, choices, criteria, environment, opened)
        connection = opened.enter_context(open_database(settings.database))
        yield Press(
            profile=settings.profile,
            source=source,
            ranker=LexicalRanker(),
            judge=judge,
            memory=JudgementStore(connection, settings.database) if paid else None,
            archive=DigestStore(connection, settings.database),
            renderers=(HtmlRenderer(), MarkdownRenderer(), JsonRenderer()),
            folder=choices.output or settings.output,
            notes=choices.notes,
        )


@contextmanager
def open_archive(settings: Settings) -> Iterator[Archive]:
    """Open what has been made so far."""
    with open_database(settings.database) as connection:
        yield DigestStore(connection, settings.database)


def _source(settings: Settings, feeds: Path | None) -> Source:
    if feeds is not None:
        from paperlark.sources.recorded import RecordedFeeds  # noqa: PLC0415  # not both are needed

        return RecordedFeeds(feeds)
    from paperlark.sources.rss import RssFeeds  # noqa: PLC0415  # brings the HTTP client

    contact = f" ({settings.contact})" if settings.contact else ""
    return RssFeeds(base_url=settings.rss_url, user_agent=f"paperlark/{__version__}{contact}")


def _judge(
    model: ModelSettings | None,
    choices: Choices,
    criteria: Criteria,
    environment: Mapping[str, str],
    opened: ExitStack,
) -> tuple[Judge | None, bool]:
    """Give the judge, and whether its judgements are paid for; a recording goes before a model."""
    if choices.judgements is not None:
        from paperlark.judges.recorded import RecordedJudge  # noqa: PLC0415  # brings pydantic

        return RecordedJudge(choices.judgements, criteria), False
    if model is None or not choices.use_model:
        return None, False
    from paperlark.judges.llm import LlmJudge  # noqa: PLC0415  # only a page with a model needs it
    from paperlark.llm.openai_compatible import OpenAICompatible  # noqa: PLC0415  # likewise

    key = _key(model, environment)
    chat = OpenAICompatible(model.base_url, model.model, key=key, timeout=model.timeout)
    opened.enter_context(chat)
    threads = opened.enter_context(ThreadPoolExecutor(model.parallel))
    judge = LlmJudge(chat, criteria, batch_size=model.batch_size, map_=_as_they_come(threads))
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


class _as_they_come:  # noqa: N801  # a function in use; a class, so that its call is generic
    """A `map` over threads that gives each result as soon as it is there, in any order."""

    def __init__(self, threads: Executor) -> None:
        self._threads = threads

    def __call__(
        self, function: Callable[[_Given], _Got], items: Iterable[_Given], /
    ) -> Iterator[_Got]:
        for done in as_completed([self._threads.submit(function, item) for item in items]):
            yield done.result()

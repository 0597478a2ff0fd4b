"""Settings in, an open press or archive out; what was opened is closed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from paperlark.compose.parts import (
    choose_judge,
    choose_people,
    choose_ranker,
    choose_sources,
    start_threads,
)
from paperlark.compose.press import Press
from paperlark.compose.world import Choices, World
from paperlark.day import Parts
from paperlark.domain.errors import StoreError
from paperlark.ports import Archive
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.manifest import ManifestRenderer
from paperlark.renderers.markdown import MarkdownRenderer
from paperlark.settings import Settings
from paperlark.store.batches import BatchStore
from paperlark.store.database import check_not_set_aside, open_database
from paperlark.store.digests import DigestStore
from paperlark.store.experience import ExperienceStore
from paperlark.store.judgements import JudgementStore
from paperlark.store.lock import run_lock


@contextmanager
def open_press(settings: Settings, choices: Choices, world: World) -> Iterator[Press]:
    """Put the parts together; what they opened is closed at the end.

    Raises KeyMissing, RecordingUnreadable, SourceError or StoreError before any page is begun.
    """
    with ExitStack() as opened:
        database = settings.database
        opened.enter_context(run_lock(database, patience=choices.patience, tell=choices.tell))
        announcements = choose_sources(settings, choices.feeds, world, opened)
        threads = start_threads(settings.model, opened)
        judge, paid = choose_judge(settings, choices, world, threads, opened)
        connection = opened.enter_context(open_database(settings.database))
        archive = DigestStore(connection, settings.database)
        yield Press(
            profile=settings.profile,
            parts=Parts(
                sources=announcements.sources,
                batches=BatchStore(connection, settings.database),
                archive=archive,
                ranker=choose_ranker(),
                judge=judge,
                memory=JudgementStore(connection, settings.database) if paid else None,
                people=choose_people(settings, world, opened),
                experience=ExperienceStore(connection, settings.database),
            ),
            renderers=(HtmlRenderer(), MarkdownRenderer(), JsonRenderer(), ManifestRenderer()),
            folder=choices.output or settings.output,
            notes=choices.notes,
            days=announcements.days,
            begin=announcements.begin,
            stop=threads.stop if threads else lambda: 0,
        )


@contextmanager
def open_archive(settings: Settings) -> Iterator[Archive]:
    """Open what has been made so far; nothing is made here, not even an empty database."""
    if not settings.database.exists():
        check_not_set_aside(settings.database)
        raise StoreError(
            f"{settings.profile.name!r} has no page yet", mend="make one: paperlark today"
        )
    with open_database(settings.database) as connection:
        yield DigestStore(connection, settings.database)

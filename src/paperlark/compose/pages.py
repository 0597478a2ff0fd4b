"""Put together what makes or estimates pages; what was opened is closed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from paperlark.archive.following import printed_names
from paperlark.compose.chosen_plugins import choose_plugins
from paperlark.compose.judge import (
    choose_estimating_judge,
    choose_judge,
    start_threads,
)
from paperlark.compose.sources import choose_people, choose_sources
from paperlark.day import DayParts
from paperlark.domain.errors import JudgeError
from paperlark.domain.spending import NO_BOUND
from paperlark.llm.budget import BudgetLedger
from paperlark.renderers.page_files import RENDERERS
from paperlark.runs.estimate import EstimateDay, Estimator
from paperlark.runs.make_page import FetchAnnouncement, PageMaker, indexing_at_the_end
from paperlark.runs.ranking_criteria import CriteriaChooser
from paperlark.settings import Settings
from paperlark.settings.environment import Environment, RunOptions
from paperlark.settings.identity import claim, known
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.batch_jobs import BatchJobStore
from paperlark.store.database import open_database
from paperlark.store.derived import derived_stores
from paperlark.store.digests import DigestStore
from paperlark.store.examples import ExampleStore
from paperlark.store.judgements import JudgementStore, StoredQuestions
from paperlark.store.lock import RunLock, run_lock
from paperlark.store.readers import ReaderStore
from paperlark.store.scanned import ScannedStore
from paperlark.store.spending import BudgetTerms, SpendingStore
from paperlark.store.translations import TranslationStore


@dataclass(frozen=True, slots=True)
class OpenedParts:
    """What a page is made with, except for the judge.

    `begin_budget` starts a day's budget. `memory` and `spending` have what was paid for, `book`
    what is under way, `jobs` the submitted batches; `settings` have the id.
    """

    settings: Settings
    parts: DayParts
    announcements: FetchAnnouncement
    days: Callable[[date, date], tuple[date, ...]]
    begin_budget: Callable[[date], None]
    memory: JudgementStore
    book: StoredQuestions
    jobs: BatchJobStore
    spending: SpendingStore
    ranking: CriteriaChooser


@contextmanager
def open_page_maker(
    settings: Settings, options: RunOptions, environment: Environment
) -> Iterator[PageMaker]:
    """Put the parts together; what they opened is closed at the end.

    Raises KeyMissing, PriceUnknown, RecordingUnreadable, SourceError or StoreError before any
    page is begun.
    """
    model = settings.model
    with ExitStack() as opened:
        held = enter_run(settings, options, opened)
        threads = start_threads(model, opened)
        ledger = BudgetLedger(model.budget if model else NO_BOUND)
        made = open_parts(settings, options, environment, ledger, held, opened)
        own = made.settings
        chosen = choose_judge(
            own, options, environment, threads, ledger, made.book, made.jobs, opened
        )
        parts = replace(made.parts, judge=chosen.judge)
        if chosen.plugin:
            taking_part = replace(parts.plugins, judge=chosen.plugin)
            parts = replace(parts, memory=made.memory, plugins=taking_part)
        if chosen.paid and model:
            source = model.price_source(environment.now())
            parts = replace(
                parts,
                memory=made.memory,
                prices=lambda: source,
                on_failure=model.on_failure,
                under_way=made.book.left,
            )
        # Pages of rows are rendered when somebody looks at them, unless they are asked for here.
        folder = options.output or (None if settings.is_stored else settings.output)
        yield PageMaker(
            profile=own.profile,
            parts=parts,
            renderers=RENDERERS if folder else (),
            folder=folder,
            notes=options.notes,
            announcements=made.announcements,
            days=made.days,
            collect=chosen.collect,
            begin=(made.book.begin, made.begin_budget) if chosen.paid else (),
            stop=threads.stop if threads else lambda: 0,
            ranking=replace(made.ranking, chat=chosen.chat),
        )


def enter_run(settings: Settings, options: RunOptions, opened: ExitStack) -> RunLock:
    """Wait until no other run is at work on the database, and keep others off it."""
    lock = partial(run_lock, settings.database, reader=settings.profile.id, tell=options.tell)
    held = opened.enter_context(lock(patience=options.patience, at_most=settings.at_most))
    return replace(held, aside=nullcontext) if options.feeds else held


def open_parts(  # noqa: PLR0917  # all that pages and estimates share
    settings: Settings,
    options: RunOptions,
    environment: Environment,
    ledger: BudgetLedger,
    held: RunLock,
    opened: ExitStack,
    *,
    writes: bool = True,
) -> OpenedParts:
    """Put everything together but for a judge; raises SourceError, StoreError or IdentityShared."""
    database = settings.database
    plugins = choose_plugins(settings, environment)
    arxiv = choose_sources(
        settings.arxiv, options.feeds, environment, opened, plugins=plugins.sources
    )
    tell = options.tell if options.anew else None
    stored = open_database(database, pages=settings.output, tell=tell)
    connection = opened.enter_context(stored)
    if writes:
        opened.enter_context(indexing_at_the_end(connection, database))
    readers = ReaderStore(connection, database)
    settings = claim(settings, readers, options.tell) if writes else known(settings, readers)
    spending = SpendingStore(connection, database)
    terms = BudgetTerms(settings.profile.id, settings.is_stored, settings.month_of_all)
    spending.limit(ledger, terms, environment.now)
    book = StoredQuestions(
        *(database, terms.reader),
        now=environment.now,
        check=held.check,
        month_of_all=terms.month_of_all,
    )
    opened.enter_context(book)
    from paperlark.rankers.embedded import ranker_and_precedents  # noqa: PLC0415  # numpy: 0.2 s

    embedded, precedent_finder = ranker_and_precedents(*derived_stores(connection, database))
    ranker, of_page = plugins.ranker(embedded)

    categories = settings.profile.categories
    parts = DayParts(
        sources=arxiv.sources,
        batches=AnnouncementStore(connection, database),
        archive=DigestStore(connection, database),
        ranker=ranker,
        author_service=choose_people(settings, environment, opened),
        example_source=ExampleStore(connection, database, all_votes=options.all_votes),
        precedent_finder=precedent_finder,
        printed_names=partial(printed_names, ScannedStore(connection, database), settings),
        plugins=of_page,
    )
    return OpenedParts(
        settings=settings,
        parts=parts,
        announcements=FetchAnnouncement(categories, parts, arxiv.begin, held.aside),
        days=arxiv.days,
        begin_budget=partial(spending.begin_budget, ledger, terms, environment.now),
        memory=JudgementStore(connection, database, now=environment.now),
        book=book,
        jobs=BatchJobStore(
            connection, database, now=environment.now, month_of_all=terms.month_of_all
        ),
        spending=spending,
        ranking=CriteriaChooser(
            settings.profile,
            TranslationStore(connection, database, now=environment.now),
            settings.model.model if settings.model else None,
        ),
    )


@contextmanager
def open_estimator(
    settings: Settings, options: RunOptions, environment: Environment
) -> Iterator[Estimator]:
    """Put the parts together; what they opened is closed at the end. No key is needed.

    Raises JudgeError where the profile names no model, SourceError or StoreError.
    """
    model = settings.model
    if model is None:
        raise JudgeError(
            "the profile names no model, so there is nothing to estimate: its pages cost nothing",
            hint="add a table [judge]",
        )
    with ExitStack() as opened:
        held = enter_run(settings, options, opened)
        ledger = BudgetLedger(model.budget)
        made = open_parts(settings, options, environment, ledger, held, opened, writes=False)
        judge = choose_estimating_judge(
            made.settings.profile, model, made.spending, made.jobs, opened
        )
        if options.batch is not None:
            model = replace(model, batch=options.batch)
        yield Estimator(
            model.model,
            model.price_source(environment.now()),
            made.days,
            EstimateDay(
                made.settings.profile,
                model,
                replace(made.parts, memory=made.memory),
                made.announcements,
                (made.begin_budget,),
                judge,
                ledger,
                environment.now,
                made.ranking,
            ),
        )

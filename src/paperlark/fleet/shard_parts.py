"""Put together what shards are made with, for one process that makes one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from types import MappingProxyType

from paperlark.archive.following import printed_names
from paperlark.compose.judge import choose_judge, start_threads
from paperlark.compose.sources import choose_people
from paperlark.day import DayParts
from paperlark.day.announce import stored_announcement
from paperlark.domain.authorship import Authorship
from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.spending import NO_BOUND
from paperlark.domain.translation import RankingCriteria
from paperlark.fleet.politeness import PacedAuthors, turn_at_model
from paperlark.fleet.shard import ShardParts, StreamCache
from paperlark.llm.budget import BudgetLedger
from paperlark.ports import AuthorService, ChatModel
from paperlark.runs.progress import NO_PROGRESS
from paperlark.runs.ranking_criteria import CriteriaChooser
from paperlark.settings import Settings
from paperlark.settings.environment import Environment, RunOptions
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.batch_jobs import BatchJobStore
from paperlark.store.connection import DatabaseConnection, connect_again
from paperlark.store.derived import derived_stores
from paperlark.store.digests import DigestStore
from paperlark.store.examples import ExampleStore
from paperlark.store.judgements import JudgementStore, StoredQuestions
from paperlark.store.rate_limits import SharedPause
from paperlark.store.scanned import ScannedStore
from paperlark.store.spending import BudgetTerms, SpendingStore
from paperlark.store.translations import TranslationStore

_PEOPLE_PAUSE = 1.1
"""Seconds between two look-ups of authors by all workers: Semantic Scholar allows one a second."""
SettingsOf = Callable[[Sequence[str]], Mapping[str, Settings | PaperlarkError]]
"""Returns the settings of each of these readers, or why they cannot be used."""


@contextmanager
def open_shard_parts(
    database: DatabasePlace,
    settings: SettingsOf,
    environment: Environment,
    options: RunOptions | None = None,
    *,
    missing: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[ShardParts]:
    """Connect to a database that is migrated, and put together what its shards are made with.

    `missing` has why a category has no announcement. Raises StoreError.
    """
    from paperlark.rankers.embedded import ranker_and_precedents  # noqa: PLC0415  # numpy: 0.2 s

    options = options or RunOptions()
    with closing(connect_again(database)) as connection, ExitStack() as opened:
        ranker, finder = ranker_and_precedents(*derived_stores(connection, database))
        examples = ExampleStore(connection, database)
        shared = _Shared(connection, database, environment, options, opened)
        base = DayParts(
            sources=(),
            batches=AnnouncementStore(connection, database),
            archive=DigestStore(connection, database),
            ranker=ranker,
            example_source=examples,
            precedent_finder=finder,
        )
        yield ShardParts(
            connection=connection,
            database=database,
            settings=settings,
            announcement=lambda categories, day: stored_announcement(
                *(day, categories, base.batches),
                missing=missing,
                believed=options.feeds is not None,
            ),
            ranking=shared.ranking,
            ranker=ranker,
            finder=finder,
            examples=examples,
            judged=partial(shared.judged, base),
            now=environment.now,
            streams=StreamCache(examples),
        )


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the readers of a process share: its connection, and what is known of authors."""

    connection: DatabaseConnection
    database: DatabasePlace
    environment: Environment
    options: RunOptions
    opened: ExitStack
    services: dict[str, AuthorService] = field(default_factory=dict)

    def ranking(
        self, settings: Settings, day: date, chat: ChatModel | None = None
    ) -> RankingCriteria:
        """Return what a reader's papers are ranked by; only with `chat` a model is asked."""
        model = settings.model.model if settings.model else None
        memory = TranslationStore(self.connection, self.database, now=self.environment.now)
        return CriteriaChooser(settings.profile, memory, model, chat)(day)

    def parts(self, base: DayParts, settings: Settings) -> DayParts:
        """Return the parts of a reader's page without a model."""
        scanned = ScannedStore(self.connection, self.database)
        return replace(
            base,
            author_service=self._people(settings),
            printed_names=partial(printed_names, scanned, settings),
        )

    def _people(self, settings: Settings) -> AuthorService | None:
        if settings.people is None:
            return None
        key = repr((settings.people, settings.arxiv.user_agent))
        if key not in self.services:
            service = choose_people(settings, self.environment, self.opened)
            if service is None:
                return None
            if isinstance(self.database, DatabaseServer):
                turn = SharedPause(self.database, service.name, _PEOPLE_PAUSE)
                service = PacedAuthors(service, turn)
            self.services[key] = LookedUpOnce(service)
        return self.services[key]

    @contextmanager
    def judged(self, base: DayParts, settings: Settings, day: date) -> Iterator[DayParts]:
        """Open the parts of a reader's page with a model, within their budget.

        What it answers is stored as it arrives; criteria that others have too were paid for once,
        for one worker at a time asks a model.
        """
        model, now, reader = settings.model, self.environment.now, settings.profile.id
        own = self.parts(base, settings)
        if model is None and self.options.judgements is None:
            yield own
            return
        with ExitStack() as opened:
            turn = None
            if model is not None and isinstance(self.database, DatabaseServer):
                connect = partial(connect_again, self.database)
                turn = opened.enter_context(
                    turn_at_model(connect, f"{model.base_url} {model.model}")
                )
            book = opened.enter_context(
                StoredQuestions(
                    *(self.database, reader),
                    now=now,
                    check=turn,
                    month_of_all=settings.month_of_all,
                )
            )
            threads = start_threads(model, opened)
            ledger = BudgetLedger(model.budget if model else NO_BOUND)
            spending = SpendingStore(self.connection, self.database)
            terms = BudgetTerms(reader, settings.is_stored, settings.month_of_all)
            spending.limit(ledger, terms, now)
            jobs = BatchJobStore(
                self.connection, self.database, now=now, month_of_all=terms.month_of_all
            )
            chosen = choose_judge(
                settings, self.options, self.environment, threads, ledger, book, jobs, opened
            )
            if model is None or not chosen.paid:
                yield replace(own, judge=chosen.judge)
                return
            chosen.collect(NO_PROGRESS)
            book.begin(day)
            spending.begin_budget(ledger, terms, now, day)
            source = model.price_source(now())
            yield replace(
                own,
                judge=chosen.judge,
                memory=JudgementStore(self.connection, self.database, now=now),
                prices=lambda: source,
                on_failure=model.on_failure,
                under_way=book.left,
            )


class LookedUpOnce:
    """Implements AuthorService by another one, which is asked about each paper once."""

    def __init__(self, service: AuthorService) -> None:
        self._service = service
        self._known: dict[PaperId, Authorship] = {}

    @property
    def name(self) -> str:
        """The name of the service."""
        return self._service.name

    def look_up(self, papers: Sequence[Paper]) -> Mapping[PaperId, Authorship]:
        """Look up every paper's authors; a failure counts as known, for this process."""
        new = [paper for paper in papers if paper.id not in self._known]
        if new:
            self._known.update(self._service.look_up(new))
        return {paper.id: self._known[paper.id] for paper in papers if paper.id in self._known}

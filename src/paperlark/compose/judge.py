"""Which judge: a recording, or a model behind its server, asked within the budget.

The order in which a question passes budget, retries and rate limiter: `llm/chat_stack.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from paperlark.compose.model_server import capability_keeper, stored_capabilities
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import KeyMissing, PriceUnknown
from paperlark.domain.profile import Profile
from paperlark.llm.budget import BudgetLedger
from paperlark.llm.threads import Threads
from paperlark.ports import BatchJobs, ChatModel, Judge, Progress, QuestionBook
from paperlark.renderers.catalogue import is_tag_of_english, language_name
from paperlark.settings import ModelSettings, Settings
from paperlark.settings.environment import Environment, RunOptions
from paperlark.store.batch_jobs import new_jobs_check
from paperlark.store.model_servers import FAILING, UNREADABLE, ModelServerStore, StoredFailure
from paperlark.store.spending import SpendingStore

if TYPE_CHECKING:
    from paperlark.judges.batched import BatchedJudge
    from paperlark.judges.estimate import EstimatingJudge
    from paperlark.judges.llm import LlmJudge, Map
    from paperlark.llm.openai_compatible import OpenAICompatible


@dataclass(frozen=True, slots=True)
class ChosenJudge:
    """The judge, and whether it costs money.

    `collect` stores the answers of batches that an earlier run submitted, and returns their days.
    """

    judge: Judge | None
    paid: bool = False
    chat: ChatModel | None = None
    collect: Callable[[Progress], frozenset[date]] = lambda _: frozenset()


def start_threads(model: ModelSettings | None, opened: ExitStack) -> Threads | None:
    """Start the threads that send questions, where there is a model."""
    return opened.enter_context(Threads(model.parallel)) if model else None


def choose_judge(  # noqa: PLR0917  # all that a judge may need
    settings: Settings,
    options: RunOptions,
    environment: Environment,
    threads: Threads | None,
    ledger: BudgetLedger,
    book: QuestionBook,
    jobs: BatchJobs,
    opened: ExitStack,
) -> ChosenJudge:
    """Choose the judge; a recording takes precedence over a model."""
    criteria = settings.profile.criteria
    if options.judgements is not None:
        from paperlark.judges.recorded import RecordedJudge  # noqa: PLC0415  # brings pydantic

        return ChosenJudge(RecordedJudge(options.judgements, criteria))
    model = settings.model
    if model is None or threads is None or not options.use_model:
        return ChosenJudge(None)
    # With a model only.
    from paperlark.llm.chat_stack import Misconfigured, build_chat_stack  # noqa: PLC0415

    servers = ModelServerStore(settings.database, now=environment.now)
    failures = partial(StoredFailure, servers, model.base_url, model.model)
    try:
        server = opened.enter_context(
            _open_server(
                *(model, settings.database, environment, threads, failures(FAILING)),
                bounded=ledger.bounded,
            )
        )
    except (KeyMissing, PriceUnknown) as error:
        misconfigured = Misconfigured(model.model, error, model.on_failure)
        options.tell(str(error))
        return ChosenJudge(_llm_judge(settings.profile, model, misconfigured), paid=True)
    chat = build_chat_stack(
        *(server, model.base_url, ledger),
        book=book,
        own_prices=model.prices,
        now=environment.now,
        over=options.over,
    )
    apart = threads.asking(chat)
    live = _llm_judge(settings.profile, model, chat, threads.map, failures(UNREADABLE))
    submits = model.batch if options.batch is None else options.batch
    if not submits and not jobs.open_jobs():
        check = new_jobs_check(jobs, recorded=options.feeds is not None)
        return ChosenJudge(live, paid=True, chat=apart, collect=check)
    batched = _with_batches(
        live, server, jobs, ledger, settings.profile, model, submits=submits, now=environment.now
    )
    return ChosenJudge(batched, paid=True, chat=apart, collect=batched.collect)


def choose_estimating_judge(
    profile: Profile, model: ModelSettings, store: SpendingStore, jobs: BatchJobs, opened: ExitStack
) -> EstimatingJudge:
    """Return a judge that estimates what the profile's model would take; it needs no key."""
    from paperlark.judges.estimate import EstimatingJudge  # noqa: PLC0415  # counts tokens
    from paperlark.llm.openai_compatible import OpenAICompatible  # noqa: PLC0415  # HTTP client

    chat = opened.enter_context(OpenAICompatible(model.base_url, model.model))
    judge = _llm_judge(profile, model, chat)
    return EstimatingJudge(
        judge,
        profile.criteria.fingerprint,
        jobs=jobs.open_jobs(),
        completion_each=store.completion_each(judge.signature),
    )


def _llm_judge(
    profile: Profile,
    model: ModelSettings,
    chat: ChatModel,
    map_: Map = map,
    memory: StoredFailure | None = None,
) -> LlmJudge:
    from paperlark.judges.llm import LlmJudge  # noqa: PLC0415  # only a page with a model needs it
    from paperlark.judges.prompt import AnswerTexts, mentions_authors  # noqa: PLC0415  # likewise
    from paperlark.llm.prices import context_window  # noqa: PLC0415  # likewise

    return LlmJudge(
        chat,
        profile.criteria,
        cutoffs=profile.cutoffs,
        batch_size=model.batch_size,
        context=model.context or context_window(model.model, model.base_url),
        authors=mentions_authors(profile.criteria.text),
        writing=AnswerTexts(_language(profile), profile.summaries),
        map_=map_,
        memory=memory,
    )


def _language(profile: Profile) -> str | None:
    """Return the name of the language that a model writes in, None for English."""
    return None if is_tag_of_english(profile.language) else language_name(profile.language)


def _open_server(
    model: ModelSettings,
    database: DatabasePlace,
    environment: Environment,
    threads: Threads,
    memory: StoredFailure,
    *,
    bounded: bool,
) -> OpenAICompatible:
    """Return the client of the model's server, behind its rate limiter.

    Raises KeyMissing, and PriceUnknown where what may be spent is `bounded`.
    """
    # Only a page with a model needs these.
    from paperlark.llm.openai_compatible import OpenAICompatible  # noqa: PLC0415
    from paperlark.llm.rate_limiter import (  # noqa: PLC0415
        AimdConcurrency,
        RateLimiter,
        RateLimits,
    )

    key = model.key(environment)
    model.check_price(environment.now(), bounded=bounded)
    limits = RateLimits(model.requests_per_minute, model.tokens_per_minute)
    rate_limiter = RateLimiter(AimdConcurrency(model.parallel, limits))
    server = OpenAICompatible(
        model.base_url,
        model.model,
        key=key,
        address=model.address(environment),
        timeout=model.timeout,
        rate_limiter=rate_limiter,
        capabilities=stored_capabilities(model, database),
        on_learned=capability_keeper(model, database, environment.now),
        own_prices=model.prices,
        memory=memory,
        now=environment.now,
    )
    threads.on_stop(server.stop)
    return server


def _with_batches(  # noqa: PLR0917  # all that it is made of
    live: LlmJudge,
    chat: OpenAICompatible,
    jobs: BatchJobs,
    ledger: BudgetLedger,
    profile: Profile,
    model: ModelSettings,
    *,
    submits: bool,
    now: Callable[[], datetime],
) -> BatchedJudge:
    """Return a judge that asks `live` only for papers in no batch, or submits these if so set.

    What an earlier run submitted is collected in any case.
    """
    # Only a page with a model needs these.
    from paperlark.judges.batch_client import BatchClient  # noqa: PLC0415
    from paperlark.judges.batch_requests import BatchTerms  # noqa: PLC0415
    from paperlark.judges.batched import BatchedJudge  # noqa: PLC0415
    from paperlark.llm.batch import BatchService  # noqa: PLC0415

    service = BatchService(
        chat.connection, partial(chat.spend_of, batch=True), prompt=live.plan.system
    )
    return BatchedJudge(
        live,
        BatchClient(service, jobs, profile.id, model.model, profile.cutoffs, now=now),
        BatchTerms.of(chat, ledger, model.base_url, own_prices=model.prices, now=now),
        criteria=profile.criteria.fingerprint,
        submits=submits,
    )

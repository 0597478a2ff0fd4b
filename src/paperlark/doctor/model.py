"""Checks of the model: its price and budget, and, where allowed, one tiny request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from paperlark.compose.model_server import capability_keeper, known_server, stored_capabilities
from paperlark.doctor.findings import (
    CheckContext,
    Finding,
    Severity,
    error,
    note,
    ok,
    trouble,
    warning,
)
from paperlark.domain.calendar import today
from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.errors import (
    BudgetSpent,
    ModelBusy,
    ModelError,
    PriceUnknown,
    StoreBusy,
    StoreError,
)
from paperlark.domain.judgement import JudgementKey, ModelCall
from paperlark.domain.spending import Tokens
from paperlark.http.network_settings import is_on_this_machine
from paperlark.judges.llm import paid_calls
from paperlark.llm.budget import BudgetLedger
from paperlark.renderers.english import UNKNOWN, amount
from paperlark.settings import ModelSettings
from paperlark.store.database import open_database
from paperlark.store.judgements import JudgementStore, StoredQuestions
from paperlark.store.lock import run_lock
from paperlark.store.model_servers import REMEMBERED, UNREADABLE, ModelServerStore
from paperlark.store.spending import BudgetTerms, SpendingStore

if TYPE_CHECKING:
    from paperlark.llm.capabilities import Capabilities

_PROMPT = Prompt(
    system='You check a connection. Answer in JSON: {"ready": true}',
    user="Are you there?",
    schema={
        "type": "object",
        "properties": {"ready": {"type": "boolean"}},
        "required": ["ready"],
        "additionalProperties": False,
    },
    longest_answer=64,
)
_JUDGE = "doctor"
"""What the books have in place of the instructions' hash."""
_LONGEST = 60.0
"""Seconds: a local model may have to be loaded first."""
_OLD = timedelta(days=365)


def check_model(context: CheckContext) -> Iterator[Finding]:
    """Check price and budget, send a request, and report the discovered capabilities."""
    model = context.settings.model
    if model is None:
        yield ok("model", "none: the embedded ranker makes the page, at no cost")
        return
    yield _price(model, context.environment.now())
    yield from _budget(model, context.environment.now())
    yield from _unreadable(context, model)
    yield from _question(context, model)


def _price(model: ModelSettings, now: datetime) -> Finding:
    source = model.price_source(now)
    if source is None and is_on_this_machine(model.base_url):
        return ok("price", f"{model.model} runs on this machine: no price needed")
    if source is None:
        return note("price", f"no price known for {model.model} there", "state it in"
                    " [judge.prices]")  # fmt: skip
    found_price = f"{model.model}: {source.name}"
    if source.checked is None:
        return ok("price", found_price)
    found = f"{found_price}, checked on {source.checked}"
    if now.date() - source.checked > _OLD:
        return note("price", f"{found}, which is long ago", "update the package genai-prices")
    return ok("price", found)


def _budget(model: ModelSettings, now: datetime) -> Iterator[Finding]:
    budget = model.budget
    bounds = (("run", budget.run), ("day", budget.day), ("month", budget.month))
    limits = ", ".join(f"{amount(most)} a {what}" for what, most in bounds if most is not None)
    try:
        model.check_price(now)
    except PriceUnknown as failed:
        yield trouble("budget", failed)
        return
    if limits:
        yield ok("budget", f"at most {limits}")
    elif not is_on_this_machine(model.base_url):
        yield note("budget", "none: the cost of the model is not limited", "add [budget] month = 5")


def _unreadable(context: CheckContext, model: ModelSettings) -> Iterator[Finding]:
    """Warn of a model whose replies an earlier run could not read."""
    store = ModelServerStore(context.settings.database, now=context.environment.now)
    try:
        found = store.failure(model.base_url, model.model, UNREADABLE)
    except StoreError:
        # The database has a group of its own.
        return
    if found is not None:
        yield warning("replies", f"{model.model} gave replies that could not be read on"
                      f" {found.at.date()}; the last said: {found.said}",
                      "try another model, or see what this one answers; the next run sends it one"
                      f" question, and {REMEMBERED[UNREADABLE].days} days later this is"
                      " forgotten")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Asked:
    reply: ChatReply
    dialect: Capabilities | None


def _question(context: CheckContext, model: ModelSettings) -> Iterator[Finding]:
    key = context.environment.secret(model.key_variable) if model.key_variable else None
    if model.key_variable and key is None:
        yield error("model", f"{model.model} needs a key, and its secret is missing",
                    "see the secrets above")  # fmt: skip
    elif context.offline:
        yield note("model", "not contacted: --offline")
    elif not context.may_ask_model(_cost_in_words(model, context.environment.now())):
        yield note("model", "not contacted", "to contact it: paperlark doctor --yes")
    else:
        yield from _answer(context, model, key)
        return
    yield from _known(context)


def _answer(context: CheckContext, model: ModelSettings, key: str | None) -> Iterator[Finding]:
    try:
        asked = _ask(context, model, key)
    except StoreBusy as failed:
        yield note("model", f"not contacted: {failed.problem}", failed.hint)
    except BudgetSpent as failed:
        yield note("model", f"not contacted: {failed.problem}", failed.hint)
    except StoreError as failed:
        yield trouble("model", failed)
    except ModelBusy as failed:
        yield trouble("model", failed, Severity.WARNING)
    except ModelError as failed:
        yield trouble("model", failed)
    else:
        cost = asked.reply.spend.cost
        tokens = asked.reply.spend.tokens
        used = f"{tokens.total} tokens" if tokens else "token usage not reported"
        paid = amount(cost.total) if cost else UNKNOWN
        yield ok("model", f"{model.model} responds: {used}, cost {paid}")
        yield _form(asked)


def _form(asked: _Asked) -> Finding:
    """Report the response format, and whether the reply kept to it."""
    from paperlark.llm.capabilities import describe_capabilities  # noqa: PLC0415  # where there is a model

    found = "; ".join(describe_capabilities(asked.dialect)) if asked.dialect else "as known before"
    if _is_kept_to(asked.reply.text):
        return ok("response format", found)
    return note("response format", f"{found}; this reply was not in the requested format")


def _is_kept_to(text: str) -> bool:
    try:
        answer = json.loads(text)
    except ValueError:
        return False
    return isinstance(answer, dict) and answer.keys() == {"ready"}


def _ask(context: CheckContext, model: ModelSettings, key: str | None) -> _Asked:
    """Send the request once, within the budget and the books, and store what was discovered.

    Raises ModelError, and StoreError where the database is in use or cannot be written.
    """
    from paperlark.llm.chat_stack import Metered  # noqa: PLC0415  # where there is a model
    from paperlark.llm.openai_compatible import OpenAICompatible  # noqa: PLC0415  # HTTP client

    database, now = context.settings.database, context.environment.now
    with ExitStack() as opened:
        reader = context.settings.profile.id
        held = opened.enter_context(run_lock(database, reader=reader, patience=0.0))
        connection = opened.enter_context(open_database(database))
        keep = capability_keeper(model, database, now)
        known = stored_capabilities(model, database)
        learned = [known] if known else []

        def learn(dialect: Capabilities) -> None:
            learned.append(dialect)
            keep(dialect)

        day = today(now())
        ledger = BudgetLedger(model.budget)
        terms = BudgetTerms(reader, context.settings.is_stored, context.settings.month_of_all)
        SpendingStore(connection, database).begin_budget(ledger, terms, now, day)
        book = opened.enter_context(
            StoredQuestions(
                database, reader, now=now, check=held.check, month_of_all=terms.month_of_all
            )
        )
        book.begin(day)
        server = opened.enter_context(
            OpenAICompatible(
                model.base_url,
                model.model,
                key=key,
                address=model.address(context.environment),
                timeout=min(model.timeout, _LONGEST),
                capabilities=known,
                on_learned=learn,
                own_prices=model.prices,
                now=now,
            )
        )
        chat = Metered(server, model.base_url, ledger, book=book, own_prices=model.prices, now=now)
        calls: tuple[ModelCall, ...] = ()
        try:
            reply = chat.ask(_PROMPT)
            calls = (ModelCall((), reply.spend, reply.text),)
        except ModelError as failed:
            calls = paid_calls(failed)
            raise
        finally:
            books = JudgementStore(connection, database, now=now)
            for call in calls:
                books.keep(call, JudgementKey(day, reader, "", f"{model.model}/{_JUDGE}"))
        return _Asked(reply, learned[-1] if learned else None)


def _cost_in_words(model: ModelSettings, now: datetime) -> str:
    most = _most(model, now)
    cost = f"at most {amount(most)}" if most is not None else "an unknown price"
    return f"one tiny request to {model.model} at {model.base_url}, for {cost}"


def _most(model: ModelSettings, now: datetime) -> Decimal | None:
    from paperlark.llm import prices  # noqa: PLC0415  # megabytes of prices
    from paperlark.llm.chat_stack import max_prompt_tokens  # noqa: PLC0415  # where there is a model

    longest = Tokens(max_prompt_tokens(_PROMPT), _PROMPT.longest_answer or 0)
    return prices.worst_case_cost(model.model, model.base_url, longest, now, own=model.prices)


def _known(context: CheckContext) -> Iterator[Finding]:
    """Report what earlier runs discovered about the server."""
    try:
        server = known_server(context.settings)
    except StoreError:
        # The database has a group of its own.
        return
    if server is not None:
        yield ok("response format", f"{'; '.join(server.found)} (found on {server.at.date()})")

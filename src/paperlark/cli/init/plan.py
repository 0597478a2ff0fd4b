"""What `paperlark init` is going to write, and how it is summed up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.taxonomy import named
from paperlark.http.network_settings import is_on_this_machine
from paperlark.renderers import english
from paperlark.settings.answers import Mail, Model, SetupAnswers
from paperlark.settings.starter import criteria_text


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """What goes into the profile, and what is imported as well.

    `libraries` are Zotero libraries to import. `drafted_from` says in words from which papers the
    interests were drafted, None where they were not. `language` is a sentence on interests in a
    language that the papers are not in. `texts` are both files, once they were shown.
    """

    answers: SetupAnswers
    imports: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    drafted_from: str | None = None
    language: str | None = None
    texts: tuple[str, str] | None = None


def within_budget(model: Model, budget: Decimal | None, now: datetime) -> Model:
    """Set the monthly budget; without a known price there is none, for it would stop every page."""
    if budget is not None:
        return replace(model, budget=budget)
    from paperlark.llm import prices  # noqa: PLC0415  # megabytes of prices, only for a model

    priced = prices.source(model.name, model.base_url, now) is not None
    return model if priced else replace(model, budget=None)


def summary(plan: SetupPlan) -> Iterator[tuple[str, str]]:
    """Return what the files will contain, as names and values."""
    answers = plan.answers
    yield "fields", ", ".join(map(named, answers.categories))
    yield "interests", _interests_in_words(plan)
    if plan.language:
        yield "language", language_in_words(plan)
    if plan.imports or plan.libraries:
        yield "import", ", ".join((*plan.imports, *plan.libraries))
    yield "people", ", ".join(answers.followed) or "no followed authors"
    yield "model", _model_in_words(answers.model)
    yield "delivery", _delivery_in_words(answers)
    yield "when", f"every morning ({answers.timer})" if answers.timer else "by hand"


def language_in_words(plan: SetupPlan) -> str:
    """Return what follows from interests in another language, now that the model is known."""
    model = plan.answers.model
    if model is None:
        return plan.language or ""
    return (
        f"{model.name} reads your interests as you wrote them; they are translated into English"
        " once, for the ranking, and your text stays as it is"
    )


def _interests_in_words(plan: SetupPlan) -> str:
    answers = plan.answers
    if plan.drafted_from:
        return f"drafted from {plan.drafted_from}"
    if answers.interests:
        criteria = parse_criteria(criteria_text(answers))
        found = len(criteria.topics) or len(criteria.keywords)
        kind = "topic" if criteria.topics else "keyword"
        return f"your own words, {english.counted(found, kind)}"
    return (
        f"the example for {answers.template}" if answers.template else "the names of the categories"
    )


def _model_in_words(model: Model | None) -> str:
    if model is None:
        return "none"
    key = f"with the key kept as {model.key_variable}" if model.key_variable else "without a key"
    return f"{model.name} at {model.base_url}, {key}, {_cost_in_words(model)}"


def _cost_in_words(model: Model) -> str:
    if model.budget is not None:
        return f"for at most ${model.budget:f} a month"
    if is_on_this_machine(model.base_url):
        return "free, because it runs on this machine"
    return "without a budget, because no price is known"


def _delivery_in_words(answers: SetupAnswers) -> str:
    delivery = answers.delivery
    if delivery is None:
        return "none"
    if isinstance(delivery, Mail):
        port = f", port {delivery.port}" if delivery.port else ""
        return f"mail to {delivery.address} by {delivery.server}{port}"
    return f"a chat, with its address kept as {delivery.url_variable}"

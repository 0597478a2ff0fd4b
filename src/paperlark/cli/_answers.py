"""All answers of a new reader: from options, from questions, and as usual for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from paperlark.cli._given import Given
from paperlark.cli._means import ask_delivery, ask_model, ask_timer
from paperlark.cli._taste import Interests, ask_categories, ask_followed, ask_interests
from paperlark.domain.categories import named
from paperlark.renderers import english
from paperlark.settings.answers import CATEGORIES, Answers, Mail, Model


@dataclass(frozen=True, slots=True)
class Wishes:
    """What stands in the profile, and what is imported beside it."""

    answers: Answers
    imports: tuple[str, ...] = ()


def wishes_of(given: Given, now: datetime, *, asks: bool) -> Wishes:
    """Take what options say, ask for the rest where somebody is there, and take what is usual."""
    categories = given.categories or (ask_categories() if asks else CATEGORIES)
    interests = _interests(given, categories, asks=asks)
    followed = given.followed or (ask_followed() if asks else ())
    model = given.model or (ask_model() if asks and not given.without_model else None)
    delivery = given.delivery or (ask_delivery() if asks and not given.without_delivery else None)
    timer = given.timer or (ask_timer() if asks and not given.without_timer else None)
    answers = Answers(
        name=given.name,
        categories=categories,
        interests=interests.words,
        field=interests.field,
        followed=followed,
        model=_within_budget(model, given, now) if model else None,
        delivery=delivery,
        timer=timer,
    )
    return Wishes(answers, interests.imports)


def _interests(given: Given, categories: tuple[str, ...], *, asks: bool) -> Interests:
    known = given.interests or given.field or given.imports
    if known or not asks:
        return Interests(given.interests or "", given.field, given.imports)
    return ask_interests(categories)


def _within_budget(model: Model, given: Given, now: datetime) -> Model:
    """Bound what a model may cost; a bound that nobody can keep to would only stop every page."""
    if given.budget is not None:
        return replace(model, budget=given.budget)
    from paperlark.llm import prices  # noqa: PLC0415  # megabytes of prices, only for a model

    priced = prices.source(model.name, model.base_url, now) is not None
    return model if priced else replace(model, budget=None)


def summary(wishes: Wishes) -> Iterator[tuple[str, str]]:
    """Say what the files will say, each with its name."""
    answers = wishes.answers
    yield "fields", ", ".join(map(named, answers.categories))
    yield "interests", _interests_in_words(answers)
    if wishes.imports:
        yield "import", ", ".join(wishes.imports)
    yield "people", ", ".join(answers.followed) or "nobody followed"
    yield "model", _model_in_words(answers.model)
    yield "delivery", _delivery_in_words(answers)
    yield "when", f"every morning ({answers.timer})" if answers.timer else "by hand"


def _interests_in_words(answers: Answers) -> str:
    if answers.interests:
        return f"your own words, {english.counted(len(answers.interests.split()), 'word')}"
    return f"the example for {answers.template}" if answers.template else "the categories' names"


def _model_in_words(model: Model | None) -> str:
    if model is None:
        return "none"
    key = f"with the key kept as {model.key_variable}" if model.key_variable else "without a key"
    bound = (
        f"for at most ${model.budget:f} a month"
        if model.budget is not None
        else "without a budget, for its price is not known"
    )
    return f"{model.name} at {model.base_url}, {key}, {bound}"


def _delivery_in_words(answers: Answers) -> str:
    delivery = answers.delivery
    if delivery is None:
        return "none"
    if isinstance(delivery, Mail):
        return f"mail to {delivery.address} by {delivery.server}"
    return f"the chat whose address is kept as {delivery.url_variable}"

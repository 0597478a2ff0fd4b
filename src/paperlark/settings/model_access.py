"""What a model needs before it is asked: its key, and a price where there is a budget."""

from __future__ import annotations

from datetime import datetime

from paperlark.domain.errors import KeyMissing, PriceUnknown
from paperlark.settings.environment import Environment
from paperlark.settings.values import ModelSettings


def check_price(model: ModelSettings, now: datetime) -> None:
    """Raise PriceUnknown where there is a budget but no known price."""
    if model.budget.bounded and model.price_source(now) is None:
        raise PriceUnknown(
            f"no price known for {model.model} at {model.base_url}, so [budget] cannot be kept",
            hint="state its price in [judge.prices] (0 for a server of your own), or leave"
            " [budget] out",
        )


def model_key(model: ModelSettings, environment: Environment) -> str | None:
    """Return the key of the model's server, None where it needs none; raises KeyMissing."""
    name = model.key_variable
    if name is None:
        return None
    key = environment.secret(name)
    if not key:
        raise KeyMissing(
            f"{model.model} needs a key and there is no secret {name}",
            hint=f"export {name}=..., or keep it: paperlark secret set {name}; or make a page"
            " without a model: --no-llm",
        )
    return key

"""What tokens cost: public list prices, dated, kept by the genai-prices project."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from paperlark.domain.spending import Cost, Tokens


def cost(
    model: str, base_url: str | None, tokens: Tokens, at: datetime, *, cache_written: int = 0
) -> Cost | None:
    """Price tokens used at that moment, or give None where the price is not known.

    With a `base_url` the price is that of the provider behind it: a model of a famous name
    served from an address that nobody knows has no known price. `cache_written` are prompt
    tokens that the provider put into its cache, which some charge extra for.
    """
    from genai_prices import Usage, calc_price  # noqa: PLC0415  # megabytes of prices

    usage = Usage(
        input_tokens=tokens.prompt,
        output_tokens=tokens.completion,
        cache_read_tokens=tokens.cached or None,
        cache_write_tokens=cache_written or None,
    )
    try:
        price = calc_price(usage, model, provider_api_url=base_url, genai_request_timestamp=at)
    except (LookupError, ValueError):  # ValueError: more tokens cached than there were
        return None
    if price.model_price.input_mtok is None or price.model_price.output_mtok is None:
        return None
    completion = Decimal(price.output_price)
    # A fee per request is neither input nor output; it is due when the question is put.
    return Cost(prompt=price.total_price - completion, completion=completion)

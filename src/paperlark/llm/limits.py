"""How much a model holds, as far as the list of the genai-prices project knows.

The list does not say how long an answer may be; a server that minds complains, and is heeded.
"""

from __future__ import annotations

import re

# Nobody has these on a machine of their own: at an unknown address there is a gateway to them.
_ONLY_HOSTED = re.compile(r"(?:.*/)?(?:gpt-\d|chatgpt-|o\d|claude-|gemini-)", re.IGNORECASE)


def context_window(model: str, base_url: str) -> int | None:
    """Give how many tokens question and answer may have together, None where that is unknown.

    A model that anybody may serve holds what its server was started with, whatever its name.
    """
    return _listed(model, base_url) or (_listed(model, None) if _ONLY_HOSTED.match(model) else None)


def _listed(model: str, base_url: str | None) -> int | None:
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  # megabytes of prices

    try:
        _, found = get_snapshot().find_provider_model(model, None, None, base_url)
    except LookupError:
        return None
    return found.context_window

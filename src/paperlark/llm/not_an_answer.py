"""Name what came in place of an answer: a redirect, a stream, a web page, another protocol."""

from __future__ import annotations

import re
from http import HTTPStatus

import httpx

from paperlark.domain.errors import ModelBusy, ModelError, ModelUnusable
from paperlark.llm.connection import MAYBE_PAID, is_azure
from paperlark.llm.redact import one_line

_PATH = "/chat/completions"
_STREAM = re.compile(rb"\s*(?:data|event|id|retry)?:")
_WEB_PAGE = re.compile(
    rb"\s*(?:<!--.{0,1000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_LONGEST = 120
_AZURE = (
    'Azure takes base_url = "https://NAME.openai.azure.com/openai/v1" with the deployment as the'
    ' model, or "https://NAME.openai.azure.com/openai/deployments/DEPLOYMENT?api-version=VERSION"'
)


def redirect(response: httpx.Response, server: str) -> ModelUnusable:
    """Return the error that a redirect is.

    It is not followed: the key, and what the reader's criteria say, would go to another address.
    """
    to = response.headers.get("location", "")
    address = _base_url(response, to)
    if address is None:
        return ModelUnusable(
            f"{server} answered {response.status_code}, a redirect to {_host(response, to)}",
            hint="check the base URL; a sign-in page or a proxy may stand before the server",
        )
    return ModelUnusable(
        f"{server} answered {response.status_code}, a redirect",
        hint=f'if you trust that address, set base_url = "{address}"',
    )


def no_completion(response: httpx.Response, server: str) -> ModelError:
    """Return the error that a response of another form is, which may have been paid for."""
    if is_stream(response):
        return ModelUnusable(
            f"{server} answered with a stream (data: ...), although none was requested",
            hint="turn streaming off on the server or the gateway before it",
            spend=MAYBE_PAID,
        )
    what = "a web page" if _WEB_PAGE.match(response.content) else "something"
    return ModelBusy(
        f"{server} answered with {what} that is not a chat completion",
        hint="check the base URL",
        spend=MAYBE_PAID,
    )


def is_stream(response: httpx.Response) -> bool:
    """Return whether the body is a stream of server-sent events."""
    kind = response.headers.get("content-type", "").casefold()
    return kind.startswith("text/event-stream") or _STREAM.match(response.content) is not None


def azure_hint(base_url: str, status: int) -> str | None:
    """Return which addresses Azure takes, for an address of Azure's that it does not know."""
    return _AZURE if status == HTTPStatus.NOT_FOUND and is_azure(base_url) else None


def _base_url(response: httpx.Response, to: str) -> str | None:
    """Return the base URL that a redirect suggests, None where it does not lead to a chat."""
    url = _target(response, to)
    path = url.path.rstrip("/") if url else ""
    if url is None or not path.endswith(_PATH):
        return None
    shown = f"{url.scheme}://{_netloc(url)}{path.removesuffix(_PATH)}"
    return (
        shown
        if len(shown) <= _LONGEST and re.fullmatch(r"[\w.:/\[\]-]+", shown, re.ASCII)
        else None
    )


def _host(response: httpx.Response, to: str) -> str:
    """Return the host alone: the rest of an address may hold what is secret."""
    url = _target(response, to)
    return one_line(_netloc(url))[:_LONGEST] if url else "nowhere"


def _target(response: httpx.Response, to: str) -> httpx.URL | None:
    if not to:
        return None
    try:
        url = response.url.join(to)
    except (httpx.InvalidURL, ValueError):
        return None
    return url if url.scheme in {"http", "https"} and url.host else None


def _netloc(url: httpx.URL) -> str:
    return url.netloc.decode("ascii", "replace").rpartition("@")[2]

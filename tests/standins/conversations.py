"""Every kind of conversation with the outside, each with its own client and one deadline.

for kind in CONVERSATIONS:
    kind.talk(port, seconds, folder)     # raises one of our own errors within the seconds
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from paperlark.channels.mail import MailChannel, MailServer
from paperlark.channels.notify import NotifyChannel
from paperlark.domain.delivery import Message
from paperlark.importing.fetch import Web
from paperlark.llm.connection import Connection
from paperlark.people._endpoint import Endpoint
from paperlark.sources._client import ArxivClient
from standins.dripping import HTTP_PARTS, SMTP_PARTS

_MESSAGE = Message("Papers", "Some papers.", html=None)


@dataclass(frozen=True, slots=True)
class Conversation:
    """One protocol: `talk` takes the port of a peer, the seconds allowed, and a folder."""

    name: str
    parts: tuple[str, ...]
    talk: Callable[[int, float, Path], object]


def _arxiv(port: int, seconds: float, folder: Path) -> None:
    with ArxivClient("paperlark", folder, pause=0.0, attempts=1, timeout=seconds / 4) as client:
        client.get(f"http://127.0.0.1:{port}/rss/cs.LG")


def _arxiv_step(port: int, seconds: float, folder: Path) -> None:
    """Let `budget` end it, while single steps would be allowed longer."""
    with ArxivClient("paperlark", folder, pause=0.0, budget=seconds, timeout=60) as client:
        client.get(f"http://127.0.0.1:{port}/rss/cs.LG")


def _scholar(port: int, seconds: float, _folder: Path) -> None:
    endpoint = Endpoint(
        f"http://127.0.0.1:{port}/batch", key=None, user_agent="paperlark", timeout=seconds
    )
    try:
        endpoint.post({"ids": []})
    finally:
        endpoint.close()


def _model(port: int, seconds: float, _folder: Path) -> None:
    with Connection(f"http://127.0.0.1:{port}/v1", timeout=seconds) as connection:
        connection.send("POST", "chat/completions", json={})


def _webhook(port: int, seconds: float, _folder: Path) -> None:
    NotifyChannel(f"json://127.0.0.1:{port}/", "lab", seconds=seconds).send(_MESSAGE, "one")


def _mail(security: str) -> Callable[[int, float, Path], None]:
    def talk(port: int, seconds: float, _folder: Path) -> None:
        server = MailServer("127.0.0.1", port, security, None, None, "me@example.org")
        MailChannel(server, "you@example.org", "mail", seconds=seconds).send(_MESSAGE, "one")

    return talk


def _web(port: int, seconds: float, _folder: Path) -> None:
    with Web("paperlark", largest=10_000_000, timeout=seconds / 4) as web:
        web.get(f"http://127.0.0.1:{port}/library.bib")


CONVERSATIONS = (
    Conversation("arXiv", HTTP_PARTS, _arxiv),
    Conversation("arXiv, time of a run", HTTP_PARTS, _arxiv_step),
    Conversation("Semantic Scholar", HTTP_PARTS, _scholar),
    Conversation("model", HTTP_PARTS, _model),
    Conversation("webhook", HTTP_PARTS, _webhook),
    Conversation("SMTP", SMTP_PARTS, _mail("none")),
    Conversation("SMTP, STARTTLS", SMTP_PARTS, _mail("starttls")),
    Conversation("SMTP, TLS", SMTP_PARTS, _mail("tls")),
    Conversation("import from the web", HTTP_PARTS, _web),
)

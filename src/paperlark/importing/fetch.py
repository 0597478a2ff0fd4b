"""What an import asks of the world outside: a file, an address, a Zotero library, arXiv."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from paperlark.domain.errors import SourceError, Unimportable
from paperlark.domain.paper import Paper, PaperId, identify
from paperlark.importing.item import ImportedEntry
from paperlark.importing.kinds import LARGEST
from paperlark.ports import Progress
from paperlark.settings import Settings
from paperlark.settings.environment import Environment

if TYPE_CHECKING:
    from paperlark.sources._client import ArxivClient


OpenArxiv: TypeAlias = Callable[[], AbstractContextManager["ArxivClient"]]
"""Opens the client that asks arXiv, when it is needed."""


@dataclass(frozen=True, slots=True)
class Zotero:
    """A library by its owner (`users/12345`); `key_variable` names what may hold its key."""

    owner: str
    key_variable: str
    url: str


def content_of(settings: Settings, source: str) -> bytes:
    """Read a file or fetch an address; an identifier is a list of one. Raises Unimportable."""
    path = Path(source)
    try:
        if path.exists():
            with path.open("rb") as file:
                return file.read(LARGEST + 1)
    except OSError as error:
        raise Unimportable(
            f"{source[:200]} cannot be read ({error.strerror})", hint="check the path"
        ) from error
    if identify(source):
        return source.encode()
    if source.startswith(("http://", "https://")):
        from paperlark.importing.web import Web  # noqa: PLC0415  # brings the HTTP client

        with Web(settings.arxiv.user_agent, largest=LARGEST) as web:
            return web.get(source).content
    raise Unimportable(
        f"there is no file {source[:200]}", hint="name a file, an address or an arXiv paper"
    )


def items_of(
    settings: Settings, environment: Environment, zotero: Zotero
) -> Sequence[ImportedEntry]:
    """Give every item of a Zotero library; raises Unimportable."""
    from paperlark.importing.web import Web  # noqa: PLC0415  # brings the HTTP client
    from paperlark.importing.zotero import read_zotero  # noqa: PLC0415  # likewise

    key = environment.secret(zotero.key_variable)
    with Web(settings.arxiv.user_agent, largest=LARGEST) as web:
        return read_zotero(web, zotero.owner, key=key, api=zotero.url)


def look_up(
    search: str, open_client: OpenArxiv, papers: Sequence[PaperId], progress: Progress
) -> tuple[Mapping[PaperId, Paper], str | None]:
    """Ask arXiv's search API at `search` for papers; say why it could not be asked about all."""
    from paperlark.sources.lookup import ArxivLookup  # noqa: PLC0415  # brings the HTTP client

    found: dict[PaperId, Paper] = {}
    with (
        open_client() as client,
        progress.step("asking arXiv", len(papers)) as on,
    ):
        try:
            for paper in ArxivLookup(client, search).papers(papers):
                found[paper.id] = paper
                on()
        except SourceError as error:
            return found, f"arXiv could not be asked about all of them: {error.problem}"
    return found, None

"""Feeds of saved papers and of a search, by signed addresses that need no session."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from paperlark.domain.errors import InvalidQuery, PaperlarkError, StoreError
from paperlark.domain.feed_links import ENDINGS, PREFIX
from paperlark.domain.site_addresses import slug
from paperlark.renderers import feeds
from paperlark.renderers.paper_feeds import paper_feed, saved_title, search_title
from paperlark.web.current import CurrentProfile
from paperlark.web.shared import base_of, blocking

_WRITERS = {"xml": (feeds.atom, feeds.ATOM_TYPE), "json": (feeds.json_feed, feeds.JSON_TYPE)}


@dataclass(frozen=True, slots=True)
class FeedPages:
    """The address of feeds."""

    current: CurrentProfile

    def routes(self) -> list[Route]:
        """Return the routes of the one address."""
        return [Route(f"{PREFIX}{{link:path}}", blocking(self._feed))]

    def _feed(self, request: Request) -> Response:
        path = str(request.scope["path"]).removeprefix(base_of(request))
        try:
            content, media_type = self._written(request, path)
        except InvalidQuery as error:
            raise HTTPException(400, str(error)) from error
        except StoreError as error:
            # Whoever has an address is not told what is wrong on this machine.
            raise HTTPException(
                503, "That does not work at the moment; try again later."
            ) from error
        except PaperlarkError as error:
            raise HTTPException(403, str(error)) from error
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=media_type, headers=headers)

    def _written(self, request: Request, path: str) -> tuple[bytes, str]:
        profile = self.current.profile
        link = profile.feeds.check_path(path)
        reader = profile.settings.profile.id
        here = str(request.url.replace(query=""))
        public = profile.settings.read_address
        kind = f"search/{slug(link.query)}" if link.query else "saved"
        title = search_title(profile.name, link.query) if link.query else saved_title(profile.name)
        feed = paper_feed(
            reader,
            kind,
            title,
            profile.feeds.papers(link.query),
            own=path.rpartition("/")[2],
            home="../../" if link.query else "../../list/saved",
            base=f"{public}{path}" if public else here,
        )
        write, media_type = _WRITERS[link.ending]
        return write(feed), media_type


def feed_addresses(current: CurrentProfile, base: str, query: str = "") -> tuple[str, ...]:
    """Return the addresses of a feed, Atom and JSON; none where the database cannot be asked."""
    try:
        return tuple(
            f"{base}{current.profile.feeds.path(query, ending=ending)}" for ending in ENDINGS
        )
    except PaperlarkError:
        return ()

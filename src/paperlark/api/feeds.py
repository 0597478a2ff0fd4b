"""Feeds of a reader's papers: what is in them, and their signed addresses in the app."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from paperlark.runs.progress import NO_PROGRESS
from paperlark.settings.environment import Environment

if TYPE_CHECKING:
    from paperlark.domain.feed_links import FeedLink
    from paperlark.ports import Progress
    from paperlark.renderers.paper_feeds import FeedPaper
    from paperlark.settings import Settings


@dataclass(frozen=True, slots=True)
class Feeds:
    """Feeds of saved papers and of searches: `OpenedProfile.feeds`."""

    settings: Settings
    environment: Environment
    progress: Progress = NO_PROGRESS

    def papers(self, query: str = "") -> tuple[FeedPaper, ...]:
        """Return the papers of a feed, the latest first.

        Arguments:
            query: words that all must be there, and a category such as cs.LG; saved papers without.

        Returns at most 50 papers, each with when it was saved or announced. Of a search these are
        of the last 60 days.

        Raises StoreError where there is no page yet, InvalidQuery where there is nothing to search
        for.

        >>> profile.feeds.papers()
        ()
        """
        if not query:
            from paperlark.archive.feeds import saved_feed_papers
            from paperlark.archive.triage import open_triage

            with open_triage(self.settings, self.environment, writes=False) as triage:
                return saved_feed_papers(triage)
        from paperlark.archive.feeds import found_feed_papers
        from paperlark.archive.search import open_search

        with open_search(self.settings, self.progress) as archive:
            return found_feed_papers(archive, query, self._latest_day())

    def path(self, query: str = "", *, ending: str = "xml") -> str:
        """Return the signed path of a feed in the app: whoever has it may read the feed.

        Arguments:
            query: as for `papers`; at most 500 characters count.
            ending: xml for Atom, or json.

        Raises StoreError.

        >>> profile.feeds.path().startswith("/feed/saved/")
        True
        """
        from paperlark.domain.feed_links import FeedLink, feed_path

        return feed_path(FeedLink(query, ending), *self._signing())

    def check_path(self, path: str) -> FeedLink:
        """Return what the signed path of a feed allows to read.

        Arguments:
            path: as `path` returns it.

        Raises PaperlarkError where it was changed or is another reader's.

        >>> profile.feeds.check_path(profile.feeds.path("kv cache")).query
        'kv cache'
        """
        from paperlark.domain.feed_links import checked_feed

        return checked_feed(path, *self._signing())

    def _signing(self) -> tuple[str, bytes]:
        """Return whose addresses are signed, and the key."""
        from paperlark.archive.triage import open_triage
        from paperlark.store.link_key import link_key

        with open_triage(self.settings, self.environment, writes=False) as triage:
            reader = triage.profile
        return reader, link_key(self.settings.database)

    def _latest_day(self) -> date:
        from paperlark.archive.triage import open_triage

        with open_triage(self.settings, self.environment, writes=False) as triage:
            days = triage.days()
        return days[-1] if days else self.environment.now().date()

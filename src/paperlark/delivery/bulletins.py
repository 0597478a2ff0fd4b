"""Builds the bulletin of a parcel: pages, days without one, and web addresses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from paperlark.delivery.due import RecentDays, days_of
from paperlark.domain.delivery import ABSTRACTS, Bulletin, Failure, Occasion, Parcel, Subscription
from paperlark.domain.digest import Digest
from paperlark.domain.errors import StoreError
from paperlark.domain.paper import PaperId
from paperlark.domain.site_addresses import Addresses
from paperlark.domain.vote_links import signed_path, vote_link
from paperlark.renderers.manifest import failure_path
from paperlark.settings import Settings
from paperlark.store.link_key import link_key

_NO_PAGE = "no page was made"


@dataclass(frozen=True, slots=True)
class BulletinBuilder:
    """Builds bulletins of a profile; `problems` are why this run made no page for a day."""

    settings: Settings
    days: RecentDays
    problems: Mapping[date, str]

    def bulletin(
        self, parcel: Parcel, subscription: Subscription, notices: tuple[str, ...]
    ) -> Bulletin:
        """Return the bulletin of a parcel."""
        week = days_of(parcel, subscription)
        completes = parcel.occasion is Occasion.COMPLETION
        has_pages = completes or parcel.occasion in {Occasion.DAY, Occasion.WEEK}
        made = self.days.digests
        digests = tuple(made[day] for day in week if has_pages and day in made)
        votes, without_votes = self._vote_links(digests)
        return Bulletin(
            parcel.occasion,
            parcel.day,
            self.settings.profile.title,
            digests=digests,
            failures=tuple(
                Failure(day, self._why(day))
                for day in week
                if not completes and (not has_pages or self.days.lacks(day))
            ),
            most=subscription.papers,
            pages={one.day: page for one in digests if (page := self._page(one.day))},
            notices=(*notices, *without_votes),
            delivered=frozenset(parcel.incomplete or ()) if completes else frozenset(),
            votes=votes,
            abstracts=self.settings.mail.abstracts if self.settings.mail else ABSTRACTS,
        )

    def _vote_links(
        self, digests: Sequence[Digest]
    ) -> tuple[Mapping[PaperId, str], tuple[str, ...]]:
        """Return the signed address at which each paper can be voted on, or why there is none.

        Both are empty where nobody said at which address the reading app is reached.
        """
        address, reader = self.settings.read_address, self.settings.profile.id
        if not address or not digests:
            return {}, ()
        try:
            key = link_key(self.settings.database)
        except StoreError as error:  # the papers matter more
            return {}, (f"There are no links to vote: {error}",)
        return {
            entry.paper.id: address
            + signed_path(vote_link(entry.paper.id, digest.day, entry.place), reader, key)
            for digest in digests
            for entry in digest.entries
        }, ()

    def _page(self, day: date) -> str | None:
        """Return the web address of the page of a day, None without a site."""
        root = self.settings.site.address
        return f"{root}/{Addresses(self.settings.profile.id).day(day).parent}/" if root else None

    def _why(self, day: date) -> str:
        """Return why a day has no page, from this run or from the record of its run."""
        if day in self.problems:
            return self.problems[day]
        path = self.settings.output / failure_path(day)
        try:
            return "\n".join(map(str, json.loads(path.read_text("utf-8"))["failures"]))
        except (OSError, ValueError, KeyError, TypeError):
            return _NO_PAGE

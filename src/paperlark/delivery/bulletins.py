"""What there is to tell the channels: pages, days without one, and where they are in the web."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from paperlark.delivery.due import RecentDays, week_of
from paperlark.domain.delivery import Bulletin, Failure, Occasion, Parcel, Subscription
from paperlark.domain.site_addresses import Addresses
from paperlark.renderers.manifest import failure_path
from paperlark.settings import Settings

_NO_PAGE = "no page was made"


@dataclass(frozen=True, slots=True)
class BulletinBuilder:
    """The news of a profile's days; `said` is what this run says of days without a page."""

    settings: Settings
    days: RecentDays
    said: Mapping[date, str]

    def bulletin(self, parcel: Parcel, wish: Subscription, notices: tuple[str, ...]) -> Bulletin:
        """Give what a parcel is to say."""
        week = week_of(parcel.day) if parcel.occasion is Occasion.WEEK else (parcel.day,)
        tells_page = parcel.occasion in {Occasion.DAY, Occasion.WEEK}
        known = self.days.digests
        digests = tuple(known[day] for day in week if tells_page and day in known)
        return Bulletin(
            parcel.occasion,
            parcel.day,
            self.settings.profile.name,
            digests=digests,
            failures=tuple(
                Failure(day, self._why(day))
                for day in week
                if not tells_page or self.days.lacks(day)
            ),
            most=wish.papers,
            pages={one.day: page for one in digests if (page := self._page(one.day))},
            notices=notices,
        )

    def _page(self, day: date) -> str | None:
        """Give the address of a day's page in the web, None where the site has none."""
        root = self.settings.site.address
        return f"{root}/{Addresses(self.settings.profile.name).day(day).parent}/" if root else None

    def _why(self, day: date) -> str:
        """Say why a day has no page: as this run says, or the record that its run left."""
        if day in self.said:
            return self.said[day]
        path = self.settings.output / failure_path(day)
        try:
            return "\n".join(map(str, json.loads(path.read_text("utf-8"))["failures"]))
        except (OSError, ValueError, KeyError, TypeError):
            return _NO_PAGE

"""An outbox for a run whose database cannot be opened: somebody has to be told of that, too."""

from __future__ import annotations

from datetime import date

from paperlark.domain.delivery import Occasion, Parcel


class ForgetfulOutbox:
    """Implements Outbox, and keeps nothing beyond this run."""

    def __init__(self) -> None:
        self._parcels: dict[tuple[str, str, Occasion, date], Parcel] = {}

    def keep(self, parcel: Parcel) -> None:
        """Keep it for as long as this run lasts."""
        key = (parcel.profile, parcel.channel, parcel.occasion, parcel.day)
        self._parcels[key] = parcel

    def since(self, profile: str, day: date) -> tuple[Parcel, ...]:
        """Give those of this run."""
        mine = (one for one in self._parcels.values() if one.profile == profile and one.day >= day)
        return tuple(sorted(mine, key=lambda one: one.day))

"""Where a site's pages take what the volume does not hold: whole digests and texts of papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from paperlark.domain.digest import Digest
from paperlark.domain.errors import StoreError
from paperlark.domain.paper import Paper, PaperId
from paperlark.ports import Archive, Texts


class Sources:
    """Reads digests, the last one once for all pages of its day."""

    def __init__(self, archive: Archive, texts: Texts) -> None:
        self._archive = archive
        self._texts = texts
        self._last: Digest | None = None

    def digest(self, profile: str, day: date) -> Digest:
        """Give a digest that was there when the site was planned; raises StoreError."""
        if self._last is None or (self._last.profile, self._last.day) != (profile, day):
            self._last = self._archive.digest(profile, day)
        if self._last is None:
            raise StoreError(
                f"the page of {day} of {profile!r} went away while the site was built",
                mend="build it again",
            )
        return self._last

    def texts(self, papers: Sequence[PaperId]) -> Mapping[PaperId, Paper]:
        """Give the papers whose text is known."""
        return self._texts.find(papers)

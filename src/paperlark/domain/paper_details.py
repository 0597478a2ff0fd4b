"""What arXiv says of a paper besides its title, authors, abstract and categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class PaperDetails:
    """The texts as arXiv sends them, on one line; None is unknown, not absent.

    No source sends all of them: the feeds have licence, DOI and journal reference, the listing
    pages comments and journal reference. `licence` is an address.
    """

    comments: str | None = None
    journal_reference: str | None = None
    doi: str | None = None
    licence: str | None = None

    def completed_by(self, other: Self) -> Self:
        """Return these details, with those of another source where they are unknown here."""
        if self == other:
            return self
        return type(self)(
            comments=self.comments or other.comments,
            journal_reference=self.journal_reference or other.journal_reference,
            doi=self.doi or other.doi,
            licence=self.licence or other.licence,
        )


NO_DETAILS = PaperDetails()

"""A source of a plug-in: asked after arXiv's own, and believed no more than unconfirmed RSS."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from paperlark.domain import plain_text
from paperlark.domain.announcement import AnnounceType, Feed, Listing, Via
from paperlark.domain.errors import (
    FeedNotFound,
    FeedUnreadable,
    PaperlarkError,
    SourceUnreachable,
)
from paperlark.domain.paper import Author, Identifier, Paper, PaperDetails
from paperlark.plugins.watched import call
from paperlark.ports import Source

_MOST_ENTRIES, _MOST_AUTHORS, _MOST_CATEGORIES = 10_000, 5_000, 20
_LONGEST_TITLE, _LONGEST_ABSTRACT, _LONGEST_NAME, _LONGEST_NOTE = 1_000, 20_000, 300, 200
_MOST_NOTES = 5
_LAST_VERSION = 9_999


class PluginSource:
    """Implements Source by that of a plug-in, or by the error for which there is none.

    `label` names the plug-in and its version.
    """

    via = Via.PLUGIN

    def __init__(
        self, opened: Source | PaperlarkError, plugin: str, label: str, at_most: float
    ) -> None:
        self._opened, self._plugin, self._label = opened, plugin, label
        self._at_most = at_most

    def feed(self, category: str, day: date) -> Feed:
        """Return the plug-in's feed; raises FeedNotFound, FeedUnreadable or SourceUnreachable."""
        opened = self._opened
        try:
            if isinstance(opened, PaperlarkError):
                raise opened
            # What is not sound may also fail where it is looked at.
            return call(
                self._plugin,
                lambda: self._sound(opened.feed(category, day), category),
                self._at_most,
            )
        except (FeedNotFound, FeedUnreadable):
            raise
        except PaperlarkError as error:
            raise SourceUnreachable(
                plain_text.one_line(error.problem)[:_LONGEST_NOTE], hint=error.hint
            ) from error

    def _sound(self, found: object, category: str) -> Feed:
        raw: Any = found
        if not isinstance(found, Feed) or not isinstance(raw.listings, tuple | list):
            raise FeedUnreadable(f"the source plug-in {self._plugin} returns no Feed")
        if len(raw.listings) > _MOST_ENTRIES:
            raise FeedUnreadable(
                f"the source plug-in {self._plugin} returns more than {_MOST_ENTRIES} entries"
            )
        for number, one in enumerate(raw.listings, start=1):
            if flaw := _flaw(one):
                raise FeedUnreadable(
                    f"entry {number} of the source plug-in {self._plugin} has {flaw}"
                )
        notes = raw.notes if isinstance(raw.notes, tuple | list) else ()
        return Feed(
            category=category,
            stamped=raw.stamped if isinstance(raw.stamped, date) else None,
            listings=tuple(raw.listings),
            origin=self._label,
            notes=tuple(plain_text.one_line(str(one))[:_LONGEST_NOTE] for one in notes)[
                :_MOST_NOTES
            ],
            via=Via.PLUGIN,
        )


def _flaw(listing: Any) -> str | None:  # noqa: ANN401  # anything
    """Return what of an entry is not as arXiv has it, None where nothing is."""
    if type(listing) is not Listing or not isinstance(listing.type, AnnounceType):
        return "no type of announcement"
    paper: Any = listing.paper
    if type(paper) is not Paper:
        return "no paper"
    return _flaw_of_texts(paper) or _flaw_of_lists(paper)


def _flaw_of_texts(paper: Any) -> str | None:  # noqa: ANN401  # of any types
    known = Identifier.parse(paper.id) if _text(paper.id, _LONGEST_NAME) else None
    if known is None or known.id != paper.id:
        return "an id that is not arXiv's"
    if type(paper.version) is not int or not 1 <= paper.version <= _LAST_VERSION:
        return "no version"
    if not _text(paper.title, _LONGEST_TITLE) or not _text(paper.abstract, _LONGEST_ABSTRACT):
        return "no title or abstract, or one that is far too long"
    return None


def _flaw_of_lists(paper: Any) -> str | None:  # noqa: ANN401  # of any types
    authors, categories, details = paper.authors, paper.categories, paper.details
    if (
        not isinstance(authors, tuple)
        or len(authors) > _MOST_AUTHORS
        or not all(isinstance(one, Author) and _text(one.name, _LONGEST_NAME) for one in authors)
        or not all(_text_or_none(one.affiliation, _LONGEST_TITLE) for one in authors)
    ):
        return "authors that are none"
    if (
        not isinstance(categories, tuple)
        or not 1 <= len(categories) <= _MOST_CATEGORIES
        or not all(_text(one, _LONGEST_NAME) for one in categories)
    ):
        return "no categories"
    told = isinstance(details, PaperDetails) and all(
        _text_or_none(getattr(details, one.name), _LONGEST_TITLE) for one in fields(details)
    )
    return None if told else "details that are none"


def _text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest


def _text_or_none(value: object, longest: int) -> bool:
    return value is None or _text(value, longest)

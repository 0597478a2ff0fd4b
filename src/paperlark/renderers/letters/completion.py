"""Composes the letter of a page that was delivered incomplete and is complete now: what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from paperlark.domain.delivery import Bulletin
from paperlark.renderers import formats
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.catalogue import ngettext, pgettext
from paperlark.renderers.letters.composing import compose, legends, merge_entries
from paperlark.renderers.letters.letter import Letter
from paperlark.renderers.letters.status import sentence


def compose_completion(bulletin: Bulletin) -> Letter:
    """Return a letter with the papers that were not delivered before, and no others."""
    papers = {entry.paper.id for one in bulletin.digests for entry in one.entries}
    new = len(papers - bulletin.delivered)
    fresh = replace(
        bulletin,
        digests=tuple(
            replace(
                one,
                entries=tuple(e for e in one.entries if e.paper.id not in bulletin.delivered),
            )
            for one in bulletin.digests
        ),
    )
    gist = (
        pgettext("new on a page", "{papers} more").format(papers=formats.papers(new))
        if new
        else _("no further papers")
    )
    letter = compose(fresh)
    return replace(
        letter,
        gist=gist,
        summary=(gist,),
        complete=True,
        sentences=tuple(_sentences(bulletin, new, len(bulletin.delivered - papers))),
        warnings=tuple(map(sentence, bulletin.notices)),
        days=(),
        facts=tuple(legends(fresh)) if merge_entries(fresh.digests) else (),
        missing=(),
        missing_count=0,
    )


def _sentences(bulletin: Bulletin, new: int, gone: int) -> Iterator[str]:
    yield (
        _("The page was incomplete when it was sent, and is complete now.")
        if len(bulletin.digests) == 1
        else _("The week was incomplete when it was sent, and is complete now.")
    )
    if gone:
        yield ngettext(
            "{count} paper that was sent with it is no longer on it.",
            "{count} papers that were sent with it are no longer on it.",
            gone,
        ).format(count=formats.number(gone))
    if not new:
        yield _("No further paper was selected.")

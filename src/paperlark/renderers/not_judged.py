"""The wording for papers that no model judged, and why; the same in every form."""

from __future__ import annotations

from collections import Counter
from datetime import date
from textwrap import shorten

from paperlark.domain.digest import Digest
from paperlark.domain.judgement import Unjudged, UnjudgedReason
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.catalogue import (
    ngettext,
)
from paperlark.renderers.formats import (
    number,
)
from paperlark.renderers.formats import papers as counted_papers
from paperlark.renderers.notes import note_text
from paperlark.renderers.reasons import NOT_JUDGED


def failed(digest: Digest) -> tuple[Unjudged, ...]:
    """Return papers whose judging failed."""
    return tuple(u for u in digest.unjudged if u.cause is UnjudgedReason.FAILED)


def not_recorded(digest: Digest) -> tuple[Unjudged, ...]:
    """Return papers without a recorded judgement."""
    return tuple(u for u in digest.unjudged if u.cause is UnjudgedReason.NOT_RECORDED)


_MANY = 4
"""So many papers that failed for one reason have it said once."""


def failed_alone(digest: Digest) -> tuple[Unjudged, ...]:
    """Return papers whose judging failed for a reason that few others share."""
    shared = {why for why, papers in _failed_together(digest)}
    return tuple(one for one in failed(digest) if one.reason not in shared)


def not_judged_together(digest: Digest) -> tuple[tuple[str, tuple[Unjudged, ...]], ...]:
    """Return groups of papers that were not judged for one reason, with that in words."""
    together = (
        (
            _("{papers}: {reason}").format(
                papers=counted_papers(len(papers)), reason=note_text(why)
            ),
            papers,
        )
        for why, papers in _failed_together(digest)
    )
    return (*together, *postponed(digest))


def _failed_together(digest: Digest) -> tuple[tuple[str, tuple[Unjudged, ...]], ...]:
    groups = _by_reason(digest, UnjudgedReason.FAILED)
    return tuple(group for group in groups if len(group[1]) >= _MANY)


def postponed(digest: Digest) -> tuple[tuple[str, tuple[Unjudged, ...]], ...]:
    """Return papers waiting in a batch or over budget, grouped by reason."""
    waiting = _by_reason(digest, UnjudgedReason.WAITING)
    left = _by_reason(digest, UnjudgedReason.BUDGET)
    return (
        *((_waiting_words(why, papers, digest.day), papers) for why, papers in waiting),
        *((_budget_words(why, papers), papers) for why, papers in left),
    )


def _by_reason(
    digest: Digest, cause: UnjudgedReason
) -> tuple[tuple[str, tuple[Unjudged, ...]], ...]:
    those = [u for u in digest.unjudged if u.cause is cause]
    reasons = dict.fromkeys(u.reason for u in those)
    return tuple((why, tuple(u for u in those if u.reason == why)) for why in reasons)


def _waiting_words(reason: str, papers: tuple[Unjudged, ...], day: date) -> str:
    text = ngettext(
        "{papers} waits {reason}. To collect the answers, make this page again: {command}",
        "{papers} wait {reason}. To collect the answers, make this page again: {command}",
        len(papers),
    )
    return text.format(
        papers=counted_papers(len(papers)),
        reason=note_text(reason),
        command=f"paperlark run --date {day}",
    )


def _budget_words(reason: str, left: tuple[Unjudged, ...]) -> str:
    return _("{papers} over budget: {reason}.").format(
        papers=counted_papers(len(left)), reason=note_text(reason)
    )


_LONGEST_REASON = 320


def unjudged_note(digest: Digest) -> str | None:
    """Return that the model left papers to the ranker, and why; None where it did not.

    A budget that was used up as planned is worth a note only where the ranker chose such a paper.
    """
    placed = {entry.paper.id for entry in digest.entries if entry.unjudged}
    left = failed(digest) or _over_budget(digest)
    shown = sum(one.paper.id in placed for one in left)
    if not left or not (shown or failed(digest) or not digest.funnel.judged):
        return None
    [(reason, count)] = Counter(one.reason for one in left).most_common(1)
    cut = shorten(note_text(reason), _LONGEST_REASON, placeholder=" \N{HORIZONTAL ELLIPSIS}")
    why = cut if count == len(left) else _("mostly: {reason}").format(reason=cut)
    return _note_text(digest, shown).format(
        model=digest.model,
        papers=counted_papers(len(left)),
        reason=why,
        chosen=number(shown),
        mark=_(NOT_JUDGED),
    )


def _note_text(digest: Digest, shown: int) -> str:
    if shown:
        return _(
            "{model} did not judge {papers} ({reason}); the embedded ranker chose {chosen} of them"
            " by match, marked \N{LEFT DOUBLE QUOTATION MARK}{mark}\N{RIGHT DOUBLE QUOTATION MARK}."
        )
    if digest.funnel.judged:
        return _("{model} did not judge {papers} ({reason}).")
    return _(
        "{model} did not judge {papers} ({reason}); the embedded ranker found no match among them."
    )


def _over_budget(digest: Digest) -> tuple[Unjudged, ...]:
    return tuple(u for u in digest.unjudged if u.cause is UnjudgedReason.BUDGET)


def not_recorded_text(missing: tuple[Unjudged, ...]) -> str:
    """Return how many papers have no recorded judgement."""
    return _("The recording has no judgement of {papers}; this is not an error.").format(
        papers=counted_papers(len(missing))
    )

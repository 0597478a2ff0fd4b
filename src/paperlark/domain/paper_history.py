"""The history of one paper for one reader: what every step of every day decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from paperlark.domain.announcement import AnnounceType, Via
from paperlark.domain.digest import Digest, Entry, Placement, Ranked
from paperlark.domain.feedback import Feedback
from paperlark.domain.judgement import Judgement, Match, Precedent, Unjudged, UnjudgedReason
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Spend


@dataclass(frozen=True, slots=True)
class ListedPaper:
    """A paper as one category announced it on one day."""

    day: date
    category: str
    type: AnnounceType
    version: int
    via: Via


@dataclass(frozen=True, slots=True)
class PaidCall:
    """A stored, paid request to a judge's model.

    It was sent for the page of `day` and `profile` and judged `papers` papers. `reply` is the raw
    reply. `batch` is whether a batch service answered.
    """

    day: date
    profile: str
    at: datetime
    spend: Spend
    papers: int
    reply: str
    batch: bool


@dataclass(frozen=True, slots=True)
class ReadingRecord:
    """The judgement of one reading, the judge's signature for it, and the request."""

    judge: str
    judgement: Judgement
    question: PaidCall


class PaperOutcome(StrEnum):
    """The outcome of a paper on a day's page."""

    SHOWN = "on the page"
    CUT = "judged, and not over both cut-offs"
    UNREAD = "not read by the judge"
    FAILED = "to be judged, and was not"
    NOT_RECORDED = "not in the recording"
    OVER_BUDGET = "over budget"
    WAITING = "waiting for its batch"
    EXCLUDED = "left out by your filters"
    GATED = "left out for its authors' h-index"
    NO_ROOM = "not among the best matches"
    UPDATED = "among the updated"
    PASSED_OVER = "not looked at"


_OUTCOME_OF_REASON = {
    UnjudgedReason.FAILED: PaperOutcome.FAILED,
    UnjudgedReason.NOT_RECORDED: PaperOutcome.NOT_RECORDED,
    UnjudgedReason.BUDGET: PaperOutcome.OVER_BUDGET,
    UnjudgedReason.WAITING: PaperOutcome.WAITING,
}


@dataclass(frozen=True, slots=True)
class DayOfPaper:
    """What one day's page decided about a paper.

    `cutoffs` are None where an imported page does not state them. `ranked` is None for days before
    matches were stored; then `match` is None too unless the page shows it, while `probability` may
    still be known, and whether it was `calibrated` on the reader's own labels. `shown` is the
    number of papers on the page. `entry` is None where the paper is not one of them, `judgement`
    where it was not judged, `unjudged` where it was judged or never to be. `seen` is the earlier
    day on which it was announced to the reader, if it was skipped for that. `readings` are those
    that the judgement combines. `rule` is that of the filters which left it out, if one did.
    """

    day: date
    outcome: PaperOutcome
    cutoffs: Cutoffs | None
    shown: int
    model: str | None
    judge: str | None
    criteria: str
    ranked: Ranked | None = None
    entry: Entry | None = None
    judgement: Judgement | None = None
    unjudged: Unjudged | None = None
    probability: float | None = None
    calibrated: bool = False
    seen: date | None = None
    readings: tuple[ReadingRecord, ...] = ()
    rule: str | None = None

    @property
    def placement(self) -> Placement | None:
        """Where it was placed before judging; None where that was not stored."""
        return self.ranked.placement if self.ranked else None

    @property
    def match(self) -> Match | None:
        """Its match; None where that was not stored."""
        if self.ranked:
            return self.ranked.match
        return self.entry.match if self.entry else None

    @property
    def precedents(self) -> tuple[Precedent, ...]:
        """The nearest earlier papers, as far as they were known that day."""
        if self.ranked:
            return self.ranked.precedents
        return self.entry.precedents if self.entry else ()


def day_of_paper(
    digest: Digest,
    paper: PaperId,
    *,
    seen: date | None = None,
    readings: tuple[ReadingRecord, ...] = (),
) -> DayOfPaper:
    """Return what a digest decided about a paper that was announced that day."""
    entry = next((one for one in digest.entries if one.paper.id == paper), None)
    ranked = next((one for one in digest.ranked if one.paper_id == paper), None)
    judgement = next((one for one in digest.judgements if one.paper_id == paper), None)
    unjudged = next((one for one in digest.unjudged if one.paper.id == paper), None)
    unread = next((one for one in digest.unread if one.paper_id == paper), None)
    excluded = next((one for one in digest.excluded if one.paper_id == paper), None)
    outcome = _outcome(digest, paper)
    match = ranked.match if ranked else entry.match if entry else None
    return DayOfPaper(
        day=digest.day,
        outcome=outcome,
        cutoffs=digest.cutoffs,
        shown=len(digest.entries),
        model=digest.model,
        judge=digest.judge,
        criteria=digest.criteria,
        ranked=ranked,
        entry=entry,
        judgement=judgement or (entry.judgement if entry else None),
        unjudged=unjudged,
        probability=match.probability if match else unread.probability if unread else None,
        calibrated=digest.calibrated,
        seen=seen if outcome in {PaperOutcome.PASSED_OVER, PaperOutcome.UPDATED} else None,
        # A judgement of another version, or one that this page did not ask for, is left out.
        readings=tuple(
            one for one in readings if judgement and one.judgement.version == judgement.version
        ),
        rule=excluded.rule if excluded else None,
    )


def _outcome(digest: Digest, paper: PaperId) -> PaperOutcome:
    gated = (one.paper_id for one in digest.ranked if one.placement is Placement.GATED)
    ends = (
        (PaperOutcome.SHOWN, (one.paper.id for one in digest.entries)),
        (PaperOutcome.CUT, (one.paper_id for one in digest.judgements)),
        *((_OUTCOME_OF_REASON[one.cause], (one.paper.id,)) for one in digest.unjudged),
        (PaperOutcome.UNREAD, (one.paper_id for one in digest.unread)),
        (PaperOutcome.GATED, gated),
        (PaperOutcome.EXCLUDED, (one.paper_id for one in digest.excluded)),
        (PaperOutcome.UPDATED, (one.paper.id for one in digest.updated)),
    )
    for outcome, papers in ends:
        if paper in papers:
            return outcome
    if paper not in digest.scanned:
        return PaperOutcome.PASSED_OVER
    # With a judge, a paper neither judged nor unread was filtered out by h-index.
    return PaperOutcome.NO_ROOM if digest.model is None else PaperOutcome.GATED


@dataclass(frozen=True, slots=True)
class PaperHistory:
    """One paper and one reader.

    `paper` is the latest version whose text is known, None where it is lost. `days` are those with
    a page of the reader's, `votes` all votes on it, both oldest first.
    """

    paper_id: PaperId
    profile: str
    paper: Paper | None
    listed: tuple[ListedPaper, ...]
    days: tuple[DayOfPaper, ...]
    votes: tuple[Feedback, ...] = ()

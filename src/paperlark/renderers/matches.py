"""The wording of a match: a percentage only where it is calibrated, else a word or a rank."""

from __future__ import annotations

import math

from paperlark.domain.digest import Digest
from paperlark.domain.exploration import Unread
from paperlark.domain.judgement import HIGHEST, Match, Strength
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.catalogue import marked
from paperlark.renderers.formats import number, percent, sentences

_NEARLY = 0.999
_ONE_PERCENT = 0.01
_SPREAD = 1.8
"""Log-odds by which the share of wanted papers may differ from a calibrated probability: twice the
root mean square of it over groups of 50 likely papers or more, on two readers' earlier days."""

_MEANINGS = {
    Strength.STRONG: marked("of papers with such a match readers wanted about 7 in 10"),
    Strength.GOOD: marked("of papers with such a match readers wanted 4 to 5 in 10"),
    Strength.FAIR: marked("of papers with such a match readers wanted 2 to 4 in 10"),
    Strength.WEAK: marked("it has little in common with the criteria"),
}
"""As measured on two readers' days with nothing known; see docs/match-figures.md."""

_STRENGTHS = marked(
    "Of strong matches readers wanted about 7 in 10, of good ones 4 to 5, of fair ones 2 to 4."
    " Percentages follow once enough of your own labels are known."
)


def match_chip(match: Match) -> str:
    """Return a match in a few letters: a percentage, a word, or the rank."""
    if is_percentage(match) or match.strength:
        return match_best(match)
    return rank_chip(match.rank)


def rank_chip(rank: int) -> str:
    """Return the rank of the day: `№ 12`."""
    return f"№\N{NO-BREAK SPACE}{number(rank)}"


def match_rank(match: Match) -> str:
    """Return the rank: `3 of 299`."""
    return _("{rank} of {count}").format(rank=number(match.rank), count=number(match.of))


def is_percentage(match: Match) -> bool:
    """Return whether a match is shown as a percentage: only where that was calibrated."""
    return match.calibrated and match.probability is not None


def match_best(match: Match) -> str:
    """Return the calibrated probability of being selected, else a word, else the rank."""
    if match.calibrated and match.probability is not None:
        return percent(min(match.probability, _NEARLY))  # never shown as 100 %
    return strength_word(match.strength) if match.strength else match_rank(match)


_WORDS = {
    Strength.STRONG: marked("strong"),
    Strength.GOOD: marked("good"),
    Strength.FAIR: marked("fair"),
    Strength.WEAK: marked("weak"),
}


def strength_word(strength: Strength) -> str:
    """Return how strong a match is in a word."""
    return _(_WORDS[strength])


def match_rest(match: Match) -> str:
    """Return the rank in parentheses where `match_best` is something else."""
    return f"({match_rank(match)})" if is_percentage(match) or match.strength else ""


def match_text(match: Match) -> str:
    """Return `94 % (3 of 299)`, `strong (3 of 299)` or `3 of 299`."""
    return f"{match_best(match)} {match_rest(match)}".strip()


def match_meaning(match: Match) -> str:
    """Return what the percentage or the word promises; empty for a rank, which promises nothing."""
    if match.calibrated and match.probability is not None:
        low, high = (round(100 * end) for end in stated_interval(match.probability))
        return _of_100(match.probability).format(
            count=f"{match.probability * 100:.0f}", low=low, high=high
        )
    return _(_MEANINGS[match.strength]) if match.strength else ""


def stated_interval(probability: float) -> tuple[float, float]:
    """Return between which shares, in [0, 1], papers with this calibrated probability are wanted.

    Interests and judges change after the days that a calibration was fitted to.
    """
    likely = min(max(probability, 1 - _NEARLY), _NEARLY)
    log_odds = math.log(likely / (1 - likely))
    low, high = (1 / (1 + math.exp(_SPREAD * side - log_odds)) for side in (1, -1))
    return math.floor(low * 100) / 100, math.ceil(high * 100) / 100


def _of_100(probability: float) -> str:
    if probability < _ONE_PERCENT:
        return _("of papers with such a match you would want fewer than 1 in 100 ({low}-{high})")
    if probability > 1 - _ONE_PERCENT:
        return _("of papers with such a match you would want more than 99 in 100 ({low}-{high})")
    return _("of papers with such a match you would want about {count} in 100 ({low}-{high})")


def legend(digest: Digest) -> str | None:
    """Return what the marks beside titles and the matches mean; None where there are none."""
    shown = [one for one in digest.entries if not (one.followed or one.outside)]
    judged = next((one.judgement for one in shown if one.judgement), None)
    match = next((one.match for one in shown if one.match), None)
    scores = (
        _(
            "{relevance}·{novelty}: relevance {relevance} and novelty {novelty} of {highest}."
        ).format(relevance=judged.relevance, novelty=judged.novelty, highest=HIGHEST)
        if judged
        else ""
    )
    return sentences((scores, _match_legend(match) if match else "")) or None


def _match_legend(match: Match) -> str:
    if is_percentage(match):
        return _("Match {match}: {meaning}.").format(
            match=match_best(match), meaning=match_meaning(match)
        )
    return _(_STRENGTHS) if match.strength else _("Match: the rank among the papers of the day.")


def unread_match(digest: Digest, one: Unread) -> str:
    """Return the match of an unread paper: `2 %` where that is calibrated, else its rank."""
    if digest.calibrated:
        return percent(one.probability)
    rank = next((paper.match.rank for paper in digest.ranked if paper.paper_id == one.paper_id), 0)
    return rank_chip(rank) if rank else ""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from paperlark.domain.announcement import AnnounceType, Via
from paperlark.domain.digest import Placement, Ranked
from paperlark.domain.feedback import Feedback, Vote
from paperlark.domain.judgement import Judgement, Match, Unjudged, UnjudgedReason
from paperlark.domain.paper_history import (
    ListedPaper,
    PaidCall,
    PaperHistory,
    PaperOutcome,
    ReadingRecord,
    day_of_paper,
)
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.renderers.why import CUT_AT, why_document, why_text
from standins.digests import DAY, HOSTILE, NEAREST, PRECEDENTS, digest, entry

AT = datetime(2025, 2, 26, 12, 30, tzinfo=UTC)
PAID = Spend(Tokens(6000, 800, 2048), Cost(Decimal("0.015"), Decimal("0.008")))
QUESTION = PaidCall(DAY, "Mine", AT, PAID, 8, '{"rows": []}', batch=False)
JUDGE = "org/gpt-4o/0123456789abcdef"
MATCH = Match(0.5, 2, 299, "AI for science", ("networks",), ("clinical",), 0.94, calibrated=True)


def an_account(
    *questions: PaidCall, match: Match | None = None, comment: str = "It is about bats."
) -> PaperHistory:
    """Return the history of a paper with one reading per request."""
    shown = entry(2)
    judged = Judgement(shown.paper.id, 1, 9, 8, comment)
    shown = replace(shown, judgement=judged)
    match = match or replace(MATCH, nearest=NEAREST)
    day = day_of_paper(
        digest(
            [shown],
            judgements=(judged,),
            scanned=(shown.paper.id,),
            judge=JUDGE,
            criteria="00ff",
            ranked=(Ranked(shown.paper.id, 1, Placement.ABOVE, match, PRECEDENTS),),
        ),
        shown.paper.id,
        readings=tuple(
            ReadingRecord(f"{JUDGE}#{number}" if number > 1 else JUDGE, judged, question)
            for number, question in enumerate(questions, 1)
        ),
    )
    return PaperHistory(
        paper_id=shown.paper.id,
        profile="Mine",
        paper=shown.paper,
        listed=(
            ListedPaper(DAY, "cs.AI", AnnounceType.CROSS, 1, Via.RSS),
            ListedPaper(DAY, "cs.LG", AnnounceType.NEW, 1, Via.RSS),
        ),
        days=(day,),
        votes=(Feedback(shown.paper.id, Vote.UP, AT),),
    )


def test_the_history_follows_the_order_of_the_day() -> None:
    assert (
        why_text(an_account(QUESTION), width=100)
        == """\
2502.00002  Title 2
https://arxiv.org/abs/2502.00002

Wednesday, 26 February 2025
  announced        cs.AI cross, cs.LG new (version 1, RSS)
  outcome          on your page, place 2 of 1
  threshold        above
  match            94\N{NO-BREAK SPACE}% (2 of 299)
                   of papers with such a match you would want about 94 in 100 (72-99)
  topic            AI for science
  matched terms    networks
  counting against clinical
  resembles        Fast kernels: $x^2$ (14 January 2025), https://arxiv.org/abs/2501.00042
  nearest earlier  2501.00042  Fast kernels: $x^2$ (14 January 2025, similarity 0.83)
                   hep-th/9901001  Slow kernels (2 January 2025, similarity 0.75)
  relevance        9 (cut-off 7)
  novelty          8 (cut-off 6)
  comment          It is about bats.
  model            gpt-4o
  prompt hash      0123456789abcdef
  criteria         00ff (fingerprint)
  request          sent for the page of 2025-02-26 of Mine, 2025-02-26 12:30 UTC
  tokens           6,800: prompt 6,000, 2,048 of them cached, completion 800
  cost             $0.0230
  share            1 of 8 papers: 850 tokens, $0.0029
  reply            {"rows": []}

  your votes       up, 2025-02-26 12:30 UTC"""
    )


def test_a_long_reply_is_truncated_with_a_note_unless_raw() -> None:
    account = an_account(replace(QUESTION, reply="x" * CUT_AT + "the end"))
    assert "the end" not in why_text(account)
    assert "... 7 more characters: --raw shows them" in why_text(account)
    assert "the end" in why_text(account, width=2000, whole=True)
    assert "--raw" not in why_text(account, whole=True)


def test_a_reply_keeps_its_lines_and_commands_no_terminal() -> None:
    reply = 'one\n  two\x1b]0;title\x07\x9b31m\u202e\n\n{"a": 1}'
    found = why_text(an_account(replace(QUESTION, reply=reply)), whole=True)
    assert "  reply            one\n" + " " * 21 + "two]0;title31m\n\n" in found
    assert not set(found) & set("\x1b\x07\x9b\u202e")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_untrusted_text_has_no_effect_and_breaks_no_line(hostile: str) -> None:
    match = Match(0.5, 1, 2, hostile, (hostile,), (hostile,), 0.5, replace(NEAREST, title=hostile))
    account = an_account(replace(QUESTION, profile=hostile), match=match, comment=hostile)
    found = why_text(replace(account, paper=replace(entry(2).paper, title=hostile)), width=80)
    assert all(len(line) <= 80 for line in found.splitlines())
    assert all(letter.isprintable() or letter == "\n" for letter in found.replace("\xa0", " "))
    why_document(account).encode("ascii")


def test_each_of_several_readings_is_shown_with_its_request() -> None:
    second = replace(QUESTION, spend=Spend(None, None), papers=1, reply="second", batch=True)
    found = why_text(an_account(QUESTION, second), width=100)
    assert "  readings         9·8  It is about bats.\n                   9·8  It is" in found
    assert "  request 1        sent for" in found
    assert "  request 2        sent for the page of 2025-02-26 of Mine, by batch," in found
    assert "  tokens           unknown\n  cost             unknown\n" in found
    assert "  share            all of it: judged alone" in found


def test_two_readings_of_one_request_show_it_once() -> None:
    assert why_text(an_account(QUESTION, QUESTION)).count("  reply  ") == 1


def test_a_cost_known_only_as_a_bound_says_at_most() -> None:
    spend = Spend(None, None, most=Decimal("0.5"))
    assert "  cost             at most $0.5000" in why_text(
        an_account(replace(QUESTION, spend=spend))
    )


@pytest.mark.parametrize(
    ("fate", "said"),
    [
        (PaperOutcome.UNREAD, "not on your page: not read by the judge"),
        (PaperOutcome.CUT, "not on your page: judged, and not over both cut-offs"),
        (PaperOutcome.GATED, "not on your page: left out for its authors' h-index"),
        (PaperOutcome.NO_ROOM, "not on your page: not among the best matches"),
        (PaperOutcome.UPDATED, "on your page under Updated: it was on an earlier page"),
        (PaperOutcome.PASSED_OVER, "skipped: excluded by your profile"),
    ],
)
def test_the_outcome_of_a_paper_not_on_the_page_is_shown(fate: PaperOutcome, said: str) -> None:
    account = an_account()
    day = replace(account.days[0], outcome=fate, entry=None, ranked=None)
    assert f"  outcome          {said}\n" in why_text(replace(account, days=(day,)), width=100)


def test_a_paper_that_was_seen_before_names_the_day() -> None:
    day = replace(
        an_account().days[0], outcome=PaperOutcome.PASSED_OVER, entry=None, seen=date(2025, 2, 24)
    )
    found = why_text(replace(an_account(), days=(day,)), width=100)
    assert "skipped: announced to you before, on 2025-02-24" in found


def test_the_reason_for_no_judgement_is_shown() -> None:
    day = replace(
        an_account().days[0],
        outcome=PaperOutcome.OVER_BUDGET,
        entry=None,
        unjudged=Unjudged(entry(2).paper, UnjudgedReason.BUDGET, "the month's $1 are spent"),
    )
    found = why_text(replace(an_account(), days=(day,)), width=100)
    assert "not on your page: over budget: the month's $1 are spent" in found


def test_a_day_of_before_matches_were_kept_still_has_the_probability() -> None:
    day = replace(an_account().days[0], entry=None, ranked=None, probability=0.004, calibrated=True)
    assert "  match            <1\N{NO-BREAK SPACE}%\n" in why_text(
        replace(an_account(), days=(day,)), width=100
    )


def test_a_paper_with_lost_text_still_has_a_history() -> None:
    assert "2502.00002  (its text was lost" in why_text(replace(an_account(), paper=None))


def test_the_json_form_has_everything_and_the_full_reply() -> None:
    reply = "x" * 5000 + "\x1b"
    page = json.loads(why_document(an_account(replace(QUESTION, reply=reply))))
    (day,) = page["days"]
    assert (page["schema"], page["id"]) == ("paperlark/why/1", "2502.00002")
    assert page["announced"][1] == {
        "day": "2025-02-26",
        "category": "cs.LG",
        "type": "new",
        "version": 1,
        "via": "RSS",
    }
    assert (day["outcome"], day["place"], day["line"]) == ("shown", 2, "above")
    assert (day["probability"], day["match"]["rank"]) == (0.94, 2)
    assert day["precedents"][1]["url"] == "https://arxiv.org/abs/hep-th/9901001"
    assert day["judgement"]["novelty"] == 8
    (reading,) = day["readings"]
    assert reading["question"]["tokens"]["total"] == 6800
    assert (reading["question"]["cost_usd"], reading["question"]["papers"]) == ("0.023", 8)
    assert reading["question"]["reply"] == reply
    assert page["votes"] == [
        {"vote": "up", "at": "2025-02-26T12:30:00+00:00", "by_assistant": False}
    ]

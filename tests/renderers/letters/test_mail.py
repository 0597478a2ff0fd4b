from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from paperlark.domain.announcement import Via
from paperlark.domain.delivery import Bulletin, Failure, Message, Occasion
from paperlark.domain.digest import Batch, Entry
from paperlark.domain.paper import PaperDetails
from paperlark.renderers.letters import write
from paperlark.renderers.letters.mail import mail_size
from standins.bulletins import (
    ANY_TEXT,
    MAIL,
    PAGE,
    PROFILE,
    any_entries,
    long_day,
    of_a_day,
    of_a_failure,
    of_a_week,
    page_of,
)
from standins.digests import (
    DAY,
    digest,
    entry,
    hostile,
    ordinary,
    over_budget,
    partial,
    quiet,
    with_something_else,
)


def mail(bulletin: Bulletin) -> Message:
    [message] = write(bulletin, MAIL)
    return message


def html(bulletin: Bulletin) -> str:
    return mail(bulletin).html or ""


def words(markup: str) -> str:
    body = LexborHTMLParser(markup).body
    assert body is not None
    return " ".join(body.text(separator=" ").split())


def links(markup: str) -> list[str]:
    """Return the addresses outside of the mail."""
    return [one for one in _addresses(markup) if not one.startswith("#")]


def _addresses(markup: str) -> list[str]:
    return [node.attributes["href"] or "" for node in LexborHTMLParser(markup).css("a")]


def test_the_titles_on_top_lead_to_the_papers_below() -> None:
    markup = html(of_a_day())
    inside = [one for one in _addresses(markup) if one.startswith("#")]
    assert inside == [f"#paper-2502.{number:05}" for number in (1, 2, 3)]
    tree = LexborHTMLParser(markup)
    assert [tag.tag for one in inside for tag in tree.css(one.replace(".", "\\."))] == ["td"] * 3
    part = words(markup)
    first, *_, last = (found.start() for found in re.finditer("Title 3", part))
    assert first < part.index("First paragraph of 1.") < last


def both(bulletin: Bulletin) -> tuple[str, str]:
    """Return the text of both parts, each on one line."""
    message = mail(bulletin)
    return words(message.html or ""), " ".join(message.text.split())


def test_a_day_s_mail_says_what_the_page_says() -> None:
    message = mail(of_a_day())
    assert message.subject == f"Wednesday, 26 February 2025: 3 papers · {PROFILE}"
    for part in both(of_a_day()):
        assert "3 of 299 papers · 1 by an author you follow · complete" in part
        assert "gpt-4o · tokens 67,320 (58,989 prompt, 8,331 completion) · cost $0.2308" in part
        assert "announced 487 · scanned 299 · shortlisted 298 · judged 298" in part
        assert "★ Title 1" in part
        assert "Author match: Ada Example (by name)" in part
        assert "Relevance 9 · Novelty 8 · Match 94 % (2 of 299)" in part
        assert "Matches the criterion 2." in part
        assert "First paragraph of 2. Second paragraph." in part
        assert "To stop it, remove the entry from the profile" in part


def test_the_links_go_to_the_page_and_to_the_papers_and_nowhere_else() -> None:
    papers = [f"https://arxiv.org/abs/2502.{number:05}" for number in (1, 2, 3)]
    assert links(html(of_a_day())) == [PAGE, *papers, PAGE]
    assert links(html(of_a_day(page=None))) == papers
    assert [found for found in papers if found not in mail(of_a_day()).text] == []
    assert f"In the browser: {PAGE}\n" in mail(of_a_day()).text


def test_a_mail_loads_and_runs_nothing() -> None:
    tree = LexborHTMLParser(html(of_a_day(hostile())))
    assert tree.css("script, img, link, iframe, object, form, svg, [src], [onerror]") == []
    assert "url(" not in html(of_a_day(ordinary()))
    assert "@import" not in html(of_a_day(ordinary()))


def test_layout_tables_have_the_presentation_role() -> None:
    tables = LexborHTMLParser(html(of_a_day())).css("table")
    assert {table.attributes["role"] for table in tables} == {"presentation"}


def test_a_partial_day_says_so_and_names_what_is_missing() -> None:
    assert mail(of_a_day(partial())).subject.startswith(
        "Wednesday, 26 February 2025: 1 paper, incomplete · "
    )
    for part in both(of_a_day(partial())):
        assert "partial: 2 papers not judged" in part
        assert "see below" not in part
        assert "The feed of cs.AI was cut off." in part
        assert "tokens unknown · cost unknown" in part
        assert "Not judged" in part
        assert "Title 7" in part
        assert "the reply was no JSON" in part


def test_papers_over_budget_are_counted_with_the_reason() -> None:
    for part in both(of_a_day(over_budget())):
        assert "18 papers over budget: the day's $0.50 is spent." in part
        assert "It cost $0.4999 at most." in part


def test_of_many_papers_without_a_judgement_some_are_named_and_all_counted() -> None:
    lost = partial().unjudged[:1] * 25
    for part in both(of_a_day(replace(partial(), unjudged=lost))):
        # Once at the top, and at each of ten papers.
        assert part.count("the reply was no JSON") == 11
        assert "and 15 more" in part


def test_a_reconstructed_day_says_so_and_from_what() -> None:
    whole = Batch("cs.LG", Via.RSS, None, 400, 400)
    guessed = Batch("cs.AI", Via.OAI, None, 225, None, ("RSS: no answer",))
    bulletin = of_a_day(digest([entry(1)], batches=(whole, guessed)))
    assert ": 1 paper, reconstructed · " in mail(bulletin).subject
    for part in both(bulletin):
        assert "complete, reconstructed" in part
        assert "cs.AI: reconstructed from submissions" in part
        assert "cs.LG: " not in part


def test_a_day_without_announcement_is_a_short_mail() -> None:
    assert mail(of_a_day(quiet())).subject.startswith(
        "Wednesday, 26 February 2025: nothing announced · "
    )
    for part in both(of_a_day(quiet())):
        assert "arXiv announced no papers in these categories." in part


def test_a_day_on_which_nothing_was_selected_says_so() -> None:
    assert ": no papers · " in mail(of_a_day(digest())).subject
    for part in both(of_a_day(digest())):
        assert "None of 299 papers was selected." in part


def test_without_a_judge_the_evidence_replaces_the_comment() -> None:
    for part in both(of_a_day(with_something_else())):
        assert "No model: ordered by the embedded ranker." in part
        assert "Topic: AI for science; matched terms: networks; counting against: clinical" in part
        assert "outside your usual topics" in part


def test_a_limited_mail_has_the_best_papers_and_counts_the_rest() -> None:
    bulletin = of_a_day(digest([entry(place) for place in range(1, 38)]), most=10)
    assert ": the best 10 of 37 papers · " in mail(bulletin).subject
    for part in both(bulletin):
        assert "the best 10 are here" in part
        assert "Title 10" in part
        assert "Title 11" not in part
        assert "and 27 more papers on the page" in part


def test_notices_are_shown_on_any_day() -> None:
    for part in both(of_a_day(quiet(), notices=("The channel lab cannot be reached.",))):
        assert "The channel lab cannot be reached." in part


def test_a_day_s_mail_names_other_days_without_a_page() -> None:
    failures = (Failure(DAY - timedelta(days=1), "arXiv did not answer"),)
    for part in both(of_a_day(failures=failures)):
        assert "No page for Tuesday, 25 February 2025: arXiv did not answer." in part
    assert mail(of_a_day(failures=failures)).subject == mail(of_a_day()).subject


def test_a_day_without_a_page_says_why_and_that_the_last_page_stays() -> None:
    bulletin = of_a_failure("no key: set OPENAI_API_KEY")
    assert mail(bulletin).subject == f"No page for Wednesday, 26 February 2025 · {PROFILE}"
    for part in both(bulletin):
        assert "No page for Wednesday, 26 February 2025" in part
        assert "Why: no key: set OPENAI_API_KEY." in part
        assert "The last good page is still in place." in part
        assert "paperlark will try again." in part


def test_an_alarm_is_one_sentence() -> None:
    for part in both(of_a_failure("The timer broke down", Occasion.ALARM)):
        assert "The timer broke down." in part
        assert "last good page" not in part


def test_a_week_s_mail_has_its_days_and_the_best_papers_of_all() -> None:
    days = [date(2025, 2, 24) + timedelta(days=number) for number in range(4)]
    monday, tuesday, thursday = (replace(ordinary(), day=day) for day in (*days[:2], days[3]))
    bulletin = of_a_week(
        (monday, replace(partial(), day=tuesday.day), thursday),
        failures=(Failure(days[2], "arXiv did not answer"),),
        pages={day: page_of(day) for day in days},
    )
    assert mail(bulletin).subject.startswith(
        "The week to Friday, 28 February 2025: 3 papers, incomplete"
    )
    assert "1 day without a page" in words(html(bulletin))
    for part in both(bulletin):
        assert "3 papers of 3 days" in part
        assert re.search("Mon 24 Feb:? 3 of 299 papers · complete", part)
        assert re.search("Tue 25 Feb:? 1 of 299 papers · partial: 2 papers not judged", part)
        assert re.search("Wed 26 Feb:? no page: arXiv did not answer.", part)
        assert "Tue 25 Feb: The feed of cs.AI was cut off." in part
        assert part.count("Title 2 Ada Example") == 1
    assert links(html(bulletin))[:3] == [page_of(day) for day in (*days[:2], days[3])]


def test_a_week_names_the_days_that_are_incomplete() -> None:
    part = words(html(of_a_week((ordinary(), partial()))))
    assert "3 papers of 2 days · 1 day incomplete" in part
    assert "1 day without a page" not in part


def test_a_week_in_which_nothing_was_selected_says_so() -> None:
    for part in both(of_a_week((quiet(), digest()))):
        assert "0 papers of 2 days" in part
        assert "No paper was selected this week." in part


def test_a_week_without_any_page_says_so() -> None:
    bulletin = of_a_week((), failures=(Failure(DAY, "no answer"),))
    assert mail(bulletin).subject == f"The week to Friday, 28 February 2025: no page · {PROFILE}"
    for part in both(bulletin):
        assert "1 day without a page" in part
        assert "No page was made this week." in part


def test_each_of_several_days_without_a_page_is_named() -> None:
    failures = (Failure(DAY - timedelta(days=1), "no answer"), Failure(DAY, "no key"))
    for part in both(replace(of_a_failure(""), failures=failures)):
        assert "Tuesday, 25 February 2025: no answer." in part
        assert "Why: no key." in part


def test_the_cost_of_a_week_is_a_sum_and_unknown_if_one_day_is() -> None:
    assert "tokens 134,640 (117,978 prompt, 16,662 completion) · cost $0.4616" in mail(
        of_a_week((ordinary(), ordinary()))
    ).text.replace("\n", " ")
    assert "tokens unknown · cost unknown" in mail(of_a_week((ordinary(), partial()))).text


@pytest.mark.parametrize(
    "bulletin", [of_a_day(long_day()), of_a_day(hostile())], ids=["long", "hostile"]
)
def test_no_mail_is_too_large(bulletin: Bulletin) -> None:
    markup = html(bulletin)
    assert len(markup.encode()) < 100_000
    part = EmailMessage(policy=policy.SMTP)
    part.set_content(markup, subtype="html", cte="quoted-printable")
    assert len(part.as_bytes()) < 100_000


def test_a_long_day_loses_abstracts_first_and_then_papers_and_counts_them() -> None:
    markup, text = both(of_a_day(long_day()))
    shown = len(re.findall(r"Paper \d+:", text))
    assert 50 < shown < 183
    assert "Abstracts — at most" not in text
    for part in (markup, text):
        assert f"and {183 - shown} more papers on the page, with all abstracts" in part
        assert f"Paper {shown}:" in part
        assert f"Paper {shown + 1}:" not in part


def test_abstracts_are_cut_to_a_few_lines() -> None:
    abstract = " ".join(long_day(1).entries[0].paper.abstract.split())
    for part in both(of_a_day(long_day(20))):
        _, *papers = re.split(r"Paper \d+: on the length", part)
        told = [paper for paper in papers if "Author 1 of" in paper]
        assert len(told) == 20
        assert "Abstracts — at most" in told[-1]
        assert abstract not in part
        assert "All abstracts are on the page" in part
        assert "more paper" not in part
        assert "cuts this mail off" not in part
    assert "All abstracts" not in mail(of_a_day()).text


@pytest.mark.parametrize(("wanted", "most"), [(0, 0), (100, 100), (600, 600), (None, 3_000)])
def test_abstracts_are_as_long_as_the_profile_says(wanted: int | None, most: int) -> None:
    abstract = "A sentence of this abstract. " * 60
    day = digest([entry(1, abstract=abstract), entry(2, abstract=abstract)])
    for part in both(of_a_day(day, abstracts=wanted)):
        count = part.count("A sentence of this abstract.")
        assert count == 2 * (60 if wanted is None else most // 29), (wanted, count)
        assert ("All abstracts are on the page" in part) == (wanted is not None)


def test_a_mail_that_would_be_too_large_says_what_it_made_shorter() -> None:
    for part in both(of_a_day(long_day(25), abstracts=None)):
        assert "So that no mail program cuts this mail off, abstracts have at most" in part
        assert "left out" not in part
        assert part.count("Paper 25:") == 2
    for part in both(of_a_day(long_day(40))):
        found = re.search(
            r"at most 150 characters, and those after number (\d+) are left out", part
        )
        assert found
        assert part.count("Abstracts \N{EM DASH} at most") in {2 * int(found[1]), 3 * int(found[1])}
    for part in both(of_a_day(long_day(80))):
        assert "at most 150 characters, and none fit" in part


def test_what_the_authors_say_stands_at_the_paper() -> None:
    details = PaperDetails("Accepted at ICLR 2025; 9 pages", "J. Phys. A 12 (2025) 3", "10.1000/x")
    paper = replace(entry(1).paper, details=details, abstract="See https://github.com/ada/code.")
    markup, text = both(of_a_day(digest([replace(entry(1), paper=paper)])))
    for part in (markup, text):
        assert "Accepted at ICLR 2025; 9 pages · J. Phys. A 12 (2025) 3" in part
        assert "accepted at ICLR 2025" in part
    assert {"https://doi.org/10.1000/x", "https://github.com/ada/code"} <= {
        *links(html(of_a_day(digest([replace(entry(1), paper=paper)]))))
    }
    assert "code: https://github.com/ada/code" in text


@given(st.text(max_size=3_000))
def test_the_estimated_size_is_an_upper_bound(text: str) -> None:
    part = EmailMessage(policy=policy.SMTP)
    part.set_content(
        text.encode("utf-8", "replace").decode().replace("\r", ""), cte="quoted-printable"
    )
    body = part.as_bytes().split(b"\r\n\r\n", 1)[1]
    assert mail_size(text.encode("utf-8", "replace").decode().replace("\r", "")) + 2 >= len(body)


@given(any_entries(8), st.integers(20_000, 100_000), ANY_TEXT)
def test_any_day_fits_a_mail_with_every_paper_once_and_in_order_or_counted(
    entries: list[Entry], longest: int, said: str
) -> None:
    [message] = write(of_a_day(digest(entries, notes=(said,))), replace(MAIL, longest=longest))
    markup = message.html or ""
    assert mail_size(markup) <= longest
    assert len(message.text) <= longest
    shown = sorted(one for one in links(markup) if one != PAGE)
    assert shown == [one.paper.url for one in entries][: len(shown)]
    told = [line.strip() for line in message.text.splitlines() if line.strip() in shown]
    assert sorted(told) == shown
    left = len(entries) - len(shown)
    for part in (words(markup), message.text):
        assert (f"{left} more paper" in part or f"{left} paper" in part) or not left


def test_lines_of_the_text_are_short_and_addresses_whole() -> None:
    abstract = f"See https://example.org/{'long/' * 30} for more. " + "w" * 200
    text = mail(of_a_day(digest([entry(1, abstract=abstract)]))).text
    assert [line for line in text.splitlines() if len(line) > 76 and "://" not in line] == []
    assert f"https://example.org/{'long/' * 30}" in text


@pytest.mark.parametrize("bulletin", [of_a_day(hostile()), of_a_failure("\u202e\x00 bad")])
def test_no_text_carries_controls(bulletin: Bulletin) -> None:
    message = mail(bulletin)
    said = f"{message.subject}{message.text}{message.html}"
    assert re.findall("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", said) == []


def test_the_same_bulletin_gives_the_same_mail() -> None:
    assert mail(of_a_day(hostile())) == mail(of_a_day(hostile()))


def test_a_subject_is_as_short_as_it_has_to_be() -> None:
    [message] = write(of_a_day(), replace(MAIL, subject_longest=40))
    assert message.subject == "Wednesday, 26 February 2025: 3 papers…"

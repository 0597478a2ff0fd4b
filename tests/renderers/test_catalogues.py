"""The words of pages in German and Chinese: complete, short enough, and no English between them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib import resources
from pathlib import Path

import make_catalogues
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.day.announce import UNCONFIRMED
from paperlark.day.assemble import announcement_gaps
from paperlark.domain.announcement import Announcement, Feed, MissingFeed
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.delivery import Bulletin, MessageFormat, Occasion, Style
from paperlark.domain.digest import Digest
from paperlark.domain.feedback import LaterVotes, vote_notes
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Budget, Cost
from paperlark.judges.reply import parse_reply
from paperlark.llm.budget import BudgetLedger
from paperlark.rankers.language import unreadable
from paperlark.renderers import formats, wording
from paperlark.renderers.catalogue import (
    CATALOGUES,
    catalogue_of,
    gettext,
    html_language,
    in_language,
    language_name,
)
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.letters import write
from paperlark.renderers.markdown import MarkdownRenderer
from paperlark.renderers.notes import note_text
from paperlark.renderers.script_words import WORDS
from standins import digests
from standins.english_left import english_left

DAY = date(2025, 2, 26)
TAGS = {"de": "de", "zh": "zh-Hans"}
MADE = [
    digests.ordinary,
    digests.without_judge,
    digests.narrowed,
    digests.over_budget,
    digests.bounded,
    digests.read_thrice,
    digests.in_private,
    digests.imported,
    digests.quiet,
]


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_text_of_a_page_has_a_translation_of_its_length_with_its_placeholders(
    language: str,
) -> None:
    assert list(make_catalogues.problems(language)) == []


@pytest.mark.parametrize(
    ("source", "translated", "fault"),
    [
        ("{count} of {all}", "{count} von {alle}", "other placeholders"),
        ("{count} of {all}", "{count}", "other placeholders"),
        ("{count} papers", " ", "no translation"),
        ("Send", "An das eigene Repository absenden", "much longer"),
    ],
)
def test_what_is_wrong_with_a_translation_is_told(source: str, translated: str, fault: str) -> None:
    assert any(fault in one for one in make_catalogues.faults(source, translated))


def test_a_catalogue_is_in_the_form_in_which_it_would_be_written_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stored = {one: (make_catalogues.FOLDER / f"{one}.po").read_bytes() for one in CATALOGUES}
    for name, content in stored.items():
        (tmp_path / f"{name}.po").write_bytes(content)
    monkeypatch.setattr(make_catalogues, "FOLDER", tmp_path)
    for name, content in stored.items():
        make_catalogues.update(name)
        assert (tmp_path / f"{name}.po").read_bytes() == content


@pytest.mark.parametrize(
    ("package", "script"), [("paperlark.renderers", "pad.js"), ("paperlark.site", "search.js")]
)
def test_a_script_is_handed_every_text_that_it_shows(package: str, script: str) -> None:
    text = resources.files(package).joinpath("templates", script).read_text("utf-8")
    written = {json.loads(one) for one in re.findall(r'"(?:[^"\\]|\\.)*"', text)}
    assert set(WORDS[script]) <= written
    said = {json.loads(one) for one in re.findall(r'say\(("(?:[^"\\]|\\.)*")', text)}
    assert said <= set(WORDS[script])


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("zh-Hans-SG", "zh"),
        ("zh-TW", "en"),
        ("zh-Hant", "en"),
        ("fr", "en"),
        ("en-GB", "en"),
    ],
)
def test_a_tag_has_the_catalogue_of_its_language(tag: str, words: str) -> None:
    assert catalogue_of(tag) == words


def test_a_model_is_told_a_language_by_its_name() -> None:
    assert language_name("de") == "German (de)"
    assert language_name("pt-BR") == "Portuguese (Brazil) (pt-BR)"
    assert language_name("xx") == "xx"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", ("Mittwoch, 26. Februar 2025", "Februar 2025", "58.989", "1 Arbeit", "2 Arbeiten")),
        ("zh", ("2025年2月26日星期三", "2025年2月", "58,989", "1 篇论文", "2 篇论文")),
        ("en", ("Wednesday, 26 February 2025", "February 2025", "58,989", "1 paper", "2 papers")),
    ],
)
def test_dates_numbers_and_plurals_are_those_of_the_language(
    language: str, expected: tuple[str, ...]
) -> None:
    with in_language(language):
        found = (
            formats.long_date(DAY),
            formats.month_name(DAY),
            formats.number(58_989),
            formats.papers(1),
            formats.papers(2),
        )
    assert found == expected


def test_amounts_keep_their_digits_and_add_up() -> None:
    cost = Cost(Decimal("1234.567"), Decimal("0.1"))
    with in_language("de"):
        assert formats.dollars(cost) == ("1.234,57\xa0$", "0,10\xa0$", "1.234,67\xa0$")
    assert formats.dollars(cost) == ("$1,234.57", "$0.10", "$1,234.67")


def test_the_language_ends_with_what_is_rendered_in_it() -> None:
    with in_language("de"):
        assert (html_language(), gettext("Papers")) == ("de", "Arbeiten")
    assert (html_language(), gettext("Papers")) == ("en", "Papers")


def test_an_empty_text_stays_empty() -> None:
    with in_language("de"):
        assert gettext("") == ""


def _of_others(digest: Digest) -> frozenset[str]:
    """Return what is the reader's own, or a server's: title, topics, and why something failed."""
    topics = (entry.match.topic or "" for entry in digest.entries if entry.match)
    return frozenset({digest.profile, *topics, *(one.reason for one in digest.unjudged)})


@pytest.mark.parametrize("language", CATALOGUES)
@pytest.mark.parametrize("make", MADE)
def test_a_page_has_no_english_but_the_papers_own(
    make: Callable[[], Digest], language: str
) -> None:
    digest = make()
    with in_language(language):
        page = HtmlRenderer().render(digest).content.decode()
    assert f'<html lang="{TAGS[language]}">' in page
    assert list(english_left(TAGS[language], page, _of_others(digest))) == []


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_text_without_a_translation_is_marked_as_english(language: str) -> None:
    digest = replace(digests.ordinary(), notes=("the feed of the day was cut off",))
    with in_language(language):
        page = HtmlRenderer().render(digest).content.decode()
    assert '<p class="note" lang="en">the feed of the day' in page
    assert list(english_left(TAGS[language], page, _of_others(digest))) == []


def test_a_language_without_a_catalogue_has_english_words_and_one_line_that_says_so() -> None:
    digest = digests.ordinary()
    with in_language("fr"):
        page = HtmlRenderer().render(digest).content.decode()
        line = wording.no_catalogue()
    assert line == (
        "paperlark has no words in the language fr: this page's own words are in English."
    )
    usual = HtmlRenderer().render(digest).content.decode()
    told = f'<p class="missed">{line.replace(chr(39), "&#39;")}</p>'
    assert page.replace(f"{told}\n", "").replace(told, "") == usual


def test_what_programs_read_is_the_same_in_every_language() -> None:
    digest = digests.narrowed()
    with in_language("zh"):
        made = JsonRenderer().render(digest).content
    assert made == JsonRenderer().render(digest).content


def test_markdown_speaks_the_language() -> None:
    with in_language("de"):
        page = MarkdownRenderer().render(digests.ordinary()).content.decode()
    assert page.startswith("# Mittwoch, 26. Februar 2025\n")
    assert "\n## Inhalt\n" in page
    assert "**Warum:**" in page


@pytest.mark.parametrize(
    ("language", "subject", "footer"),
    [
        ("de", "Mittwoch, 26. Februar 2025: ", "Zum Abbestellen"),
        ("zh", "2025年2月26日星期三: ", "如需停止"),
    ],
)
def test_a_mail_speaks_the_language(language: str, subject: str, footer: str) -> None:
    bulletin = Bulletin(Occasion.DAY, DAY, "Mine", digests=(digests.ordinary(),))
    with in_language(language):
        (message,) = write(bulletin, MessageFormat(Style.MAIL, 99_000, subject_longest=200))
    assert message.subject.startswith(subject)
    assert footer in message.text
    assert f'<html lang="{TAGS[language]}"' in (message.html or "")


def test_an_english_page_loads_no_catalogue() -> None:
    probe = (
        "import sys\n"
        "from standins.digests import ordinary\n"
        "from paperlark.renderers.html import HtmlRenderer\n"
        "HtmlRenderer().render(ordinary())\n"
        "print('babel' in sys.modules, 'gettext' in sys.modules)"
    )
    folder = Path(__file__).parent.parent
    done = subprocess.run(  # noqa: S603  # this interpreter
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=folder
    )
    assert done.stdout.split()[0] == "False"


def _notes() -> list[str]:
    """Return notes as pages have them, made by what makes them."""
    feed = Feed("cs.LG", DAY, (), "feed", notes=(UNCONFIRMED, "has 3 of 5 entries"))
    announcement = Announcement(DAY, (feed,), (), missing=(MissingFeed("cs.AI", "HTTP 503"),))
    votes = [LaterVotes(count, taken_in=taken) for count in (1, 3) for taken in (True, False)]
    return [
        *announcement_gaps(announcement),
        *(note for one in votes for note in vote_notes(one)),
        unreadable(parse_criteria("# 主题\n\n1. 蝙蝠的回声定位与睡眠研究\n")) or "",
    ]


@pytest.mark.parametrize("language", CATALOGUES)
def test_the_notes_of_a_page_are_recognized_and_translated(language: str) -> None:
    notes = _notes()
    assert len(notes) == 3 + 4 + 1
    with in_language(language):
        translated = [note_text(note) for note in notes]
    assert all(new != old for new, old in zip(translated, notes, strict=True))
    assert "HTTP 503" in translated[0]
    assert [note_text(note) for note in notes] == notes


@given(st.text(max_size=300))
def test_a_note_that_is_not_known_stays_as_it_is(text: str) -> None:
    with in_language("de"):
        assert note_text(f"§ {text}").startswith("§ ")


@pytest.mark.parametrize("text", ["{0.__class__}", "{model}", "odd {", "x" * 100_000])
def test_braces_in_a_note_are_text(text: str) -> None:
    with in_language("de"):
        assert note_text(f"cs.LG is missing: {text}") in {
            f"cs.LG fehlt: {text}",
            f"cs.LG is missing: {text}",
        }


@pytest.mark.parametrize("language", CATALOGUES)
@pytest.mark.parametrize("name", ["run", "day", "month"])
def test_a_budget_that_is_used_up_is_told_in_the_language(language: str, name: str) -> None:
    ledger = BudgetLedger(Budget(**{name: Decimal("0.01")}))
    refusal = str(ledger.refusal(Decimal("0.02")))
    with in_language(language):
        told = note_text(refusal)
    assert told != refusal
    assert "0.01" in told


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "no rows",
        '{"rows":[{"paper":412,"relevance":9,"novelty":9,"comment":""}]}',
        '{"rows":[{"paper":999,"relevance":9,"novelty":9,"comment":"x"}]}',
    ],
)
def test_what_a_reply_lacked_is_told_in_the_language(reply: str) -> None:
    (fault,) = parse_reply(reply, {412: digests.paper()}, Cutoffs()).faults.values()
    with in_language("de"):
        assert note_text(fault) != fault

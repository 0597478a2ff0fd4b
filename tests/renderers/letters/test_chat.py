from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.delivery import Bulletin, Failure, Message, MessageFormat, Style
from paperlark.domain.digest import Entry
from paperlark.domain.judgement import Judgement
from paperlark.renderers.letters import write
from standins.bulletins import (
    ANY_TEXT,
    CHATS,
    PAGE,
    PROFILE,
    any_entries,
    long_day,
    of_a_day,
    of_a_failure,
    of_a_week,
    page_of,
)
from standins.digests import DAY, digest, entry, hostile, ordinary, partial, quiet

PAPER = re.compile(r"https://arxiv\.org/abs/(\d{4}\.\d{5})")
LEFT = re.compile(r"(\d+) (?:more )?papers? on the page")


def in_bytes(text: str) -> int:
    return len(text.encode())


def in_sixteen_bits(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def chat(bulletin: Bulletin, style: Style = Style.TEXT, **changes: object) -> tuple[Message, ...]:
    form = replace(MessageFormat(style, 4_000, 0), **changes)  # type: ignore[arg-type]
    return write(bulletin, form)


def text(bulletin: Bulletin, style: Style = Style.TEXT) -> str:
    [message] = chat(bulletin, style)
    return message.text


def shown(messages: tuple[Message, ...]) -> list[str]:
    return [found for message in messages for found in PAPER.findall(message.text)]


def test_a_day_as_plain_text() -> None:
    assert text(of_a_day()) == (
        f"Wednesday, 26 February 2025: 3 papers · {PROFILE}\n"
        "3 of 299 papers · 1 by an author you follow · complete\n"
        f"The whole page\n{PAGE}\n\n"
        "★ Title 1\nhttps://arxiv.org/abs/2502.00001\nAda Example, Łukasz Kuśmierz\n"
        "Author match: Ada Example (by name)\n\n"
        "9·8 Title 2\nhttps://arxiv.org/abs/2502.00002\nAda Example, Łukasz Kuśmierz\n"
        "Matches the criterion 2.\n\n"
        "9·8 Title 3\nhttps://arxiv.org/abs/2502.00003\nAda Example, Łukasz Kuśmierz\n"
        "Matches the criterion 3."
    )


def test_a_day_as_markdown() -> None:
    head, _, second, _ = text(of_a_day(), Style.MARKDOWN).split("\n\n")
    assert head == (
        f"**Wednesday, 26 February 2025: 3 papers · {PROFILE}**  \n"
        "3 of 299 papers · 1 by an author you follow · complete  \n"
        f"[The whole page](<{PAGE}>)"
    )
    assert second == (
        "9·8 [Title 2](<https://arxiv.org/abs/2502.00002>)  \n"
        "Ada Example, Łukasz Kuśmierz  \nMatches the criterion 2."
    )


def test_a_day_as_html_escapes_what_html_reads() -> None:
    one = entry(2, title="Cats & <b>dogs</b>")
    bulletin = of_a_day(digest([one]), page="https://example.org/?a=1&b=(2)")
    head, paper = text(bulletin, Style.HTML).split("\n\n")
    assert '<a href="https://example.org/?a=1&amp;b=%282%29">The whole page</a>' in head
    assert paper.startswith(
        '9·8 <a href="https://arxiv.org/abs/2502.00002">Cats &amp; ＜b＞dogs＜/b＞</a>\n'  # noqa: RUF001
    )


def test_where_a_channel_has_subjects_the_text_does_not_repeat_them() -> None:
    [message] = chat(of_a_day(), subject_longest=100)
    assert message.subject == f"Wednesday, 26 February 2025: 3 papers · {PROFILE}"
    assert message.text.startswith("3 of 299 papers · ")
    assert message.html is None


def test_several_messages_are_numbered_where_a_reader_sees_it() -> None:
    bulletin = of_a_day(long_day(6))
    titled = chat(bulletin, subject_longest=60, longest=2_000)
    assert [message.subject[-4:] for message in titled] == [" 1/3", " 2/3", " 3/3"]
    assert {message.subject[:27] for message in titled} == {"Wednesday, 26 February 2025"}
    untitled = chat(bulletin, longest=2_000)
    assert [message.text.rsplit("\n\n", 1)[1] for message in untitled] == ["1/3", "2/3", "3/3"]


def test_what_does_not_fit_is_counted_and_linked() -> None:
    *_, last = chat(of_a_day(long_day()), longest=2_000, most=2)
    assert last.text.endswith(f"and 179 more papers on the page\n{PAGE}\n\n2/2")
    *_, last = chat(of_a_day(long_day(), page=None), longest=2_000, most=2)
    assert last.text.endswith("and 179 more papers on the page\n\n2/2")


def test_papers_beyond_the_limit_are_counted() -> None:
    bulletin = of_a_day(digest([entry(place) for place in range(1, 38)]), most=10)
    assert "the best 10 are here" in text(bulletin)
    assert text(bulletin).endswith(f"and 27 more papers on the page\n{PAGE}")


def test_a_paper_longer_than_a_message_gives_up_words_and_keeps_its_address() -> None:
    long = replace(
        entry(1, title="t" * 390), judgement=Judgement(entry(1).paper.id, 1, 9, 8, "c " * 300)
    )
    [_, message] = chat(of_a_day(digest([long]), page=None), longest=600)
    assert PAPER.findall(message.text) == ["2502.00001"]
    assert "t" * 390 in message.text
    assert message.text.endswith("c c…\n\n2/2")
    [_, message] = chat(of_a_day(digest([long]), page=None), longest=300)
    assert PAPER.findall(message.text) == ["2502.00001"]
    assert "c c" not in message.text
    assert "ttt…\n" in message.text


def test_a_partial_day_a_quiet_one_and_an_empty_one_say_so() -> None:
    assert "partial: 2 papers not judged" in text(of_a_day(partial()))
    assert "Note: The feed of cs․AI was cut off." in text(of_a_day(partial()))  # noqa: RUF001
    assert "arXiv announced no papers in these categories." in text(of_a_day(quiet()))
    assert "None of 299 papers was selected." in text(of_a_day(digest()))


def test_a_partial_day_stands_out() -> None:
    said = "1 of 299 papers · 3 not recorded · partial: 2 papers not judged"
    assert f"**{said}**" in text(of_a_day(partial()), Style.MARKDOWN)
    assert f"<b>{said}</b>" in text(of_a_day(partial()), Style.HTML)


def test_a_day_without_a_page_is_reported() -> None:
    said = text(of_a_failure("no key: set OPENAI_API_KEY"))
    assert said.startswith(f"No page for Wednesday, 26 February 2025 · {PROFILE}\n")
    assert "Why: no key: set OPENAI_API_KEY." in said


def test_a_week_has_a_line_for_each_day() -> None:
    tuesday = DAY - timedelta(days=1)
    bulletin = of_a_week(
        (ordinary(),),
        failures=(Failure(tuesday, "arXiv did not answer"),),
        pages={DAY: page_of(DAY)},
        notices=("The channel lab cannot be reached.",),
    )
    head, *_ = text(bulletin, Style.MARKDOWN).split("\n\n")
    assert head.split("  \n")[1:] == [
        "**3 papers of 1 day · 1 day without a page**",
        "Tue 25 Feb: no page: arXiv did not answer.",
        f"[Wed 26 Feb: 3 of 299 papers · complete](<{page_of(DAY)}>)",
        "Note: The channel lab cannot be reached.",
    ]


def test_a_followed_paper_that_was_judged_has_star_and_scores() -> None:
    both = replace(entry(1, followed=True), judgement=Judgement(entry(1).paper.id, 1, 4, 5, "No."))
    assert "★ 4·5 Title 1" in text(of_a_day(digest([both])))


@pytest.mark.parametrize("style", CHATS)
@pytest.mark.parametrize("longest", [1, 40, 120])
def test_a_form_too_small_for_anything_still_gives_messages(style: Style, longest: int) -> None:
    assert chat(of_a_day(hostile()), style, longest=longest, most=3)


_FORMS = st.builds(
    MessageFormat,
    style=st.sampled_from(CHATS),
    longest=st.integers(300, 3_000),
    subject_longest=st.just(0) | st.integers(5, 250),
    most=st.integers(1, 5),
    measure=st.sampled_from([len, in_bytes, in_sixteen_bits]),
)


@given(any_entries(), _FORMS, st.none() | st.integers(1, 15), st.none() | st.just(PAGE), ANY_TEXT)
def test_any_day_fits_any_format_with_every_paper_unbroken_once_and_in_order_or_counted(
    entries: list[Entry], form: MessageFormat, wanted: int | None, page: str | None, said: str
) -> None:
    bulletin = of_a_day(
        digest(entries, notes=(said,)), page, most=wanted, notices=(said,), profile=said
    )
    messages = write(bulletin, form)
    assert 1 <= len(messages) <= form.most
    for message in messages:
        assert message.text
        assert form.measure(message.text) <= form.longest
        assert len(message.subject) <= form.subject_longest
        assert [
            block for block in message.text.split("\n\n") if len(PAPER.findall(block)) > 1
        ] == []
    ids = [one.paper.id for one in entries]
    assert shown(messages) == ids[: len(shown(messages))]
    left = LEFT.findall(messages[-1].text)
    assert len(shown(messages)) + sum(map(int, left[-1:])) == len(entries)
    assert len(shown(messages)) <= (wanted or len(entries))

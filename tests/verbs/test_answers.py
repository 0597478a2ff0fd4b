from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark import InvalidArguments
from paperlark.verbs.answers import LARGEST, Answer, Item, as_text, cut, fenced, fit, plain
from paperlark.verbs.tokens import estimate_tokens


def _items(lengths: list[int]) -> tuple[Item, ...]:
    return tuple(Item({"id": n}, {"abstract": "x y " * size}) for n, size in enumerate(lengths))


def _sent(answer: Answer) -> int:
    """Return the tokens of an answer as text and as structured content."""
    value = fenced(answer)
    return estimate_tokens(as_text({"text": as_text(value), "structuredContent": value}))


@given(st.lists(st.integers(0, 3_000), max_size=60))
def test_the_pages_of_an_answer_have_each_item_once_and_fit(lengths: list[int]) -> None:
    answer, cursor, seen = Answer(Item({"day": "2025-02-26"}), _items(lengths)), None, []
    while True:
        page = cut(answer, "digest", cursor)
        seen += [one.facts["id"] for one in page.items or ()]
        assert _sent(page) <= LARGEST
        cursor = page.following
        if cursor is None:
            break
    assert seen == list(range(len(lengths)))


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "3",
        "3-",
        "-3-abc",
        "99999999999999999999-abc",
        "\N{FULLWIDTH DIGIT THREE}-abc",
        "0x1-abc",
        "5-000000000000",
    ],
)
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidArguments, match="does not continue"):
        cut(Answer(Item(), _items([9] * 20)), "search bats", cursor)


def test_a_cursor_continues_only_its_own_question() -> None:
    answer = Answer(Item(), _items([1_000] * 9))
    cursor = cut(answer, "search bats", None).following
    assert cursor is not None
    assert cut(answer, "search bats", cursor).items
    with pytest.raises(InvalidArguments):
        cut(answer, "search cats", cursor)
    with pytest.raises(InvalidArguments):
        cut(Answer(Item(), _items([1_000] * 10)), "search bats", cursor)


def test_an_answer_has_facts_and_outside_texts_apart_in_both_forms() -> None:
    answer = Answer(
        Item({"day": "2025-02-26"}), (Item({"id": "1"}, {"title": "Bats", "note": ""}),)
    )
    assert plain(answer) == {
        "day": "2025-02-26",
        "papers": [{"id": "1", "outside": {"title": "Bats"}}],
        "next": None,
    }
    found = fenced(answer)
    boundary = found["papers"][0]["outside"].partition(">")[0].removeprefix("<outside-")
    assert found["papers"][0]["outside"] == (
        f"<outside-{boundary}>\ntitle: Bats\n</outside-{boundary}>"
    )
    assert boundary in found["notice"]


def test_an_answer_without_outside_texts_has_no_notice() -> None:
    assert fenced(Answer(Item({"changed": True}))) == {"changed": True}


@pytest.mark.parametrize("text", ["<" * 6_000, "\N{TELESCOPE}" * 6_000, '"' * 6_000, "Aa0" * 2_000])
def test_a_paper_of_any_text_fits_and_says_what_was_cut(text: str) -> None:
    found = fit(Item({"id": "1"}, {"title": "Bats", "abstract": text, "note": "mine"}))
    assert _sent(Answer(found)) <= LARGEST
    assert found.facts["cut"] == ["abstract"]
    assert found.outside["abstract"].endswith("…")
    assert (found.outside["title"], found.outside["note"]) == ("Bats", "mine")


def test_a_paper_that_fits_is_left_as_it_is() -> None:
    item = Item({"id": "1"}, {"abstract": "We record bats."})
    assert fit(item) is item

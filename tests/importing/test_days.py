"""Digests that were made elsewhere as days: what they say is kept, the rest is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.digest import AuthorMatch, Digest, Status
from paperlark.domain.errors import Unimportable
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.spending import Cost, Tokens
from paperlark.importing.digest_pages import NOTHING_SAID, DigestHead, read_heads
from paperlark.importing.digests import (
    MOST_PAPERS,
    UNNAMED_MODEL,
    ImportContext,
    adopt,
    by_day,
    digest_from_entries,
)
from paperlark.importing.item import ImportedEntry
from paperlark.importing.kinds import FileKind, read_items
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.markdown import MarkdownRenderer
from paperlark.renderers.restore import restore_page
from standins.digests import DAY, narrowed, ordinary, partial

HEAD = """# Personalized papers 2/26/2025

| *[gpt-4o]*   | Prompt   | Completion   | Total   |
|--------------|----------|--------------|---------|
| **Token**    | 58,989   | 8331         | 67320   |
| **Cost**     | $0.15    | $0.08        | $0.23   |

Total ArXiv papers: 625

Total scanned papers: 384

Total relevant papers: 3

1. [On bats](#user-content-link1)

---
"""
PAPERS = """
## 1. [By a followed author](https://arxiv.org/abs/2502.18435) <a id="link1"></a>

**ArXiv ID:** 2502.18435

**Authors:** Samy Bengio, Ben Cat

**Abstract:** $L_1$ is a norm.

**Comment:** Author match

---

## 2. [On bats](https://arxiv.org/abs/2502.18377) <a id="link2"></a>

**ArXiv ID:** 2502.18377v2

**Authors:** Ada Bat

**Abstract:** (We) hear.

**Comment:** It matches "Sonar".

**Relevance:** 9
**Novelty:** 10

---

## 3. [On cats](https://arxiv.org/abs/2502.00002) <a id="link3"></a>

**ArXiv ID:** 2502.00002

**Abstract:** We purr.

**Relevance:** 11
**Novelty:** 7

---
"""
TAIL = """
# Paper Selection Prompt

Find what my friend likes.

1. Bats
   - Relevant: sonar.
"""
PAGE = HEAD + PAPERS + TAIL


def _bengio(paper: Paper) -> tuple[AuthorMatch, ...]:
    names = [author.name for author in paper.authors if "Bengio" in author.name]
    return tuple(AuthorMatch(name, by_name_only=True) for name in names)


READER = ImportContext("Mine", _bengio, DAY)


def _read(text: str, name: str = "page.md", **of: object) -> Digest:
    items = read_items(FileKind.DIGEST, text, name)
    ((day, among),) = by_day(items).items()
    head = read_heads(text, name, frozenset({day})).get(day, NOTHING_SAID)
    reader = replace(READER, **of)  # type: ignore[arg-type]  # the caller names the fields
    return digest_from_entries(day, among, head, name=name, reader=reader, texts={})


def test_a_page_has_the_date_that_it_states() -> None:
    digest = _read(PAGE)
    assert (digest.day, digest.profile, digest.status) == (DAY, "Mine", Status.IMPORTED)
    assert digest.model == "gpt-4o"
    assert digest.spend
    assert digest.spend.tokens == Tokens(58989, 8331)
    assert digest.spend.cost == Cost(Decimal("0.15"), Decimal("0.08"))
    assert digest.prompt == "Find what my friend likes.\n\n1. Bats\n   - Relevant: sonar."
    assert [entry.paper.id for entry in digest.entries] == [
        "2502.18435",
        "2502.18377",
        "2502.00002",
    ]
    assert [entry.place for entry in digest.entries] == [1, 2, 3]
    followed, bats, cats = digest.entries
    assert followed.followed == (AuthorMatch("Samy Bengio", by_name_only=True),)
    assert followed.judgement is None
    assert (bats.paper.version, bats.paper.abstract) == (2, "(We) hear.")
    assert followed.paper.abstract == "$L_1$ is a norm."
    assert bats.judgement
    assert (bats.judgement.relevance, bats.judgement.novelty) == (9, 10)
    assert bats.judgement.comment == 'It matches "Sonar".'
    assert (cats.judgement, cats.followed) == (None, ())
    assert digest.notes == (
        "Imported from page.md; anything it does not state is unknown.",
        "No scores could be read for 1 paper.",
    )


def test_what_a_page_does_not_state_is_unknown_and_never_zero() -> None:
    funnel = _read(PAGE).funnel
    assert (funnel.announced, funnel.scanned, funnel.selected, funnel.followed) == (625, 384, 3, 1)
    assert {funnel.feeds, funnel.judged, funnel.unjudged, funnel.gated, funnel.waiting} == {None}
    bare = _read("Papers 2/26/2025\n" + PAPERS)
    assert (bare.funnel.announced, bare.funnel.scanned) == (None, None)
    assert (bare.model, bare.spend, bare.prompt) == (UNNAMED_MODEL, None, None)
    assert (bare.cutoffs, bare.categories) == (None, ())
    assert {(one.type, one.match) for one in bare.entries} == {(None, None)}


def test_a_followed_author_of_another_reader_has_no_name() -> None:
    digest = _read(PAGE, followed=lambda _: ())
    assert digest.entries[0].followed == (AuthorMatch(None, by_name_only=True),)


@pytest.mark.parametrize(
    ("line", "forged", "remark"),
    [
        ("papers: 384", "papers: 2", "Its counts do not add up and are left out."),
        ("papers: 625", "papers: 383", "Its counts do not add up and are left out."),
        ("67320", "67321", "Its token counts do not add up and are left out."),
        ("$0.23", "$0.99", "Its costs do not add up and are left out."),
        ("papers: 3\n", "papers: 4\n", "It counts 4 papers, of which 3 could be read."),
    ],
)
def test_counts_that_do_not_add_up_are_noted_and_left_out(
    line: str, forged: str, remark: str
) -> None:
    digest = _read(PAGE.replace(line, forged))
    assert remark in digest.notes
    assert len(digest.entries) == 3
    assert digest.spend


def test_a_paper_listed_twice_counts_once() -> None:
    digest = _read(PAGE.replace("2502.00002", "2502.18435"))
    assert [entry.paper.id for entry in digest.entries] == ["2502.18435", "2502.18377"]
    assert "Left out: 1 paper listed twice." in digest.notes


@pytest.mark.parametrize("day", [DAY + timedelta(days=1), date(1991, 8, 13), date(1, 1, 1)])
def test_a_day_before_arxiv_or_in_the_future_is_refused(day: date) -> None:
    items = [replace(one, day=day) for one in read_items(FileKind.DIGEST, PAGE, "page.md")]
    with pytest.raises(Unimportable, match="in the future, or before arXiv"):
        digest_from_entries(day, items, name="page.md", reader=READER, texts={})


def test_more_papers_than_any_day_has_are_refused() -> None:
    (item, *_) = read_items(FileKind.DIGEST, PAGE, "page.md")
    with pytest.raises(Unimportable, match="more than arXiv ever announced"):
        digest_from_entries(DAY, [item] * (MOST_PAPERS + 1), name="x", reader=READER, texts={})


def test_papers_without_an_available_text_are_left_out_and_counted() -> None:
    bare = [ImportedEntry(f"row {n}", paper_id=None, title="T") for n in range(2)]
    items = read_items(FileKind.DIGEST, PAGE, "page.md")
    some = [*bare, replace(items[0], title=""), *items[1:]]
    digest = digest_from_entries(DAY, some, name="x", reader=READER, texts={})
    assert len(digest.entries) == 2
    assert "Left out: 2 papers without an arXiv identifier." in digest.notes
    assert "Left out: 1 paper whose text is not available." in digest.notes
    with pytest.raises(Unimportable, match="no text is available"):
        digest_from_entries(DAY, bare, name="x", reader=READER, texts={})


def test_a_recording_has_a_head_for_each_day() -> None:
    line = (
        '{"day": "2025-02-26", "model": "gpt-4o", "selected": [], "printed": {"total": 625,'
        ' "scanned": 384, "relevant": 37, "prompt_tokens": 9, "completion_tokens": 1,'
        ' "cost_usd": 0.23}}'
    )
    assert read_heads(line, "days.jsonl", frozenset()) == {
        DAY: DigestHead(625, 384, None, 37, "gpt-4o", Tokens(9, 1), None, Decimal("0.23"))
    }


@pytest.mark.parametrize("made", [ordinary(), partial(), narrowed()])
def test_a_paperlark_page_is_restored_completely(made: Digest) -> None:
    page = JsonRenderer().render(made)
    digest = adopt(restore_page(page.content, "p.json"), name="p.json", reader=READER)
    assert digest.notes == (f"Imported from p.json, where it was {made.status}.", *made.notes)
    assert (digest.status, digest.profile) == (Status.IMPORTED, "Mine")
    assert (digest.funnel, digest.spend, digest.prices) == (made.funnel, made.spend, made.prices)
    assert [one.judgement for one in digest.entries] == [one.judgement for one in made.entries]
    assert (digest.unread, digest.unjudged[:0]) == (made.unread, ())
    assert {one.paper_id for one in digest.unread} <= set(digest.scanned)
    again = JsonRenderer().render(digest).content
    assert restore_page(again, "p.json").entries == restore_page(page.content, "p.json").entries


def _forged(made: Digest, change: str) -> Digest:
    first, *others = made.entries
    forged = {
        "id": replace(first, paper=replace(first.paper, id=PaperId("../../etc"))),
        "twice": replace(first, paper=others[0].paper),
        "place": replace(first, place=7),
    }
    return replace(made, entries=(forged[change], *others))


@pytest.mark.parametrize("change", ["id", "twice", "place"])
def test_a_changed_paperlark_page_is_refused(change: str) -> None:
    with pytest.raises(Unimportable, match="changed after paperlark wrote it"):
        adopt(_forged(ordinary(), change), name="p.json", reader=READER)


def test_paperlark_s_markdown_reads_back_as_it_was_written() -> None:
    digest = _read(PAGE)
    again = _read(MarkdownRenderer().render(digest).content.decode())
    assert [(one.paper.id, one.judgement and one.judgement.relevance) for one in again.entries] == [
        (one.paper.id, one.judgement and one.judgement.relevance) for one in digest.entries
    ]
    assert [one.paper.title for one in again.entries] == [one.paper.title for one in digest.entries]
    assert [bool(one.followed) for one in again.entries] == [True, False, False]
    assert (again.funnel, again.model, again.prompt) == (digest.funnel, "gpt-4o", digest.prompt)
    assert (again.spend, again.entries[1].judgement) == (digest.spend, _first_reading(digest))


def _first_reading(digest: Digest) -> object:
    """Return the judgement as Markdown has it: without the version of a paper."""
    judged = digest.entries[1].judgement
    return judged and replace(judged, version=1)


def _lines(pieces: Sequence[str]) -> str:
    return "\n".join(pieces)


@given(
    st.lists(
        st.sampled_from([*PAGE.splitlines(), "```", "Prompt", "Total scanned papers: 9999999999"])
        | st.text(max_size=40),
        max_size=60,
    ).map(_lines)
)
def test_whatever_a_page_holds_its_head_is_read_or_left_out(text: str) -> None:
    head = read_heads(text, "page.md", frozenset({DAY})).get(DAY, NOTHING_SAID)
    assert head.tokens is None or head.tokens.prompt >= 0
    assert head.cost is None or head.cost.completion >= 0

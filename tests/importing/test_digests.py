"""Digests that were made elsewhere, in every form they are kept in."""

from __future__ import annotations

import gzip
import json
import time
from datetime import date
from pathlib import Path

import pytest

from paperlark.domain.errors import Unimportable
from paperlark.importing.item import ImportedEntry, Scores
from paperlark.importing.kinds import FileKind, read_items, recognise
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.markdown import MarkdownRenderer
from standins.digests import DAY, ordinary

PAGE = """# Personalized papers 2/26/2025

1. [A table of contents](#user-content-link1)
**Authors:** Nobody

---

## 1. [On bats](https://arxiv.org/abs/2502.18377) <a id="link1"></a>

**ArXiv ID:** 2502.18377

**Authors:** Ada Bat, Ben Cat

**Abstract:** We hear.

**Comment:** Relevance: 3 of 10 is what others give.

**Relevance:** 9
**Novelty:** 10

---

## 2. [By a followed author](https://arxiv.org/abs/2502.18435v2) <a id="link2"></a>

**ArXiv ID:** 2502.18435

**Comment:** Author match

---

# The prompt

1. Relevance: 1 to 10 Novelty: 1 to 10
"""
BATS = ImportedEntry(
    place="line 8",
    title="On bats",
    abstract="We hear.",
    authors=("Ada Bat", "Ben Cat"),
    scored=Scores(DAY, 9, 10),
)


def _read(text: str | bytes, name: str) -> tuple[ImportedEntry, ...]:
    kind, decoded = recognise(text.encode() if isinstance(text, str) else text, name)
    assert kind is FileKind.DIGEST
    return read_items(kind, decoded, name)


def test_a_page_in_markdown_is_read_entry_by_entry() -> None:
    bats, followed = _read(PAGE, "page.md")
    assert (bats.paper_id, bats.title, bats.authors) == ("2502.18377", BATS.title, BATS.authors)
    assert (bats.abstract, bats.scored, bats.place) == (BATS.abstract, BATS.scored, BATS.place)
    assert (followed.paper_id, followed.fault) == ("2502.18435", "it has no scores")


def test_the_text_of_a_page_is_read_like_the_page() -> None:
    text = (
        "Papers 02/26/2025\n\n  1. On bats Authors: Ada\n\n\n1. On bats\n\nArXiv ID: 2502.18377\n\n"
        "Authors: Ada Bat, Ben Cat\n\nAbstract: We hear.\n\nRelevance: 9 Novelty: 10\n\n\nPrompt"
    )
    (item,) = _read(text, "page.txt")
    assert (item.title, item.abstract, item.scored) == ("On bats", "We hear.", BATS.scored)


@pytest.mark.parametrize("renderer", [JsonRenderer(), MarkdownRenderer()])
def test_paperlarks_own_pages_are_read(renderer: JsonRenderer | MarkdownRenderer) -> None:
    page = renderer.render(ordinary())
    items = _read(page.content, page.path.name)
    assert [(item.paper_id, item.scored) for item in items] == [
        ("2502.00001", None),
        ("2502.00002", Scores(DAY, 9, 8)),
        ("2502.00003", Scores(DAY, 9, 8)),
    ]
    assert items[1].title == "Title 2"
    assert items[1].abstract.startswith("First paragraph of 2.")


ROW = {"id": "2502.18377", "title": "On bats", "relevance": 9, "novelty": 10}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ROW | {"day": "2025-02-26"}]),
        json.dumps(ROW | {"day": "2025-02-26"}) + "\n",
        json.dumps([ROW]),
        json.dumps({"2502.18377": {"RELEVANCE": "9", "NOVELTY": 10.0, "title": "On bats"}}),
        json.dumps({"day": "2025-02-26", "selected": [ROW | {"comment": "so"}]}),
    ],
)
def test_rows_with_scores_are_read_in_every_wrapping(text: str) -> None:
    (item,) = _read(text, "archive/2025-02-26.json")
    assert (item.paper_id, item.scored) == ("2502.18377", Scores(DAY, 9, 10))


@pytest.mark.parametrize("name", ["2025-02-26.json", "mine/digest-2025-02-26-late.json"])
def test_a_day_is_found_anywhere_in_the_file_s_name(name: str) -> None:
    (item,) = _read(json.dumps([ROW]), name)
    assert item.scored == Scores(DAY, 9, 10)


def test_a_packed_recording_is_unpacked() -> None:
    line = json.dumps({"day": "2025-02-26", "selected": [ROW | {"comment": ""}]}).encode()
    (item,) = _read(gzip.compress(line), "days.jsonl.gz")
    assert item.place == "2025-02-26"


@pytest.mark.parametrize("score", [0, 11, 7.5, "7.5", "high", None, True, float("nan"), 10**30])
def test_invalid_scores_are_none(score: object) -> None:
    (item,) = _read(json.dumps([ROW | {"novelty": score}]), "2025-02-26.json")
    assert item.fault == "it has no scores"


def test_a_digest_without_a_date_is_a_fault_that_says_what_to_do() -> None:
    (item,) = _read(json.dumps([ROW]), "digest-2025-02-30.json")
    assert item.fault == "it has no date: put one into the file's name"


def test_a_recording_with_a_wrong_line_names_it() -> None:
    text = '{"day": "2025-02-26", "selected": []}\n{"day": "2025-02-30", "selected": []}\n'
    with pytest.raises(Unimportable, match=r"days\.jsonl:2: day"):
        _read(text, "days.jsonl")


@pytest.mark.parametrize(
    ("name", "judged", "followed"),
    [("2025-02-19.txt", 42, 0), ("2025-02-26.md", 36, 1), ("2025-03-25.md", 44, 1)],
)
def test_the_seeds_are_read_to_the_last_score(
    shared: Path, name: str, judged: int, followed: int
) -> None:
    items = _read((shared / "seeds" / name).read_bytes(), name)
    with gzip.open(shared / "readers" / "ml-foundations" / "days.jsonl.gz") as lines:
        days = {day["day"]: day["selected"] for day in map(json.loads, lines)}
    scored = {item.paper_id: item.scored for item in items}
    assert scored == {
        row["id"]: row["relevance"]
        and Scores(date.fromisoformat(name[:10]), row["relevance"], row["novelty"])
        for row in days[name[:10]]
    }
    assert all(item.abstract and item.authors and item.title for item in items)
    assert (len(items), sum(item.scored is None for item in items)) == (judged + followed, followed)


def test_a_heading_of_unclosed_links_takes_linear_time() -> None:
    page = PAGE + f"\n## 3. [{'](a' * 1300}\n" * 300
    before = time.process_time()
    assert recognise(page.encode(), "page.md")[0] is FileKind.DIGEST
    assert len(read_items(FileKind.DIGEST, page, "page.md")) == 2
    assert time.process_time() - before < 2

"""Following a person, and not a name, from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from standins.commands import Paperlark
from standins.feeds import item, rss
from standins.semantic_scholar import KEY, Scholar, author, complains, scholar_on

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")
FOLLOW = '[[follow]]\nname = "Ada Lovelace"\nid = "1741101"\n'


@pytest.fixture
def scholar(loopback: HTTPServer) -> Iterator[Scholar]:
    with scholar_on(loopback) as standing:
        yield standing


@pytest.fixture
def bats(home: Path, scholar: Scholar, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home where three papers are by an Ada Lovelace, and Semantic Scholar is asked."""
    monkeypatch.delenv("SEMANTIC_SCHOLAR_API_KEY", raising=False)
    by_ada = [
        item(f"oai:arXiv.org:2502.0000{n}v1", title=f"Bats {n}", abstract="Sonar of bats.")
        for n in (7, 8, 9)
    ]
    (home / "feeds" / "2025-02-26.cs.LG.rss.xml").write_bytes(rss(*by_ada))
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(f'{FOLLOW}[sources]\nsemantic_scholar = "{scholar.base_url}"\n')
    return home


def _page(home: Path) -> Any:
    return json.loads((home / "pages" / "2025-02-26.json").read_text("utf-8"))


def _followed(page: Any) -> dict[str, str]:
    return {
        entry["id"]: followed["by"] for entry in page["entries"] for followed in entry["followed"]
    }


def test_an_id_tells_the_author_from_a_namesake(
    paperlark: Paperlark, bats: Path, scholar: Scholar
) -> None:
    scholar.knows("2502.00007", author("A. Lovelace", "1741101", 12))
    scholar.knows("2502.00008", author("Ada Lovelace", "2", 1))
    result = paperlark(*RUN)
    assert result.exit_code == 0, result.output
    page = _page(bats)
    # 7 is hers, 8 a namesake's, and who wrote 9 nobody knows yet.
    assert _followed(page) == {"2502.00007": "id", "2502.00009": "name"}
    assert page["status"] == "complete"
    assert "Semantic Scholar: 1 of 3 papers is not indexed yet" in page["notes"]
    assert "Semantic Scholar: 1 of 3 papers is not indexed yet" in result.output
    text = (bats / "pages" / "2025-02-26.md").read_text("utf-8")
    assert text.count("Author match: Ada Lovelace (by name)") == 1
    assert text.count("Author match: Ada Lovelace") == 2


def test_without_an_answer_the_page_is_made_by_names_and_says_so(
    paperlark: Paperlark, bats: Path, scholar: Scholar
) -> None:
    scholar.always = complains(429, "Too Many Requests", Retry_After="3600")
    result = paperlark(*RUN)
    assert result.exit_code == 0, result.output
    page = _page(bats)
    assert set(_followed(page).values()) == {"name"}
    assert len(_followed(page)) == 3
    [note] = page["notes"]
    assert note.startswith("Semantic Scholar could not be asked (")
    assert note.endswith("): authors are matched by name")
    assert "429: Too Many Requests" in note


def test_the_key_is_sent_and_stands_nowhere(
    paperlark: Paperlark, bats: Path, scholar: Scholar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMANTIC_SCHOLAR_API_KEY", KEY)
    scholar.always = complains(403, f"{KEY} may not")
    result = paperlark(*RUN)
    assert scholar.keys == [KEY]
    assert KEY not in result.output
    assert all(KEY not in page.read_text("utf-8") for page in (bats / "pages").iterdir())


def test_a_gate_stands_in_the_funnel(paperlark: Paperlark, bats: Path, scholar: Scholar) -> None:
    profile = bats / "paperlark.toml"
    profile.write_text("least_h_index = 10\n" + profile.read_text().replace(FOLLOW, ""))
    scholar.knows("2502.00007", author("A. Lovelace", "1741101", 12))
    scholar.knows("2502.00008", author("Ada Lovelace", "2", 1))
    result = paperlark(*RUN)
    assert result.exit_code == 0, result.output
    assert [entry["id"] for entry in _page(bats)["entries"]] == ["2502.00007", "2502.00009"]
    assert _page(bats)["funnel"]["gated"] == 1
    assert "gated" in result.output
    assert "no author reaches your minimum h-index" in result.output


def test_names_alone_ask_nobody(paperlark: Paperlark, bats: Path, scholar: Scholar) -> None:
    profile = bats / "paperlark.toml"
    profile.write_text(profile.read_text().replace('id = "1741101"\n', ""))
    assert paperlark(*RUN).exit_code == 0
    assert scholar.asked == []
    assert set(_followed(_page(bats)).values()) == {"name"}

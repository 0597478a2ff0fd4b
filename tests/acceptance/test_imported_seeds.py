"""Three digests of the kind that paperlark must make, imported: same papers, order and scores."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result

from paperlark.cli import cli
from paperlark.importing.kinds import FileKind, read_items

pytestmark = [pytest.mark.usefixtures("on_engine"), pytest.mark.slow]

SEEDS = {
    "2025-02-19.txt": (655, 402, 42, 70969),
    "2025-02-26.md": (625, 384, 37, 67320),
    "2025-03-25.md": (759, 449, 45, 69300),
}
"""Of each what its head prints: announced, scanned and selected papers, and tokens."""


class Row(NamedTuple):
    """A paper of a page; scores are None for one by a followed author."""

    id: str
    scores: tuple[int, int] | None


@pytest.fixture
def archive(shared: Path, tmp_path: Path) -> Path:
    (tmp_path / "criteria.md").write_text("## Mixtures of experts\nRelevant: sparse models.")
    (tmp_path / "paperlark.toml").write_text('name = "Mine"\ncategories = ["cs.LG", "cs.AI"]\n')
    assert _paperlark(tmp_path, "import", *_seeds(shared)).exit_code == 0
    return tmp_path


def _paperlark(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [*arguments, "--profile", str(folder / "paperlark.toml")])


def _seeds(shared: Path) -> list[str]:
    return [str(shared / "seeds" / name) for name in SEEDS]


def _printed(shared: Path, name: str) -> list[Row]:
    """Read a seed once more, by nothing but its identifiers and scores."""
    text = (shared / "seeds" / name).read_text("utf-8")
    found = re.finditer(r"ArXiv ID:\W*(\d{4}\.\d{5})|Relevance:\W*(\d+)\W+Novelty:\W*(\d+)", text)
    rows: list[Row] = []
    for one in found:
        if one[1]:
            rows.append(Row(one[1], None))
        else:
            rows[-1] = Row(rows[-1].id, (int(one[2]), int(one[3])))
    return rows


def _in_html(page: str) -> list[Row]:
    articles = re.split(r'<article id="paper-', page)[1:]
    scores = (re.search(r"Relevance <b>(\d+)</b>.*?Novelty <b>(\d+)</b>", one) for one in articles)
    return [
        Row(article[: article.index('"')], (int(found[1]), int(found[2])) if found else None)
        for article, found in zip(articles, scores, strict=True)
    ]


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_renders_again_with_the_same_papers_order_and_scores(
    shared: Path, archive: Path, name: str
) -> None:
    announced, scanned, selected, tokens = SEEDS[name]
    page = (archive / "pages" / f"{name[:10]}.html").read_text("utf-8")
    assert _in_html(page) == _printed(shared, name)
    assert f"{selected} of {scanned} papers" in page
    assert f"<td>{announced}</td>" in page
    assert f"<td>{tokens:,}</td>" in page
    assert f"Imported from {name}; anything it does not state is unknown." in page


@pytest.mark.parametrize("name", SEEDS)
def test_a_seed_s_day_in_markdown_teaches_what_the_seed_does(
    shared: Path, archive: Path, name: str
) -> None:
    written = (archive / "pages" / f"{name[:10]}.md").read_text("utf-8")
    seed = read_items(FileKind.DIGEST, (shared / "seeds" / name).read_text("utf-8"), name)
    again = read_items(FileKind.DIGEST, written, f"{name[:10]}.md")
    assert [_lesson(item) for item in again] == [_lesson(item) for item in seed]


def _lesson(item: Any) -> tuple[object, ...]:
    return item.paper_id, item.scored, item.by_followed, item.comment[:12]


def test_the_seeds_imported_twice_change_nothing(shared: Path, archive: Path) -> None:
    before = {path: path.read_bytes() for path in (archive / "pages").iterdir()}
    again = _paperlark(archive, "import", *_seeds(shared))
    assert again.stdout.splitlines()[-1] == (
        "3 days imported before: 2025-02-19, 2025-02-26, 2025-03-25"
    )
    assert "judged paper" not in again.stdout
    assert {path: path.read_bytes() for path in (archive / "pages").iterdir()} == before


def test_the_site_has_the_seeds_days_and_no_page_of_papers_that_nobody_knows(
    shared: Path, archive: Path
) -> None:
    assert _paperlark(archive, "site").exit_code == 0
    site = archive / "site" / "mine"
    for name in SEEDS:
        day = site / name[:10].replace("-", "/")
        assert _in_html((day / "index.html").read_text("utf-8")) == _printed(shared, name)
        assert not (day / "others").exists()
    month = (site / "2025" / "02" / "index.html").read_text("utf-8")
    assert "2 days" in month
    assert "79 of 786 papers" in month

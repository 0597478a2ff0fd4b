"""Three recorded digests come out of the recorded feeds and judgements as they were."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from paperlark.cli import cli

pytestmark = [pytest.mark.usefixtures("on_engine"), pytest.mark.slow]

FOLLOWED = ("Geoffrey E. Hinton", "Yoshua Bengio", "Samy Bengio", "Yann LeCun", "Kaiming He")
DAYS = [
    ("2025-02-19", 655, 402, 42),
    ("2025-02-26", 625, 384, 37),
    ("2025-03-25", 759, 449, 45),
]

Run = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Printed:
    """One paper as a digest prints it; a followed author's has no scores."""

    id: str
    comment: str
    scores: tuple[int, int] | None


def _printed(shared: Path, day: str) -> list[Printed]:
    """Read a digest, which is Markdown or its plain text."""
    [file] = (shared / "seeds").glob(f"{day}.*")
    text = re.sub(r"\*\*", "", file.read_text("utf-8"))
    papers = re.split(r"(?i)\n\W*arxiv id:", text)[1:]
    return [_paper(paper) for paper in papers]


def _paper(text: str) -> Printed:
    comment = re.search(r"\nComment: (.*)", text)
    scores = re.search(r"Relevance: (\d+)\s+Novelty: (\d+)", text)
    return Printed(
        id=text.strip()[:10],
        comment=comment[1].strip() if comment else "",
        scores=(int(scores[1]), int(scores[2])) if scores else None,
    )


def _recorded(shared: Path, day: str) -> dict[str, Any]:
    file = shared / "readers" / "ml-foundations" / "days.jsonl.gz"
    with gzip.open(file, "rt") as lines:
        return next(line for line in map(json.loads, lines) if line["day"] == day)


@pytest.fixture
def page(shared: Path, tmp_path: Path) -> Run:
    """Make a day's page of the reader behind the digests, and give its JSON."""

    def run(day: str) -> dict[str, Any]:
        reader = shared / "readers" / "ml-foundations"
        recorded = _recorded(shared, day)
        criteria = reader / "criteria" / f"{recorded['criteria']}.md"
        profile = tmp_path / "paperlark.toml"
        profile.write_text(
            'name = "Foundations"\ncategories = ["cs.LG", "cs.AI"]\n'
            f"criteria = {json.dumps(str(criteria))}\n"
            f"[cutoffs]\nrelevance = {recorded['relevance_cutoff']}\n"
            f"novelty = {recorded['novelty_cutoff']}\n"
            + "".join(f'[[follow]]\nname = "{name}"\n' for name in FOLLOWED)
        )
        options = ["--profile", str(profile), "--feeds", str(shared / "feeds" / "month")]
        judgements = ["--judgements", str(reader / "days.jsonl.gz")]
        result = CliRunner().invoke(cli, ["run", "--date", day, *options, *judgements])
        assert result.exit_code == 0, result.output
        made: dict[str, Any] = json.loads((tmp_path / "pages" / f"{day}.json").read_text())
        return made

    return run


@pytest.mark.parametrize(("day", "listings", "scanned", "selected"), DAYS)
def test_the_counts_are_those_of_the_digest(
    page: Run, day: str, listings: int, scanned: int, selected: int
) -> None:
    funnel = page(day)["funnel"]
    assert funnel["announced_listings"] == listings
    assert funnel["scanned_listings"] == scanned
    assert funnel["selected"] == selected


@pytest.mark.parametrize("day", [day for day, *_ in DAYS])
def test_the_selection_its_scores_and_comments_are_those_of_the_digest(
    shared: Path, page: Run, day: str
) -> None:
    expected = {printed.id: printed for printed in _printed(shared, day)}
    entries = page(day)["entries"]
    assert {_as_printed(entry) for entry in entries} == set(expected.values())


@pytest.mark.parametrize("day", [day for day, *_ in DAYS])
def test_followed_authors_come_first_and_scores_in_the_digest_s_order(
    shared: Path, page: Run, day: str
) -> None:
    expected = [printed.scores for printed in _printed(shared, day)]
    assert [_as_printed(entry).scores for entry in page(day)["entries"]] == expected


def _as_printed(entry: dict[str, Any]) -> Printed:
    judged = entry["judgement"]
    scores = (judged["relevance"], judged["novelty"]) if judged else None
    return Printed(entry["id"], entry["comment"], scores)


def test_the_header_names_the_model_and_what_it_used(page: Run) -> None:
    usage = page("2025-02-26")["usage"]
    assert usage["model"].startswith("gpt-4o")
    assert usage["tokens"]["prompt"] == 58989
    assert usage["tokens"]["completion"] == 8331
    assert usage["cost_usd"]["total"].startswith("0.23")

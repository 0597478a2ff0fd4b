"""The reader of the three recorded digests, as a profile that makes one of their pages."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

SEEDS = ("2025-02-19", "2025-02-26", "2025-03-25")


def seed_profile(
    shared: Path, home: Path, day: str, settings: str = ""
) -> tuple[Path, list[str], frozenset[str]]:
    """Write the profile; return it, the options of a run, and the names of its topics."""
    reader = shared / "readers" / "ml-foundations"
    with gzip.open(reader / "days.jsonl.gz", "rt") as lines:
        recorded = next(line for line in map(json.loads, lines) if line["day"] == day)
    criteria = reader / "criteria" / f"{recorded['criteria']}.md"
    profile = home / "paperlark.toml"
    profile.write_text(
        'name = "Foundations"\ncategories = ["cs.LG", "cs.AI"]\n'
        f"criteria = {json.dumps(str(criteria))}\n{settings}"
        f"[cutoffs]\nrelevance = {recorded['relevance_cutoff']}\n"
        f"novelty = {recorded['novelty_cutoff']}\n"
        '[[follow]]\nname = "Yoshua Bengio"\n'
    )
    feeds = ["--feeds", str(shared / "feeds" / "month")]
    judgements = ["--judgements", str(reader / "days.jsonl.gz")]
    words = criteria.read_text("utf-8")
    topics = frozenset(line.lstrip("#-* 0123456789.").rstrip(":") for line in words.splitlines())
    return profile, ["--profile", str(profile), *feeds, *judgements], topics - {""}

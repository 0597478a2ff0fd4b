"""Make the bundled sample: the papers of three recorded digests, cut out of the recorded feeds.

Needs the recorded feeds and digests at `../shared` or where PAPERLARK_SHARED says. The feeds
stay as arXiv sent them, less the entries of all other papers.
"""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
TARGET = ROOT / "src" / "paperlark" / "sample" / "feeds"
CATEGORIES = ("cs.LG", "cs.AI")


def main() -> None:
    """Write two feeds for each digest and say how many papers they have."""
    TARGET.mkdir(parents=True, exist_ok=True)
    everything: set[str] = set()
    for digest in sorted((SHARED / "seeds").iterdir()):
        wanted = set(re.findall(r"(?i)arxiv id\W{1,6}(\d{4}\.\d{4,5})", digest.read_text("utf-8")))
        for category in CATEGORIES:
            name = f"{digest.stem}.{category}.rss.xml.gz"
            feed = gzip.decompress((SHARED / "feeds" / "month" / name).read_bytes())
            kept = cut(feed.decode(), wanted)
            # mtime 0: the same sample is the same bytes.
            (TARGET / name).write_bytes(gzip.compress(kept.encode(), mtime=0))
        everything |= wanted
        print(f"{digest.stem}: {len(wanted)} papers")
    print(f"{len(everything)} papers in all")


def cut(feed: str, wanted: set[str]) -> str:
    """Leave out every entry whose paper is not wanted."""

    def keep(found: re.Match[str]) -> str:
        identifier = re.search(r"oai:arXiv\.org:([\d.]+)v", found[0])
        return found[0] if identifier and identifier[1] in wanted else ""

    return re.sub(r"\s*<item>.*?</item>", keep, feed, flags=re.DOTALL)


if __name__ == "__main__":
    main()

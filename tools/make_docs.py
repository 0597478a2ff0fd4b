"""Build the documentation as a site: `python tools/make_docs.py [FOLDER]`; `make docs` does so."""

from __future__ import annotations

import sys
from pathlib import Path

from doc_site.build import DeadLinks, build

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Build it, and end with 1 where a link leads nowhere."""
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs-site"
    try:
        pages = build(ROOT, output)
    except (DeadLinks, OSError, ValueError) as error:
        sys.exit(f"docs: {error}")
    print(f"{len(pages)} pages: {output / 'index.html'}")


if __name__ == "__main__":
    main()

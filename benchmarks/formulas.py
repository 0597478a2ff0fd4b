"""How many formulas of recorded abstracts stay as written, on pages and in mails.

A formula that the converter cannot read is shown as its source: on a page that is not MathML, in a
mail it has backslashes or dollars. Counts over every n-th paper of the corpus, and prints the
commands that fail most. Needs the corpus at `../shared` or where PAPERLARK_SHARED says.

    python benchmarks/formulas.py --every 8     # some 30,000 formulas, two minutes

Exit code 1 when a share is over its limit.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

from light_and_fast import SHARED

from paperlark.domain.plain_text import one_line, paragraphs
from paperlark.renderers import tex
from paperlark.renderers.mathml import mathml
from paperlark.renderers.unicode_math import unicode_math

CORPUS = SHARED / "corpus" / "abstracts.jsonl.xz"
MOST_RAW_ON_PAGES, MOST_RAW_IN_MAILS = 0.003, 0.02
_COMMAND = re.compile(r"\\[A-Za-z]+")


def main() -> int:
    """Count, print; return whether both shares are within their limits."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--every", type=int, default=8, help="which papers: every n-th")
    parser.add_argument("--from", type=int, default=0, dest="start", help="the first of them")
    options = parser.parse_args()
    formulas = Counter(_formulas(options.every, options.start))
    many = formulas.total()
    on_pages = Counter({one: n for one, n in formulas.items() if mathml(one) is None})
    in_mails = Counter({one: n for one, n in formulas.items() if not _is_readable(one)})
    print(f"{many:,} formulas, {len(formulas):,} of them different")
    for where, raw, most in (
        ("on pages", on_pages, MOST_RAW_ON_PAGES),
        ("in mails", in_mails, MOST_RAW_IN_MAILS),
    ):
        print(f"as written {where}: {raw.total():,}, {raw.total() / many:.2%} (at most {most:.1%})")
    failing = Counter(command for one in in_mails for command in _COMMAND.findall(one))
    print("commands in those:", ", ".join(f"{one} {n}" for one, n in failing.most_common(20)))
    good = on_pages.total() <= MOST_RAW_ON_PAGES * many
    return int(not (good and in_mails.total() <= MOST_RAW_IN_MAILS * many))


def _is_readable(formula: str) -> bool:
    text = unicode_math(formula)
    return text is not None and "\\" not in text and "$" not in text


def _formulas(every: int, start: int) -> Iterator[str]:
    with lzma.open(CORPUS, "rt", encoding="utf-8") as lines:
        for at, line in enumerate(lines):
            if at % every == start:
                paper = json.loads(line)
                for text in (paper["title"], *paragraphs(paper["abstract"])):
                    yield from _within(tex.parse(one_line(text)))


def _within(pieces: Iterable[tex.Piece]) -> Iterator[str]:
    for one in pieces:
        if isinstance(one, tex.Formula):
            yield one.body
        elif isinstance(one, tex.Styled):
            yield from _within(one.pieces)


if __name__ == "__main__":
    sys.exit(main())

"""The top of a page as lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from paperlark.domain import plain_text
from paperlark.domain.digest import Digest, Entry, Status
from paperlark.domain.judgement import Match
from paperlark.renderers import english, matches, not_judged, reasons, typeset, wording

ENTRIES = 10
NARROWEST = 60
_INDENT = 14
"""Of the line below a title."""
_LONGEST_ID = 24
"""Characters of an identifier; a longer one is no arXiv identifier."""


def top(digest: Digest, *, width: int = 80, entries: int = ENTRIES) -> str:
    """Return title, counts and the first entries, one per line of at most `width` (or 60)."""
    width = max(width, NARROWEST)
    # Control characters must not reach the terminal.
    return "\n".join(plain_text.clean(line) for line in _lines(digest, width, entries))


def _lines(digest: Digest, width: int, entries: int) -> Iterator[str]:
    yield from textwrap.wrap(
        f"{english.long_date(digest.day)} · {typeset.readable(digest.profile)}", width
    )
    yield from textwrap.wrap(" · ".join(wording.summary(digest)), width)
    for note in filter(None, (not_judged.unjudged_note(digest), *digest.notes)):
        yield from textwrap.wrap(f"note: {note}", width, subsequent_indent="  ")
    yield ""
    yield from (_cut(_row(row), width) for row in _facts(digest))
    for remark in (
        *wording.cost_remarks(digest),
        wording.missed(digest),
        wording.agreement(digest),
    ):
        yield from textwrap.wrap(remark or "", width, initial_indent="  ", subsequent_indent="  ")
    yield ""
    for entry, aside in zip(digest.entries[:entries], reasons.asides(digest.entries), strict=False):
        match = None if entry.judgement or entry.followed else entry.match
        # The line below names the terms: said twice, they would take room from the title.
        yield _entry(
            entry,
            "" if match and match.words_for and aside == reasons.matched(match) else aside,
            width,
        )
        if match:
            yield _cut(f"{'':<{_INDENT}}{_evidence(match)}".rstrip(), width)
    legend = matches.legend(digest)
    if legend:
        yield ""
        yield from textwrap.wrap(legend, width, initial_indent="  ", subsequent_indent="  ")
    more = len(digest.entries) - entries
    if more > 0:
        yield f"     … and {english.counted(more, 'more paper')} on the page"


def _facts(digest: Digest) -> Iterator[wording.TableRow]:
    if digest.model is None:
        imported = digest.status is Status.IMPORTED
        how = "not named" if imported else "ordered by the embedded ranker"
        yield wording.TableRow("model", ("none",), how)
    else:
        tokens, cost = wording.usage_rows(digest.spend)
        yield wording.TableRow("tokens", tokens.cells[-1:], digest.model)
        yield wording.TableRow("cost", cost.cells[-1:])
    yield from wording.funnel_rows(digest)


def _row(row: wording.TableRow) -> str:
    return f"  {row.name:<12} {row.cells[0]:>7}  {plain_text.one_line(row.remark)}".rstrip()


def _entry(entry: Entry, aside: str, width: int) -> str:
    """`   2  9·9     2502.18377  Mechanistic PDE Networks for …  AI for Science`."""
    aside = _cut(plain_text.one_line(aside), width // 4)
    head = f"{entry.place:>4}  {reasons.chip(entry):<7} {_cut(entry.paper.id, _LONGEST_ID):<10}  "
    room = width - len(head) - (len(aside) + 2 if aside else 0)
    title = _cut(typeset.readable(entry.paper.title), room)
    return f"{head}{title:<{room}}  {aside}".rstrip()


def _evidence(match: Match) -> str:
    """Return the evidence for an unjudged paper in one line; its topic is on the line above."""
    nearest = match.nearest
    parts = (
        ("matched terms", english.listed(match.words_for)),
        ("counting against:", english.listed(match.words_against)),
        ("resembles", f"{nearest.title} ({english.short_date(nearest.day)})" if nearest else ""),
    )
    return " · ".join(f"{name} {typeset.readable(words)}" for name, words in parts if words)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 2].rstrip()} …"

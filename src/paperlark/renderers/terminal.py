"""The top of the page, as lines for a terminal: a look at it before it is opened."""

from __future__ import annotations

from collections.abc import Iterator

from paperlark.domain.digest import Digest, Entry
from paperlark.renderers import typeset, wording

ENTRIES = 10
_NARROWEST = 60


def top(digest: Digest, *, width: int = 80, entries: int = ENTRIES) -> str:
    """Give title, counts and the first entries, one a line, none longer than `width`."""
    return "\n".join(_lines(digest, max(width, _NARROWEST), entries))


def _lines(digest: Digest, width: int, entries: int) -> Iterator[str]:
    yield f"{wording.long_date(digest.day)} · {typeset.plain(digest.profile)}"
    yield " · ".join(wording.summary(digest))
    yield from (f"note: {note}" for note in digest.notes)
    yield ""
    yield from (
        f"  {row.name:<12} {row.cells[0]:>7}  {row.remark}".rstrip() for row in _facts(digest)
    )
    yield ""
    yield from (_entry(entry, width) for entry in digest.entries[:entries])
    more = len(digest.entries) - entries
    if more > 0:
        yield f"     … and {wording.counted(more, 'more paper')} on the page"


def _facts(digest: Digest) -> Iterator[wording.Row]:
    if digest.model is None:
        yield wording.Row("model", ("none",), "ordered by the embedded ranker")
    else:
        tokens, cost = wording.usage_rows(digest.spend)
        yield wording.Row("tokens", tokens.cells[-1:], digest.model)
        yield wording.Row("cost", cost.cells[-1:])
    yield from wording.funnel_rows(digest)


def _entry(entry: Entry, width: int) -> str:
    aside = wording.aside(entry)
    room = width - len(aside) - 14
    title = typeset.plain(entry.paper.title)
    if len(title) > room:
        title = title[: room - 2].rstrip() + " …"
    return f"{entry.place:>4}  {wording.chip(entry):<6}{title:<{room}}  {aside}".rstrip()

"""Parse digests in Markdown or as copied text: their heads and their entries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from paperlark.domain.paper import mentioned
from paperlark.domain.spending import Cost, Tokens
from paperlark.importing.item import ImportedEntry, one_line, unescape
from paperlark.importing.judged import day_of, judged_entry

LONGEST_PROMPT = 100_000
"""Characters that are kept."""

_HEAD_TOP = 10_000
"""Characters in which a head is searched; beyond that comes the table of contents."""
_OFF_BY_ROUNDING = Decimal("0.02")

# Markdown marks and table frames; bounded, so that matching takes linear time on hostile pages.
_FRAME = r"[^\w\n]{1,60}"
_COUNT = r"(\d[\d,]{0,8})"
_DOLLARS = r"(\d[\d,]{0,8}(?:\.\d{1,9})?)"
_TOTAL = re.compile(
    rf"^[^\w\n]{{0,9}}Total (?P<of>arxiv|scanned|relevant) papers:[^\w\n]{{0,9}}{_COUNT}",
    re.IGNORECASE | re.MULTILINE,
)
_STEP = re.compile(rf"^\| (?P<of>announced|scanned|judged|selected) \| {_COUNT} \|", re.MULTILINE)
_NAMES = {"arxiv": "announced", "relevant": "selected"}
_MODEL = re.compile(
    rf"^[^\w\n]{{0,9}}(?P<name>\w[^\n|]{{0,99}}?){_FRAME}Prompt{_FRAME}Completion{_FRAME}Total\b",
    re.IGNORECASE | re.MULTILINE,
)
_TOKENS = re.compile(
    rf"^[^\w\n]{{0,9}}Tokens?{_FRAME}{_COUNT}{_FRAME}{_COUNT}{_FRAME}{_COUNT}(?![\w.])",
    re.IGNORECASE | re.MULTILINE,
)
_COST = re.compile(
    rf"^[^\w\n]{{0,9}}Cost{_FRAME}{_DOLLARS}{_FRAME}{_DOLLARS}{_FRAME}{_DOLLARS}(?!\w)",
    re.IGNORECASE | re.MULTILINE,
)
_PROMPT = re.compile(
    r"^(?:#{1,6} )?[^\w\n]{0,3}(?:[A-Za-z]{1,20} ){0,4}prompt:?[^\w\n]{0,3}$",
    re.IGNORECASE | re.MULTILINE,
)
_FENCED = re.compile(r"\A\s*(?P<fence>`{3,})[a-z]*\n(?P<text>.*?)\n(?P=fence)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DigestHead:
    """What a digest states about itself; None where it does not.

    `most` is the cost in US dollars where its parts are not stated. `remarks` name statements that
    contradict each other.
    """

    announced: int | None = None
    scanned: int | None = None
    judged: int | None = None
    selected: int | None = None
    model: str | None = None
    tokens: Tokens | None = None
    cost: Cost | None = None
    most: Decimal | None = None
    prompt: str | None = None
    remarks: tuple[str, ...] = ()


NOTHING_SAID = DigestHead()
"""The head of a file that has papers and nothing else."""


def read_heads(text: str, name: str, days: frozenset[date]) -> Mapping[date, DigestHead]:
    """Return the head of each of a file's digests that has one."""
    if text.lstrip()[:1] in {"{", "["}:
        return _recorded(text, name) if '"selected"' in text else {}
    head = _page_head(*around(text))
    return dict.fromkeys(days, head)


def _page_head(above: str, below: str) -> DigestHead:
    top = above[:_HEAD_TOP]
    counts = {
        _NAMES.get(found["of"].lower(), found["of"].lower()): _number(found[2])
        for pattern in (_STEP, _TOTAL)
        for found in pattern.finditer(top)
    }
    model, tokens, cost = _MODEL.search(top), _TOKENS.search(top), _COST.search(top)
    used = _tokens(*map(_number, tokens.groups())) if tokens else None
    paid = _cost(*(Decimal(one.replace(",", "")) for one in cost.groups())) if cost else None
    return DigestHead(
        announced=counts.get("announced"),
        scanned=counts.get("scanned"),
        judged=counts.get("judged"),
        selected=counts.get("selected"),
        model=one_line(unescape(model["name"])) if model else None,
        tokens=used,
        cost=paid,
        prompt=_prompt(below),
        remarks=tuple(_remarks(tokens=bool(tokens) > bool(used), cost=bool(cost) > bool(paid))),
    )


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _tokens(prompt: int, completion: int, whole: int) -> Tokens | None:
    return Tokens(prompt, completion) if prompt + completion == whole else None


def _cost(prompt: Decimal, completion: Decimal, whole: Decimal) -> Cost | None:
    """Trust the total: its parts may be rounded."""
    if abs(prompt + completion - whole) > _OFF_BY_ROUNDING or prompt > whole:
        return None
    return Cost(prompt, whole - prompt)


def _remarks(*, tokens: bool, cost: bool) -> Iterator[str]:
    if tokens:
        yield "Its token counts do not add up and are left out."
    if cost:
        yield "Its costs do not add up and are left out."


def _prompt(below: str) -> str | None:
    """Return the text under the first heading for a prompt, without a code fence around it."""
    headings = list(_PROMPT.finditer(below))
    if not headings:
        return None
    text = below[headings[0].end() :]
    fenced = _FENCED.match(text)
    kept = (fenced["text"] if fenced else text).strip("\n")[:LONGEST_PROMPT]
    return kept.encode("utf-8", "replace").decode().replace("\0", " ") or None


def _recorded(text: str, name: str) -> Mapping[date, DigestHead]:
    # Loads pydantic, which no other kind needs.
    from paperlark.recordings import recorded_days  # noqa: PLC0415

    days = recorded_days(name, text.encode("utf-8", "replace"))
    return {
        day: DigestHead(
            announced=one.printed.total,
            scanned=one.printed.scanned,
            selected=one.printed.relevant,
            model=one_line(one.model or "")[:100] or None,
            tokens=_both(one.printed.prompt_tokens, one.printed.completion_tokens),
            most=one.printed.cost_usd,
        )
        for day, one in days.items()
    }


def _both(prompt: int | None, completion: int | None) -> Tokens | None:
    return None if prompt is None or completion is None else Tokens(prompt, completion)


_HEADING = re.compile(r"^(?:#{1,6} +)?\d{1,4}\. +(?P<title>\S.*)$", re.MULTILINE)
_END = re.compile(r"^(?:---|#{1,6} )", re.MULTILINE)
# Markdown marks before a label; bounded, as above.
_MARKS = r"^[^\w\n]{0,9}"
_ID = re.compile(rf"{_MARKS}arXiv ID:\W{{1,9}}(?P<id>\S+)", re.IGNORECASE | re.MULTILINE)
_LINKED = re.compile(rf"{_MARKS}\[(?P<title>.*)\]\((?P<address>[^()\[\]\s]*)\)")
_LONGEST_HEADING = 4_000
_SCORES = re.compile(
    rf"{_MARKS}Relevance\W{{1,6}}(?P<relevance>10|[1-9])(?!\d)\W{{1,9}}Novelty"
    r"\W{1,6}(?P<novelty>10|[1-9])(?!\d)",
    re.MULTILINE | re.IGNORECASE,
)
_DATES = (r"\d{1,2}/\d{1,2}/\d{4}", r"\d{1,2} [A-Z][a-z]+ \d{4}", r"\d{4}-\d{2}-\d{2}")
_FORMATS = ("%m/%d/%Y", "%d %B %Y", "%Y-%m-%d")
_TOP = 500
# Only paperlark writes these anchors, and only paperlark escapes titles.
_OWN = '<a id="paper-'


def is_page(text: str) -> bool:
    """Return whether a text has a numbered paper with an identifier."""
    return any(_identifier(title, body) for _, title, body in _blocks(text))


def read_page(text: str, name: str) -> tuple[ImportedEntry, ...]:
    """Parse every numbered paper that has an identifier; a table of contents has none."""
    day = _day(text[:_TOP]) or day_of(name)
    return tuple(_item(number, title, body, day) for number, title, body in _papers(text))


def around(text: str) -> tuple[str, str]:
    """Return the text above the first paper, and the text from the last one on."""
    papers = [heading for heading, title, body in _parts(text) if _identifier(title, body)]
    return (text[: papers[0].start()], text[papers[-1].end() :]) if papers else (text, "")


def _papers(text: str) -> Iterator[tuple[int, str, str]]:
    return (block for block in _blocks(text) if _identifier(*block[1:]))


def _blocks(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, title and text of each numbered section."""
    line = counted = 0
    for heading, title, body in _parts(text):
        line += text.count("\n", counted, heading.start())
        counted = heading.start()
        yield line + 1, title, body


def _parts(text: str) -> Iterator[tuple[re.Match[str], str, str]]:
    headings = list(_HEADING.finditer(text))
    ends = [*(heading.start() for heading in headings), len(text)][1:]
    for heading, end in zip(headings, ends, strict=True):
        body = text[heading.end() : end]
        closing = _END.search(body)
        yield heading, heading["title"], body[: closing.start()] if closing else body


def _identifier(title: str, body: str) -> str | None:
    named = _ID.search(body)
    if named:
        return named["id"]
    linked = _LINKED.match(title[:_LONGEST_HEADING])
    return mentioned(linked["address"]) if linked else None


def _item(line: int, title: str, body: str, day: date | None) -> ImportedEntry:
    linked, scores = _LINKED.match(title[:_LONGEST_HEADING]), _SCORES.search(body)
    row = {
        "title": linked["title"] if linked else title,
        "authors": _labelled(body, "Authors"),
        "abstract": _labelled(body, "Abstract"),
        "comment": _labelled(body, "Comment") or _labelled(body, "Why"),
    }
    if _OWN in title:
        row = {name: unescape(value) for name, value in row.items()}
    row["id"] = _identifier(title, body) or ""
    return judged_entry(f"line {line}", row | (scores.groupdict() if scores else {}), day)


def _labelled(body: str, label: str) -> str:
    """Return the text after a label, up to the next blank line."""
    # The value may begin with a sign of its own: a formula, a bracket.
    value = r":[*_]{0,3}[ \t]{0,9}\n?(.*(?:\n.+)*)"
    found = re.search(rf"{_MARKS}{label}{value}", body, re.MULTILINE)
    return found[1] if found else ""


def _day(text: str) -> date | None:
    for pattern, form in zip(_DATES, _FORMATS, strict=True):
        found = re.search(pattern, text)
        try:
            if found:
                return datetime.strptime(found[0], form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    return None

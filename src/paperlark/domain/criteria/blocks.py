"""Put lines together into blocks: headings, list items and paragraphs with the lines they have."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from paperlark.domain.criteria.labels import COLONS, Part, label_part, labelled, split_labels
from paperlark.domain.criteria.lines import Line, LineKind
from paperlark.domain.criteria.phrases import SENTENCE

_NAMED = re.compile(
    rf"(?P<name>[^{COLONS};!?\n]{{2,80}}?)(?:[{COLONS}]\s+|\uff1a|\s+[\u2013\u2014]\s+|\s-\s+)"
    r"(?P<text>\S.*)",
    re.DOTALL,
)
_NAME_WORDS, _ITEM_WORDS = 8, 14
"""The most words of a name before a colon, and of a list item that is a name as a whole."""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a list item or a paragraph with its lines; `spaced`: a blank line is above."""

    lines: tuple[Line, ...]
    spaced: bool

    @property
    def first(self) -> Line:
        """Its first line, which says what it is."""
        return self.lines[0]

    @property
    def kind(self) -> LineKind:
        """Whether it is a heading, an item or a paragraph."""
        return self.lines[0].kind

    @property
    def text(self) -> str:
        """Its text, a line each."""
        return "\n".join(line.text for line in self.lines)

    @property
    def labelled(self) -> tuple[Part, str] | None:
        """What its label or sign announces, and the text after it; None without either."""
        sign = (Part.AGAINST, self.text) if self.first.against else None
        return labelled(self.text) or sign

    @property
    def ends_with_colon(self) -> bool:
        """Whether it announces what comes after it."""
        return self.text.endswith(tuple(COLONS))

    def named(self) -> tuple[str, str]:
        """Split an item into its name and its text; an item that is short is a name."""
        text, lead = self.text, self.first.lead
        if lead and text.startswith(lead):
            return lead.rstrip(f"{COLONS} "), text[len(lead) :].lstrip(f" {COLONS}\u2013\u2014-.,")
        if (found := _NAMED.fullmatch(text)) and is_name(found["name"]):
            return found["name"], found["text"]
        first, _, rest = text.partition("\n")
        if len(first.split()) > _ITEM_WORDS or re.search(r"[.!?]\s+\S", first):
            return "", text
        if not rest or first.endswith((".", ";", ":")):
            return first.rstrip(".;:,"), rest
        if len(text.split()) <= _ITEM_WORDS:
            return " ".join(text.split()).rstrip(".;:,"), ""
        return "", text


def is_name(text: str) -> bool:
    """Return whether a text is short enough for a name, and no sentence."""
    return len(text.split()) <= _NAME_WORDS and not SENTENCE.fullmatch(text)


@dataclass(slots=True)
class _ListShape:
    """How many items of one indentation there are, how many a paragraph follows, the last one."""

    items: int = 0
    followed: int = 0
    last: int = 0


@dataclass(frozen=True)
class Blocks:
    """All blocks of a text in order, and what a block's neighbours say of it."""

    all: tuple[Block, ...]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Blocks:
        """Put lines together."""
        return cls(tuple(_put_together(lines)))

    def after(self, at: int) -> Block | None:
        """Return the block after one, None for the last."""
        return self.all[at + 1] if at + 1 < len(self.all) else None

    def is_cover(self, at: int) -> bool:
        """Return whether a heading is the title of the whole or of a group, not a topic."""
        level, after = self.all[at].first.level, self.after(at)
        if after is None:
            return False
        names_parts = after.kind is LineKind.HEADING and label_part(after.text) is not None
        if after.kind is LineKind.HEADING and after.first.level > level:
            return not names_parts
        return at == 0 and not names_parts and self._is_title(level)

    def _is_title(self, level: int) -> bool:
        """Return whether a heading of this level, the first one, stands above topics or a list."""
        headings = [one for one in self.all if one.kind is LineKind.HEADING]
        if sum(one.first.level == level for one in headings) > 1:
            return False
        if len(headings) == 1:
            return any(one.kind is LineKind.ITEM for one in self.all[1:])
        return any(one.first.level > level and label_part(one.text) is None for one in headings)

    def announces(self, at: int) -> bool:
        """Return whether a block ends with a colon before a list or a text."""
        after = self.after(at)
        if after is None or not self.all[at].ends_with_colon:
            return False
        return after.kind is LineKind.ITEM or not after.spaced

    def lists_topics(self, at: int) -> bool:
        """Return whether an item is the first of a numbered list whose items have text."""
        first, after = self.all[at].first, self.after(at)
        if not first.numbered or after is None or after.kind is not LineKind.ITEM:
            return False
        return after.first.level > first.level or not after.first.numbered

    def may_be_item_text(self, at: int, level: int, *, numbered: bool) -> bool:
        """Return whether a paragraph, apart from the list above, may be text of its last item.

        It is if it stands between two items, or if every item has such a paragraph.
        """
        shape = self._lists[level, numbered]
        return shape.followed > 0 and (shape.last > at or 1 < shape.items == shape.followed)

    @cached_property
    def _lists(self) -> defaultdict[tuple[int, bool], _ListShape]:
        shapes: defaultdict[tuple[int, bool], _ListShape] = defaultdict(_ListShape)
        for at, block in enumerate(self.all):
            if block.kind is LineKind.ITEM:
                shape, after = shapes[block.first.level, block.first.numbered], self.after(at)
                shape.items, shape.last = shape.items + 1, at
                shape.followed += after is not None and after.kind is LineKind.TEXT
        return shapes


def _put_together(lines: Iterable[Line]) -> Iterator[Block]:
    together: list[Line] = []
    is_spaced = above = True
    for line in chain.from_iterable(map(_split, lines)):
        if together and not (line.kind is LineKind.TEXT and _continues(together, line)):
            yield Block(tuple(together), above)
            together = []
        if line.kind is LineKind.BLANK:
            is_spaced = True
            continue
        if not together:
            above = is_spaced
        together.append(line)
        is_spaced = False
    if together:
        yield Block(tuple(together), above)


def _split(line: Line) -> Iterator[Line]:
    yield from (replace(line, text=text) for text in split_labels(line.text))


def _continues(above: Sequence[Line], line: Line) -> bool:
    """Return whether a line of text belongs to the block above."""
    first = above[0]
    if first.kind is LineKind.HEADING or labelled(line.text) is not None:
        return False
    if first.kind is LineKind.ITEM:
        # A sentence under a list that is not indented is no part of its last item.
        return line.level > first.level or not SENTENCE.fullmatch(line.text)
    bare = labelled(above[-1].text)
    return not above[-1].text.endswith(tuple(COLONS)) and (bare is None or bool(bare[1]))

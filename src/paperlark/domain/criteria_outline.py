"""Walk over the lines of criteria and decide what each counts as: the outline of the text.

Headings and items of a list are topics; a label says what the text after it counts as; text under
a topic belongs to it until the next. What stands outside of all topics is a list of them where it
looks like one, and prose otherwise.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from paperlark.domain import negation
from paperlark.domain.criteria_labels import Part, label_part, lists_unwanted
from paperlark.domain.criteria_lines import Line, LineKind

_COLON = r"(?:[:：]\s*|\s[-–—]\s+)"
_LABEL = re.compile(rf"(?P<label>[^\W\d_][^:：.;!?\n]{{0,58}}?)\s*{_COLON}(?P<text>.*)", re.DOTALL)
_NAMED = re.compile(
    r"(?P<name>[^:：;!?\n]{2,80}?)(?:[:：]\s+|：|\s+[–—]\s+|\s-\s+)(?P<text>\S.*)", re.DOTALL
)
_NAME_WORDS, _ITEM_WORDS = 8, 14
"""The most words of a name before a colon, and of a list item that is a name as a whole."""

_SENTENCE = re.compile(
    r"(?:I|I['’]m|I['’]ve|We|He|She|They|My|Our|Not|No|Please|But|Also|Skip|Avoid|Exclude|Ignore"
    r"|Nothing|Anything|Everything|Never|Don['’]t|Do)\b.*\s.*",
    re.DOTALL,
)
_INTEREST = re.compile(
    r"\b(?:I|we|he|she)(?:\s+(?:am|is|are)|['’](?:m|re|s))?(?:\s+\w+ly|\s+also)?"
    r"\s+(?:work(?:s|ing)?\s+(?:on|in|with)|stud(?:y|ies|ying)|interested\s+in"
    r"|focus(?:es|ing)?\s+on|research(?:es|ing)?|cares?\s+about|follow(?:s|ing)?)\b"
    r"|\b(?:my|our|his|her)\s+(?:\w+\s+){0,2}(?:research|work|interests?|thesis|phd|project)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Draft:
    """A topic while its lines are read.

    line: the number of its first line
    level: that of its heading, 0 for the item of a list
    """

    name: str = ""
    line: int = 0
    level: int = 0
    relevant: list[str] = field(default_factory=list)
    irrelevant: list[str] = field(default_factory=list)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was said of it."""
        return not (self.name or self.relevant or self.irrelevant)


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
    def text(self) -> str:
        """Its text, a line each."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a block was understood as, with the topic that it belongs to, if any."""

    block: Block
    part: Part
    draft: Draft | None = None


@dataclass(slots=True)
class _ListShape:
    """How many items at one indentation there are, and how many a paragraph follows."""

    items: int = 0
    followed: int = 0
    last: int = 0


def _list_shapes(blocks: Sequence[Block]) -> Mapping[tuple[int, bool], _ListShape]:
    shapes: dict[tuple[int, bool], _ListShape] = defaultdict(_ListShape)
    for at, block in enumerate(blocks):
        if block.first.kind is LineKind.ITEM:
            shape = shapes[block.first.level, block.first.numbered]
            after = blocks[at + 1].first.kind if at + 1 < len(blocks) else None
            shape.items, shape.last = shape.items + 1, at
            shape.followed += after is LineKind.TEXT
    return shapes


class Outline:
    """What was understood of all blocks; `entries` has each that says something, in order."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._blocks = tuple(_blocks(lines))
        self.drafts: list[Draft] = []
        self.keywords: list[str] = []
        self.unwanted: list[str] = []
        self.excluded: list[str] = []
        self.remarks: list[str] = []
        self.warnings: list[str] = []
        self.entries: list[Entry] = []
        self._prose: list[Draft] = []
        self._topic: Draft | None = None
        self._section, self._by_heading = Part.FOR, True
        self._label: Part | None = None
        self._list: tuple[int, bool] | None = None
        self._lists = _list_shapes(self._blocks)
        for at, block in enumerate(self._blocks):
            if block.first.kind is LineKind.HEADING:
                self._heading(at, block)
            elif block.first.kind is LineKind.ITEM:
                self._item(at, block)
            else:
                self._paragraph(at, block)
        self._settle_prose()

    # Headings ---------------------------------------------------------------------------------

    def _heading(self, at: int, block: Block) -> None:
        title = block.text.rstrip(":： ")
        level = block.first.level
        part = label_part(title)
        inside = self._topic is not None and 0 < self._topic.level < level
        self._label, self._list = None, None
        if inside and part in {Part.FOR, Part.AGAINST}:
            self._label = part
        elif part is not None:
            self._open(part, by_heading=True)
        elif (found := negation.clauses(title)) and not any(one.wanted for one in found):
            self._open(Part.AGAINST, by_heading=True)
            self._add(block, Part.AGAINST, title)
        elif self._is_cover(at):
            self._open(Part.FOR, by_heading=True)
            self._add(block, Part.REMARK, title)
        else:
            self._open(Part.FOR, by_heading=True)
            self._topic = self._new(block, title, level)

    def _open(self, part: Part, *, by_heading: bool) -> None:
        """Begin a section that is no topic: what comes is a list of topics, keywords, …."""
        self._topic, self._label, self._list = None, None, None
        self._section, self._by_heading = part, by_heading

    def _is_cover(self, at: int) -> bool:
        """Return whether a heading is the title of the whole or of a group, not a topic."""
        level = self._blocks[at].first.level
        after = self._blocks[at + 1] if at + 1 < len(self._blocks) else None
        if after is None:
            return False
        names_parts = after.first.kind is LineKind.HEADING and label_part(after.text) is not None
        if after.first.kind is LineKind.HEADING and after.first.level > level:
            return not names_parts
        if at > 0 or names_parts:
            return False
        levels = [one.first.level for one in self._blocks if one.first.kind is LineKind.HEADING]
        if levels.count(level) > 1:
            return False
        deeper = any(
            one.first.kind is LineKind.HEADING
            and one.first.level > level
            and label_part(one.text) is None
            for one in self._blocks[1:]
        )
        listed = any(one.first.kind is LineKind.ITEM for one in self._blocks[1:])
        return deeper or (listed and len(levels) == 1)

    # Items of lists ---------------------------------------------------------------------------

    def _item(self, at: int, block: Block) -> None:
        line = block.first
        if self._list is not None and self._is_sibling(line):
            self._item_topic(block)
        elif self._topic is not None and self._topic.level and self._lists_topics(at):
            # `## My field`, then numbered topics with text of their own: a group, not a topic.
            group, self._topic = self._topic, None
            self.drafts.remove(group)
            self.remarks.append(group.name)
            self.entries[-1] = Entry(self.entries[-1].block, Part.REMARK)
            self._begin_list(block)
        elif self._topic is not None or self._label is not None:
            self._child(block)
        elif self._section is Part.FOR:
            self._begin_list(block)
        else:
            labelled = _labelled(block.text)
            part, text = labelled or (self._section, block.text)
            self._add(block, self._among_keywords(part), text)

    def _among_keywords(self, part: Part) -> Part:
        """Return what `Relevant:` and `Not relevant:` mean within a list of keywords."""
        if self._section not in {Part.KEYWORDS, Part.UNWANTED}:
            return part
        return {Part.FOR: Part.KEYWORDS, Part.AGAINST: Part.UNWANTED}.get(part, part)

    def _is_sibling(self, line: Line) -> bool:
        level, numbered = self._list or (0, False)
        return line.level <= level + 1 and (line.numbered == numbered or line.level < level)

    def _lists_topics(self, at: int) -> bool:
        topic, line = self._topic, self._blocks[at].first
        following = self._blocks[at + 1].first if at + 1 < len(self._blocks) else None
        return bool(
            topic
            and not topic.relevant
            and not topic.irrelevant
            and self._label is None
            and line.numbered
            and following
            and following.kind is LineKind.ITEM
            and (following.level > line.level or not following.numbered)
        )

    def _begin_list(self, block: Block) -> None:
        self._list = (block.first.level, block.first.numbered)
        self._item_topic(block)

    def _item_topic(self, block: Block) -> None:
        """Read an item as a topic of its own, unless a label or a negation says otherwise."""
        self._list = (min(block.first.level, (self._list or (99,))[0]), block.first.numbered)
        self._topic, self._label = None, None
        labelled = _labelled(block.text)
        if labelled:
            part, text = labelled
            if text:
                self._add(block, part, text)
            elif part is Part.FOR:
                self._list = None
            else:
                self._label = part
            return
        name, text = _named(block)
        draft = Draft(line=block.first.number)
        if name:
            _read_name(draft, name)
        self._topic = draft
        self.entries.append(Entry(block, Part.FOR, draft))
        if text:
            _read_wanted(draft, text)
        if draft.name or draft.relevant:
            self.drafts.append(draft)
        else:
            # An item such as `no surveys`.
            self._topic = None
            self.excluded.extend(draft.irrelevant)
            self.entries[-1] = Entry(block, Part.AGAINST)

    def _child(self, block: Block) -> None:
        """Read an item or a paragraph within a topic; a label lasts until the next of its kind."""
        labelled = _labelled(block.text)
        if labelled is None:
            self._add(block, self._label or Part.FOR, block.text, self._topic)
            return
        part, text = labelled
        if not text:
            self._label = part
        else:
            self._label = None
            self._add(block, part, text, self._topic)

    # Paragraphs -------------------------------------------------------------------------------

    def _paragraph(self, at: int, block: Block) -> None:
        if self._list is not None and not self._belongs_to_item(at, block):
            self._open(Part.FOR, by_heading=True)
        labelled = _labelled(block.text)
        if labelled and labelled[1]:
            part, text = labelled
            topic = self._topic
            if topic is None or part not in {Part.FOR, Part.AGAINST}:
                part, topic = self._among_keywords(part), None
            self._add(block, part, text, topic)
        elif labelled:
            if self._topic is not None and labelled[0] in {Part.FOR, Part.AGAINST}:
                self._label = labelled[0]
            else:
                self._open(labelled[0], by_heading=False)
        elif self._topic is not None:
            label = None if block.spaced and block.first.kind is LineKind.TEXT else self._label
            self._announce(at, block) or self._add(
                block, label or Part.FOR, block.text, self._topic
            )
        elif not self._announce(at, block):
            if block.spaced and not self._by_heading and self._section is not Part.FOR:
                self._open(Part.FOR, by_heading=True)
            self._add(block, self._section, block.text)

    def _belongs_to_item(self, at: int, block: Block) -> bool:
        """Return whether a paragraph after an item of a list is a part of it.

        After a blank line and without indentation it is if it stands between two items, or if
        every item has such a paragraph.
        """
        level, numbered = self._list or (0, False)
        labelled = _labelled(block.text)
        if block.first.level > level:
            return True
        if labelled and not (labelled[1] and labelled[0] in {Part.FOR, Part.AGAINST}):
            return False
        if not block.spaced:
            return not _SENTENCE.fullmatch(block.text) and not block.text.endswith((":", "："))
        if block.text.endswith((":", "：")):
            return False
        shape = self._lists[level, numbered]
        return shape.followed > 0 and (shape.last > at or 1 < shape.items == shape.followed)

    def _announce(self, at: int, block: Block) -> bool:
        """Read a line that ends with a colon before a list: what is it that is listed?"""
        after = self._blocks[at + 1] if at + 1 < len(self._blocks) else None
        if not block.text.rstrip().endswith((":", "：")) or after is None:
            return False
        if after.first.kind is not LineKind.ITEM and after.spaced:
            return False
        title = block.text.strip().rstrip(":： ")
        if lists_unwanted(title) or negation.is_negative(title):
            self._open(Part.AGAINST, by_heading=False)
            self.remarks.append(title)
            self.entries.append(Entry(block, Part.AGAINST))
            return True
        if len(title.split()) <= _NAME_WORDS and not _SENTENCE.fullmatch(title):
            self._open(Part.FOR, by_heading=True)
            self._topic = self._new(block, title, level=99)
            return True
        self._open(Part.FOR, by_heading=True)
        self._add(block, Part.FOR, title)
        return True

    # What is noted ----------------------------------------------------------------------------

    def _new(self, block: Block, name: str, level: int) -> Draft:
        draft = Draft(line=block.first.number, level=level)
        _read_name(draft, name)
        self.drafts.append(draft)
        self.entries.append(Entry(block, Part.FOR, draft))
        return draft

    def _add(self, block: Block, part: Part, text: str, draft: Draft | None = None) -> None:
        """Note a text as what it counts as, in a topic or outside of all."""
        if part is Part.FOR and draft is None:
            self._loose(block, text)
            return
        if part in {Part.FOR, Part.AGAINST} and draft is not None:
            (_read_wanted if part is Part.FOR else _read_unwanted)(draft, text)
        elif part is Part.AGAINST:
            for one in negation.exceptions(_joined(text)):
                self.remarks.append(one.text) if one.wanted else self.excluded.extend(
                    phrases(one.text)
                )
        elif part is Part.KEYWORDS:
            for phrase in phrases(text):
                for one in negation.clauses(phrase):
                    (self.keywords if one.wanted else self.unwanted).append(one.text)
        elif part is Part.UNWANTED:
            self.unwanted.extend(phrases(text))
        elif part is Part.REMARK:
            for one in negation.clauses(_joined(text)):
                self.remarks.append(one.text) if one.wanted else self.excluded.extend(
                    phrases(one.text)
                )
        else:
            self.warnings.append(_ELSEWHERE[part].format(text=" ".join(text.split())))
        self.entries.append(Entry(block, part, draft))

    def _loose(self, block: Block, text: str) -> None:
        """Note a text outside of all topics: a list of topics, or prose."""
        items = list_items(text)
        if not items:
            draft = Draft(line=block.first.number)
            _read_wanted(draft, text)
            self.entries.append(Entry(block, Part.FOR, draft))
            self._prose.append(draft)
            return
        for item in items:
            draft = Draft(line=block.first.number)
            _read_name(draft, item)
            if draft.name:
                self.drafts.append(draft)
            else:
                self.excluded.extend(draft.irrelevant)
        self.entries.append(Entry(block, Part.FOR))

    def _settle_prose(self) -> None:
        """Make prose outside of topics topics where it is all there is, else remarks."""
        alone = not any(not draft.is_blank for draft in self.drafts)
        parts: dict[int, Part] = {}
        for draft in self._prose:
            text = "\n".join(draft.relevant)
            if text and (alone or _INTEREST.search(text)):
                self.drafts.append(draft)
                continue
            self.remarks.extend(draft.relevant)
            self.excluded.extend(one for text in draft.irrelevant for one in phrases(text))
            parts[id(draft)] = Part.REMARK if draft.relevant else Part.AGAINST
        self.drafts.sort(key=lambda draft: draft.line)
        self.entries = [
            Entry(one.block, parts[id(one.draft)]) if id(one.draft) in parts else one
            for one in self.entries
        ]


_ELSEWHERE = {
    Part.AUTHORS: 'authors are not matched here: "{text}"; follow each with: paperlark follow NAME',
    Part.CATEGORIES: 'categories are set in paperlark.toml, not here: "{text}"',
}


def _blocks(lines: Iterable[Line]) -> Iterator[Block]:
    lines_of_block: list[Line] = []
    spaced = above = True
    for line in lines:
        if lines_of_block and not (line.kind is LineKind.TEXT and _continues(lines_of_block, line)):
            yield Block(tuple(lines_of_block), above)
            lines_of_block = []
        if line.kind is LineKind.BLANK:
            spaced = True
            continue
        if not lines_of_block:
            above = spaced
        lines_of_block.append(line)
        spaced = False
    if lines_of_block:
        yield Block(tuple(lines_of_block), above)


def _continues(above: Sequence[Line], line: Line) -> bool:
    """Return whether a line of text belongs to the block above."""
    first = above[0]
    if first.kind is LineKind.HEADING or _labelled(line.text) is not None:
        return False
    if first.kind is LineKind.ITEM:
        # A sentence under a list that is not indented is no part of its last item.
        return line.level > first.level or not _SENTENCE.fullmatch(line.text)
    bare = _labelled(above[-1].text)
    return not above[-1].text.endswith((":", "：")) and (bare is None or bool(bare[1]))


def _labelled(text: str) -> tuple[Part, str] | None:
    """Return what a label at the beginning announces, and the text after it."""
    if found := _LABEL.fullmatch(text):
        part = label_part(found["label"])
        if part is not None:
            return part, found["text"].strip()
    bare = label_part(text)
    return (bare, "") if bare is not None and "\n" not in text else None


def _named(block: Block) -> tuple[str, str]:
    """Split an item into its name and its text; an item that is short is a name."""
    text, lead = block.text, block.first.lead
    if lead and text.startswith(lead):
        return lead.rstrip(":： "), text[len(lead) :].lstrip(" :：–—-.,")
    found = _NAMED.fullmatch(text)
    if (
        found
        and len(found["name"].split()) <= _NAME_WORDS
        and not _SENTENCE.fullmatch(found["name"])
    ):
        return found["name"], found["text"]
    first, _, rest = text.partition("\n")
    if len(first.split()) <= _ITEM_WORDS and not re.search(r"[.!?]\s+\S", first):
        if not rest or first.endswith((".", ";", ":")):
            return first.rstrip(".;:,"), rest
        if len(text.split()) <= _ITEM_WORDS:
            return " ".join(text.split()).rstrip(".;:,"), ""
    return "", text


def _joined(text: str) -> str:
    """Join the lines of wrapped prose; items and sentences that begin a line stay apart."""
    if is_line_list(text):
        return text
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "".join(
        line + ("\n" if _SENTENCE.fullmatch(below) else " ")
        for line, below in zip(lines, [*lines[1:], ""], strict=True)
    ).rstrip()


def _read_name(draft: Draft, name: str) -> None:
    found = negation.clauses(name)
    if all(one.wanted for one in found):
        draft.name = name.strip().rstrip(".;,")
        return
    draft.name = "; ".join(one.text for one in found if one.wanted)
    draft.irrelevant.extend(one.text for one in found if not one.wanted)


def _read_wanted(draft: Draft, text: str) -> None:
    found = negation.clauses(_joined(text))
    if all(one.wanted for one in found):
        draft.relevant.append(text)
        return
    wanted = " ".join(one.text for one in found if one.wanted)
    if wanted:
        draft.relevant.append(wanted)
    draft.irrelevant.extend(one.text for one in found if not one.wanted)


def _read_unwanted(draft: Draft, text: str) -> None:
    found = negation.exceptions(_joined(text))
    if not any(one.wanted for one in found):
        draft.irrelevant.append(text)
        return
    draft.irrelevant.append(" ".join(one.text for one in found if not one.wanted))
    draft.relevant.extend(one.text for one in found if one.wanted)


# Lists without markup -----------------------------------------------------------------------------

_FUNCTION_EDGE = re.compile(
    r"(?:\b(?:and|or|of|for|with|in|on|the|a|an|to|by|from|as|at|that|which|is|are|not|no)|[,:–—-])$",
    re.IGNORECASE,
)
_FUNCTION_START = re.compile(r"(?:and|or|of|for|with|in|on|to|by|from|as|at|that|which|is|are)\b")
_VERB = re.compile(
    r"\b(?:I|we|he|she|they|it|is|are|was|were|am|do|does|should|would|like|likes|want|wants|work|works|show|please)\b",
    re.IGNORECASE,
)
_LINE_WORDS, _PHRASE_WORDS = 12, 7
_LONGEST_WRAPPED = 50


def list_items(text: str) -> tuple[str, ...]:
    """Return the items of one item a line, of a comma list or a semicolon list, else nothing."""
    if is_line_list(text):
        return tuple(line for raw in text.split("\n") if (line := raw.strip(" ;,")))
    joined = " ".join(text.split())
    for separator, least in ((r"\s*[;；]\s+|[;；]$", 2), (r"\s*[,，、]\s*", 2)):
        items = [one for one in re.split(separator, joined.rstrip(" .;,。；")) if one.strip()]
        if len(items) >= least and all(_is_phrase(one) for one in items):
            return tuple(re.sub(r"^(?:and|or)\s+", "", one) for one in items)
    return ()


def is_line_list(text: str) -> bool:
    """Return whether a text is one item a line, and not wrapped prose."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) < 2 or any(len(line.split()) > _LINE_WORDS for line in lines):
        return False
    inner = any(
        _FUNCTION_EDGE.search(above) or _FUNCTION_START.match(below)
        for above, below in zip(lines, lines[1:], strict=False)
    )
    if inner or any(re.search(r"[.!?]\s+\S", line) for line in lines):
        return False
    if any(_VERB.search(line) for line in lines):
        return False
    return not any(line[0].islower() for line in lines) or all(
        len(line) < _LONGEST_WRAPPED for line in lines
    )


def _is_phrase(text: str) -> bool:
    words = re.sub(r"\([^()]*\)", "", text).split()
    negated = negation.is_negative(text)
    return (
        0 < len(words) <= _PHRASE_WORDS + 2 * negated
        and (negated or not _VERB.search(text))
        and not re.search(r"[.!?:]\s", text)
    )


def phrases(text: str) -> tuple[str, ...]:
    """Split a list of keywords at commas and lines; `etc.` is left out."""
    found = (
        re.sub(r"^(?:and|or)\s+", "", phrase.strip(" .*`\"'“”‘’[]"))
        for phrase in re.split(r"[,;，；、]\s+|[,;，；、]$|[，；、]|\n", text)
    )
    return tuple(one for one in found if one and one.lower() not in {"etc", "and", "or"})

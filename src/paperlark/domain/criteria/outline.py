"""Walk over the blocks of criteria and decide what each counts as: the outline of the text.

Headings and items of a list are topics; a label says what the text after it counts as; text under
a topic belongs to it until the next. What stands outside of all topics is a list of them where it
looks like one, and prose otherwise.
"""

from __future__ import annotations

from paperlark.domain.criteria.blocks import Block, Blocks, is_name
from paperlark.domain.criteria.labels import COLONS, Part, applications, label_part, lists_unwanted
from paperlark.domain.criteria.lines import LineKind, read_lines
from paperlark.domain.criteria.negation import clauses, is_negative
from paperlark.domain.criteria.notes import Draft, Notes
from paperlark.domain.criteria.phrases import SENTENCE

_IN_TOPIC = frozenset((Part.FOR, Part.AGAINST))
"""The parts that belong to a topic; the others stand outside of all."""
_AMONG_KEYWORDS = {Part.FOR: Part.KEYWORDS, Part.AGAINST: Part.UNWANTED}
"""What `Relevant:` and `Not relevant:` mean within a list of keywords."""
_ANNOUNCED_LEVEL = 99
"""The level of a topic that a line with a colon names: below all headings."""


def read_outline(text: str) -> Notes:
    """Return all that was understood of a text."""
    return _Outline(Blocks.of(read_lines(text))).read()


class _Outline:
    """Where in the text the reading is, which says what a block without a label counts as.

    Within a topic, `_label` says what the next block counts as; outside of all, `_section` does.
    Either lasts until the next heading where a heading began it (`_by_heading`), else, once it has
    a text (`_began`), until a paragraph after a blank line. `_list` has the indentation of the
    items that are topics, and whether they are numbered.
    """

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._notes = Notes()
        self._topic: Draft | None = None
        self._label: Part | None = None
        self._section, self._by_heading, self._began = Part.FOR, True, False
        self._list: tuple[int, bool] | None = None

    def read(self) -> Notes:
        for at, block in enumerate(self._blocks.all):
            if block.kind is LineKind.HEADING:
                self._heading(at, block)
            elif block.kind is LineKind.ITEM:
                self._item(at, block)
            else:
                self._paragraph(at, block)
        self._notes.settle_prose()
        return self._notes

    def _open(self, part: Part, *, by_heading: bool = True) -> None:
        """Begin a section that is no topic: what comes is a list of topics, keywords, …."""
        self._topic, self._label, self._list = None, None, None
        self._section, self._by_heading, self._began = part, by_heading, False

    def _expect(self, part: Part, *, by_heading: bool = False) -> None:
        """Begin a label: what comes, within the topic, counts as that."""
        self._label, self._by_heading, self._began = part, by_heading, False

    def _in_section(self, part: Part) -> Part:
        is_keywords = self._section in {Part.KEYWORDS, Part.UNWANTED}
        return _AMONG_KEYWORDS.get(part, part) if is_keywords else part

    # Headings

    def _heading(self, at: int, block: Block) -> None:
        title, level = block.text.rstrip(f"{COLONS} "), block.first.level
        part = label_part(title)
        if part in _IN_TOPIC and self._topic and 0 < self._topic.level < level:
            self._list = None
            self._expect(part, by_heading=True)
            return
        self._open(part or Part.FOR)
        if part is not None:
            return
        if block.labelled and block.labelled[0] is Part.REMARK:
            # `**Note: methods come first**` is no topic, nor is what stands below.
            self._open(Part.REMARK)
            self._notes.add(block, Part.REMARK, title)
            return
        found = clauses(title)
        if found and not any(one.wanted for one in found):
            self._section = Part.AGAINST
            self._notes.add(block, Part.AGAINST, title)
        elif self._blocks.is_cover(at):
            self._notes.add(block, Part.REMARK, title)
        else:
            self._topic = self._notes.add_topic(block, title, level)

    # Items of lists

    def _item(self, at: int, block: Block) -> None:
        if self._is_sibling(block):
            self._add_item(block)
        elif self._topic is not None and self._is_group(self._topic, at):
            self._notes.make_remark(self._topic)
            self._topic = None
            self._add_item(block)
        elif self._topic is not None or self._label is not None:
            self._add_to_topic(block)
        elif self._section is Part.FOR:
            self._add_item(block)
        else:
            part, text = block.labelled or (self._section, block.text)
            if self._section is Part.KEYWORDS and (excluded := applications(block.text)):
                part, text = Part.UNWANTED, excluded
            self._notes.add(block, self._in_section(part), text)
            self._began = not self._by_heading

    def _is_sibling(self, block: Block) -> bool:
        """Return whether an item is one of the list of topics."""
        if self._list is None:
            return False
        (level, numbered), line = self._list, block.first
        return line.level <= level + 1 and (line.numbered == numbered or line.level < level)

    def _is_group(self, topic: Draft, at: int) -> bool:
        """Return whether a topic is a group: `## My field`, then a numbered list with texts."""
        may_be = topic.level > 0 and topic.is_empty and self._label is None
        return may_be and self._blocks.lists_topics(at)

    def _add_item(self, block: Block) -> None:
        """Read an item as a topic of its own, unless a label or a negation says otherwise."""
        level, numbered = block.first.level, block.first.numbered
        self._list = (min(level, self._list[0]) if self._list else level, numbered)
        self._topic, self._label = None, None
        part, text = block.labelled or (None, "")
        if part is None:
            self._topic = self._notes.add_item(block)
            self._label = None if self._topic else Part.AGAINST
        elif text:
            self._notes.add(block, part, text)
            self._label = part if part is Part.AGAINST else None
        elif part is Part.FOR:
            self._list = None
        else:
            self._expect(part)

    def _add_to_topic(self, block: Block) -> None:
        """Read an item within a topic; a label lasts until the next of its kind."""
        part, text = block.labelled or (None, block.text)
        if part is None:
            self._notes.add(block, self._label or Part.FOR, text, self._topic)
            self._began = not self._by_heading
        elif text:
            self._label = None
            self._notes.add(block, part, text, self._topic)
        else:
            self._expect(part)

    # Paragraphs

    def _paragraph(self, at: int, block: Block) -> None:
        if self._list is not None and not self._belongs_to_item(at, block, self._list):
            self._open(Part.FOR)
        if found := block.labelled:
            self._labelled_paragraph(block, *found)
        elif self._blocks.announces(at):
            self._announcement(block)
        elif self._topic is not None or self._label is not None:
            label = None if block.spaced and self._began else self._label
            self._notes.add(block, label or Part.FOR, block.text, self._topic)
            self._began = not self._by_heading
        else:
            if block.spaced and self._began:
                self._open(Part.FOR)
            self._notes.add(block, self._section, block.text)
            self._began = not self._by_heading

    def _labelled_paragraph(self, block: Block, part: Part, text: str) -> None:
        is_in_topic = self._topic is not None and part in _IN_TOPIC
        if text and is_in_topic:
            self._notes.add(block, part, text, self._topic)
        elif text:
            self._notes.add(block, self._in_section(part), text)
        elif is_in_topic:
            self._expect(part)
        else:
            self._open(part, by_heading=False)

    def _belongs_to_item(self, at: int, block: Block, above: tuple[int, bool]) -> bool:
        """Return whether a paragraph after an item of a list is a part of it."""
        level, numbered = above
        if block.first.level > level:
            return True
        label = block.labelled
        if block.ends_with_colon or (label and not (label[1] and label[0] in _IN_TOPIC)):
            return False
        if not block.spaced:
            return not SENTENCE.fullmatch(block.text)
        return self._blocks.may_be_item_text(at, level, numbered=numbered)

    def _announcement(self, block: Block) -> None:
        """Read a line that ends with a colon before a list, and says what is listed."""
        title = block.text.rstrip(f"{COLONS} ")
        if lists_unwanted(title) or is_negative(title):
            self._open(Part.AGAINST, by_heading=False)
            self._notes.add_announcement(block, title)
        elif is_name(title):
            self._open(Part.FOR)
            self._topic = self._notes.add_topic(block, title, _ANNOUNCED_LEVEL)
        else:
            self._open(Part.FOR)
            self._notes.add(block, Part.FOR, title)

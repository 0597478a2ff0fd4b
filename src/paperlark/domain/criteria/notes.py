"""Note what criteria were understood as: topics, keywords, what is excluded, remarks, warnings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from paperlark.domain.criteria.blocks import Block
from paperlark.domain.criteria.labels import Part
from paperlark.domain.criteria.negation import Clause, clauses, exceptions
from paperlark.domain.criteria.phrases import joined, list_items, phrases

_INTEREST = re.compile(
    r"\b(?:I|we|he|she)(?:\s+(?:am|is|are)|['\u2019](?:m|re|s))?(?:\s+\w+ly|\s+also)?"
    r"\s+(?:work(?:s|ing)?\s+(?:on|in|with)|stud(?:y|ies|ying)|interested\s+in"
    r"|focus(?:es|ing)?\s+on|research(?:es|ing)?|cares?\s+about|follow(?:s|ing)?)\b"
    r"|\b(?:my|our|his|her)\s+(?:\w+\s+){0,2}(?:research|work|interests?|thesis|phd|project)\b",
    re.IGNORECASE,
)
_ELSEWHERE = {
    Part.AUTHORS: 'authors are not matched here: "{text}"; follow each with: paperlark follow NAME',
    Part.CATEGORIES: 'categories are set in paperlark.toml, not here: "{text}"',
}


@dataclass(slots=True, eq=False)
class Draft:
    """A topic while its lines are read.

    line: the number of its first line
    level: that of its heading, 0 for the item of a list
    """

    line: int
    level: int = 0
    name: str = ""
    relevant: list[str] = field(default_factory=list)
    irrelevant: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing but its name."""
        return not (self.relevant or self.irrelevant)

    def read_name(self, name: str) -> None:
        """Take a name; what is negated in it is irrelevant."""
        found = clauses(name)
        if all(one.wanted for one in found):
            self.name = name.strip().rstrip(".;,")
            return
        self.name = "; ".join(one.text for one in found if one.wanted)
        self.irrelevant.append("; ".join(one.text for one in found if not one.wanted))

    def read_wanted(self, text: str) -> None:
        """Take a text of wanted things, as written where nothing in it is negated."""
        found = clauses(joined(text))
        if all(one.wanted for one in found):
            self.relevant.append(text)
            return
        if wanted := _sentences(one.text for one in found if one.wanted):
            self.relevant.append(wanted)
        self.irrelevant.append("; ".join(one.text for one in found if not one.wanted))

    def read_unwanted(self, text: str) -> None:
        """Take a text of unwanted things, as written where nothing is excepted from it."""
        found = exceptions(joined(text))
        if not any(one.wanted for one in found):
            self.irrelevant.append(text)
            return
        self.irrelevant.append(_sentences(one.text for one in found if not one.wanted))
        self.relevant.extend(one.text for one in found if one.wanted)


def _sentences(clauses: Iterable[str]) -> str:
    """Join clauses whose cues were taken out, so that they still read as sentences."""
    found = list(clauses)
    ended = (one if one[-1] in ".!?" else f"{one.rstrip(',;:')}." for one in found[:-1])
    return " ".join([*ended, *found[-1:]])


@dataclass(frozen=True, slots=True)
class Note:
    """What a block was understood as, with the topic that it belongs to, if any."""

    block: Block
    part: Part
    draft: Draft | None = None


class Notes:
    """All that was understood; `in_order` has each block that says something, in order."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []
        self.keywords: list[str] = []
        self.unwanted: list[str] = []
        self.excluded: list[str] = []
        self.remarks: list[str] = []
        self.warnings: list[str] = []
        self.in_order: list[Note] = []
        self._prose: list[Draft] = []

    def add_topic(self, block: Block, name: str, level: int) -> Draft:
        """Note a topic by its name."""
        draft = Draft(block.first.number, level)
        draft.read_name(name)
        self.drafts.append(draft)
        self.in_order.append(Note(block, Part.FOR, draft))
        return draft

    def add_item(self, block: Block) -> Draft | None:
        """Note an item of a list as a topic, or as unwanted where it is `no surveys`."""
        draft = Draft(block.first.number)
        name, text = block.named()
        if name:
            draft.read_name(name)
        if text:
            draft.read_wanted(text)
        if draft.name or draft.relevant:
            self.drafts.append(draft)
            self.in_order.append(Note(block, Part.FOR, draft))
            return draft
        self.excluded.extend(draft.irrelevant)
        self.in_order.append(Note(block, Part.AGAINST))
        return None

    def make_remark(self, group: Draft) -> None:
        """Note that the last topic is the title of a group of topics."""
        self.drafts.remove(group)
        self.remarks.append(group.name)
        self.in_order[-1] = Note(self.in_order[-1].block, Part.REMARK)

    def add_announcement(self, block: Block, title: str) -> None:
        """Note a line that says that what is listed below it is unwanted."""
        self.remarks.append(title)
        self.in_order.append(Note(block, Part.AGAINST))

    def add(self, block: Block, part: Part, text: str, draft: Draft | None = None) -> None:
        """Note a text as what it counts as, in a topic or outside of all."""
        if draft is None and part is Part.FOR:
            self._add_loose(block, text)
            return
        if draft is not None and part is Part.FOR:
            draft.read_wanted(text)
        elif draft is not None and part is Part.AGAINST:
            draft.read_unwanted(text)
        elif part is Part.AGAINST:
            self._add_outside(text, exceptions)
        elif part is Part.REMARK:
            self._add_outside(text, clauses)
        elif part is Part.KEYWORDS:
            for one in (one for phrase in phrases(text) for one in clauses(phrase)):
                (self.keywords if one.wanted else self.unwanted).append(one.text)
        elif part is Part.UNWANTED:
            self.unwanted.extend(phrases(text))
        else:
            self.warnings.append(_ELSEWHERE[part].format(text=" ".join(text.split())))
        self.in_order.append(Note(block, part, draft))

    def _add_outside(self, text: str, split: Callable[[str], tuple[Clause, ...]]) -> None:
        for one in split(joined(text)):
            if one.wanted:
                self.remarks.append(one.text)
            else:
                self.excluded.extend(phrases(one.text))

    def _add_loose(self, block: Block, text: str) -> None:
        """Note a text outside of all topics: a list of topics, or prose."""
        items = list_items(text)
        if not items:
            draft = Draft(block.first.number)
            draft.read_wanted(text)
            self._prose.append(draft)
            self.in_order.append(Note(block, Part.FOR, draft))
            return
        for item in items:
            draft = Draft(block.first.number)
            draft.read_name(item)
            if draft.name:
                self.drafts.append(draft)
            else:
                self.excluded.extend(one for text in draft.irrelevant for one in phrases(text))
        self.in_order.append(Note(block, Part.FOR))

    def settle_prose(self) -> None:
        """Make prose outside of topics topics where it is all there is, else remarks."""
        alone = all(draft.is_empty and not draft.name for draft in self.drafts)
        parts: dict[Draft | None, Part] = {}
        for draft in self._prose:
            text = "\n".join(draft.relevant)
            if text and (alone or _INTEREST.search(text)):
                self.drafts.append(draft)
                continue
            self.remarks.extend(draft.relevant)
            self.excluded.extend(one for text in draft.irrelevant for one in phrases(text))
            parts[draft] = Part.REMARK if draft.relevant else Part.AGAINST
        self.drafts.sort(key=lambda draft: draft.line)
        self.in_order = [
            Note(one.block, parts[one.draft]) if one.draft in parts else one
            for one in self.in_order
        ]

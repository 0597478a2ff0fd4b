"""Saved papers on their way to places outside, such as Zotero or a folder of notes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from paperlark.domain.digest import Entry
from paperlark.domain.paper import Paper, PaperId


@dataclass(frozen=True, slots=True)
class SavedPaper:
    """A paper that its reader has saved.

    `entry` is that of the page it was saved on, with the paper in its latest known version; away
    from a page it has neither match nor judgement. `day` is that page's, None elsewhere. `saved` is
    when it was saved last, in UTC. `note` is the reader's own.
    """

    entry: Entry
    saved: datetime
    day: date | None = None
    note: str = ""

    @property
    def paper(self) -> Paper:
        """The paper, in its latest known version."""
        return self.entry.paper


class CopyState(StrEnum):
    """What is known of a saved paper's copy in one place."""

    SENDING = "sending"
    """It was to be written there; whether it was, the place has to be asked."""
    THERE = "there"
    """It was written there."""
    FAILED = "failed"
    """The place refused it: `problem` says why, and the next run tries again."""
    DELETED = "deleted"
    """The reader deleted it there: it is never written there again."""


@dataclass(frozen=True, slots=True)
class SavedCopy:
    """One saved paper in one place: what was written there, so that it is written once.

    `key` is its name there, chosen before it is written. `content` is what was written last, as
    the saver wants to read it again: from it follows what the reader has changed there since, and
    whether anything is to be written. `at` is in UTC.
    """

    paper_id: PaperId
    state: CopyState
    at: datetime
    key: str = ""
    content: str = ""
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class SaverOutcome:
    """What one saver did: papers that are new there, updated there, found deleted, and refused.

    `problem` is one line on why not all is there; None where it is.
    """

    saver: str
    new: int = 0
    updated: int = 0
    deleted: int = 0
    failed: int = 0
    problem: str | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing is left to do."""
        return self.problem is None and not self.failed


@dataclass(frozen=True, slots=True)
class SavingReport:
    """What became of the saved papers in every place, in the profile's order.

    `problem` is why none could be brought anywhere.
    """

    outcomes: tuple[SaverOutcome, ...] = ()
    problem: str | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return self.problem is None and all(one.ok for one in self.outcomes)


FieldValue = str | int | list[str]
"""What a field holds; days are texts such as `2025-02-26`."""


@dataclass(frozen=True, slots=True)
class SavedNote:
    """What paperlark writes of a note: all else in the file is its reader's.

    `fields` are in order, `block` is Markdown without a line of white space at its ends.
    """

    fields: Mapping[str, FieldValue]
    block: str

    @property
    def content(self) -> str:
        """The note as one text, from which its fields can be read again."""
        return json.dumps({"fields": dict(self.fields), "block": self.block}, ensure_ascii=False)


def fields_written(content: str) -> Mapping[str, FieldValue]:
    """Return the fields of a note that was written before; none where nothing was."""
    fields: Mapping[str, FieldValue] = json.loads(content)["fields"] if content else {}
    return fields

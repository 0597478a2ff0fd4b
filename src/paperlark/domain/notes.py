"""A saved paper as a note of its reader's: fields of its front matter, and a block of Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

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

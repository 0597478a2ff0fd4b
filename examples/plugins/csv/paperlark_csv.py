"""Append each saved paper to a CSV file, once."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from paperlark.domain.errors import SavingError
from paperlark.domain.saving import CopyState, SavedCopy, SavedPaper
from paperlark.plugins import PluginContext
from paperlark.ports import SavedCopies

_FORMULA = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True, slots=True)
class CsvSaver:
    """Implements Saver: a row for each paper with id, title, address, note and day of saving."""

    file: Path
    now: Callable[[], datetime]
    name = "csv"

    @property
    def place(self) -> str:
        """The file."""
        return str(self.file)

    def bring(self, papers: Sequence[SavedPaper], copies: SavedCopies) -> None:
        """Append the papers that are not there; raises SavingError where that is impossible."""
        known = copies.all()
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            there = self._ids()
            for saved in papers:
                if saved.paper.id in known and known[saved.paper.id].state is not CopyState.FAILED:
                    continue
                # A row of a run that was killed before it could store the copy is not repeated.
                if saved.paper.id not in there:
                    self._append(saved)
                copies.keep([SavedCopy(saved.paper.id, CopyState.THERE, self.now())])
        except OSError as error:
            raise SavingError(f"{self.file} cannot be written ({error.strerror})") from error

    def _ids(self) -> set[str]:
        if not self.file.exists():
            return set()
        with self.file.open(encoding="utf-8", newline="") as file:
            return {row[0] for row in csv.reader(file) if row}

    def _append(self, saved: SavedPaper) -> None:
        paper = saved.paper
        row = (paper.id, paper.title, paper.url, saved.note, saved.saved.date().isoformat())
        with self.file.open("a", encoding="utf-8", newline="") as file:
            # A spreadsheet would run a text that begins like a formula.
            csv.writer(file).writerow(f"'{one}" if one.startswith(_FORMULA) else one for one in row)


def make(context: PluginContext) -> CsvSaver:
    """Return the saver; its setting `file` is relative to the profile."""
    return CsvSaver(context.path("file"), context.now)

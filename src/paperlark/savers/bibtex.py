"""A BibTeX file of all saved papers, written whole whenever it would be another one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from paperlark.domain.errors import SavingError
from paperlark.domain.saving import CopyState, SavedCopy, SavedPaper
from paperlark.ports import SavedCopies
from paperlark.savers._files import create_file, replace_file

NAME = "bibtex"
_MARK = "% Written by paperlark for "
_REMARK = "% Whatever is changed in here is lost: keep entries of your own in another file."
_LARGEST = 2**26
"""Bytes of a file that is compared: a hundred thousand entries."""


class BibtexSaver:
    """Implements Saver for a file.

    `entry` writes a paper's entry under a key; `key_of` returns the key of a paper that has none
    yet. A paper keeps its key, whatever becomes of its title: documents cite it. `reader` is whose
    papers these are.
    """

    name = NAME

    def __init__(
        self,
        file: Path,
        reader: str,
        entry: Callable[[SavedPaper, str], str],
        key_of: Callable[[SavedPaper], str],
        now: Callable[[], datetime],
    ) -> None:
        self._file = file
        self._reader = reader
        self._entry = entry
        self._key_of = key_of
        self._now = now

    @property
    def place(self) -> str:
        """The file."""
        return str(self._file)

    def bring(self, papers: Sequence[SavedPaper], copies: SavedCopies) -> None:
        """Write the file where it would change; raises SavingError where it is not paperlark's."""
        known = copies.all()
        changed, entries = [], dict[str, str]()
        for saved in papers:
            copy = known.get(saved.paper.id)
            key = copy.key if copy and copy.key else self._key_of(saved)
            entries[key] = entry = self._entry(saved, key)
            if copy is None or copy.state is not CopyState.THERE or copy.content != entry:
                changed.append(SavedCopy(saved.paper.id, CopyState.THERE, self._now(), key, entry))
        head = f"{_MARK}{self._reader}\n{_REMARK}\n\n"
        self._write(head + "\n".join(entries[key] for key in sorted(entries)))
        copies.keep(changed)

    def check(self) -> None:
        """Raise SavingError where the file cannot be written, or is not paperlark's."""
        try:
            self._written_before()
            folder = self._file.parent
            while not folder.exists() and folder != folder.parent:
                folder = folder.parent
            probe = folder / f".{self._file.name}-check"
            create_file(probe, b"")
            probe.unlink()
        except OSError as error:
            raise self._unwritable(error) from error

    def _write(self, text: str) -> None:
        content = text.encode("utf-8", "replace")
        try:
            before = self._written_before()
            if before is None:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                create_file(self._file, content)
            elif before != content:
                replace_file(self._file, content)
        except OSError as error:
            raise self._unwritable(error) from error

    def _written_before(self) -> bytes | None:
        """Return the file, None where there is none; raises SavingError where it is another's."""
        if not self._file.exists():
            return None
        with self._file.open("rb") as opened:
            content = opened.read(_LARGEST)
        first = content.partition(b"\n")[0].decode("utf-8", "replace").strip()
        if first != f"{_MARK}{self._reader}":
            other = first.removeprefix(_MARK) if first.startswith(_MARK) else None
            raise SavingError(
                f"{self._file} was written by paperlark for {other}, another reader"
                if other
                else f"{self._file} was not written by paperlark, which leaves it as it is",
                hint="name another file in [bibtex]",
            )
        return content

    def _unwritable(self, error: OSError) -> SavingError:
        return SavingError(
            f"{self._file} cannot be written ({error.strerror})",
            hint="check its folder, or name another file in [bibtex]",
        )

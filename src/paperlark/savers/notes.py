"""A folder of notes: one Markdown file for each saved paper, in which its reader may write."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath

from paperlark.domain.errors import SavingError
from paperlark.domain.paper import PaperId
from paperlark.domain.saving import CopyState, SavedCopy, SavedNote, SavedPaper, fields_written
from paperlark.ports import SavedCopies
from paperlark.savers._files import create_file, replace_file
from paperlark.savers.front_matter import Unmergeable, merged, new_file, paper_of

NAME = "notes"
_ENDING = ".md"
_LARGEST = 2**20
"""Bytes of a note that is still changed: a megabyte is no note."""
_MOST_FILES = 20_000
"""Files that are looked through for a note which its reader has moved."""
_HEAD = 64 * 1024
"""Bytes of a file in which its front matter ends."""
_TRIES = 9
_MARK = ".paperlark-notes"
_MARK_TEXT = b"By this file paperlark knows the folder that it writes notes into.\n"


class NotesSaver:
    """Implements Saver for a folder.

    `name_of` returns the path of a paper's note below the folder, without its ending; `note_of`
    returns what is written there.
    """

    name = NAME

    def __init__(
        self,
        folder: Path,
        name_of: Callable[[SavedPaper], PurePosixPath],
        note_of: Callable[[SavedPaper], SavedNote],
        now: Callable[[], datetime],
    ) -> None:
        self._folder = folder
        self._name_of = name_of
        self._note_of = note_of
        self._now = now
        self._moved: Mapping[str, str] | None = None

    @property
    def place(self) -> str:
        """The folder."""
        return str(self._folder)

    def bring(self, papers: Sequence[SavedPaper], copies: SavedCopies) -> None:
        """Write what is new or has changed; raises SavingError where the folder is not there."""
        known = copies.all()
        self._open(any(_was_written(one) for one in known.values()))
        self._moved = None
        for saved in papers:
            copy = known.get(saved.paper.id)
            if copy is None or copy.state is not CopyState.DELETED:
                self._bring(saved, copy, copies)

    def check(self) -> None:
        """Raise SavingError where the folder cannot be written to; nothing is left in it."""
        folder = self._folder
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        probe = folder / f"{_MARK}-check"
        try:
            create_file(probe, b"")
            probe.unlink()
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    def _open(self, written_before: bool) -> None:  # noqa: FBT001  # private
        """Make the folder; one that was there and has gone is a disk that is not mounted."""
        mark = self._folder / _MARK
        try:
            if written_before and not mark.exists():
                raise SavingError(
                    f"{self._folder} is not the folder that notes were written to: it has no"
                    f" file {_MARK}",
                    hint="mount its disk; or, if it is right, make an empty file of that name",
                )
            if not mark.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                replace_file(mark, _MARK_TEXT)
        except OSError as error:
            raise _unwritable(self._folder, error) from error

    def _bring(self, saved: SavedPaper, copy: SavedCopy | None, copies: SavedCopies) -> None:
        paper, note = saved.paper.id, self._note_of(saved)
        try:
            moved = None
            if copy is None or (not self._is_there(copy) and not _was_written(copy)):
                self._create(saved, note, copies)
                return
            if not self._is_there(copy):
                moved = self._moved_to(paper)
                if moved is None:
                    copies.keep([self._copy(copy, paper, CopyState.DELETED)])
                    return
                copy = self._copy(copy, paper, copy.state, key=moved)
            if copy.content != note.content or copy.state is not CopyState.THERE:
                self._update(copy, note)
            elif moved is None:
                return
            copies.keep([self._copy(copy, paper, CopyState.THERE, content=note.content)])
        except (Unmergeable, OSError) as error:
            problem = str(error) if isinstance(error, Unmergeable) else f"{error.strerror}"
            copies.keep([self._copy(copy, paper, CopyState.FAILED, problem=_at(copy, problem))])

    def _is_there(self, copy: SavedCopy) -> bool:
        return bool(copy.key) and (self._folder / copy.key).is_file()

    def _create(self, saved: SavedPaper, note: SavedNote, copies: SavedCopies) -> None:
        """Write a new file, or take over the one that this paper has already."""
        paper = saved.paper.id
        # One of before a database was lost, under whatever name its reader gave it.
        known = self._moved_to(paper)
        key, is_there = (known, True) if known else self._free(saved)
        copy = SavedCopy(paper, CopyState.SENDING, self._now(), key, note.content)
        target = self._folder / key
        target.parent.mkdir(parents=True, exist_ok=True)
        copies.keep([copy])
        if is_there:
            self._update(copy, note)
        else:
            create_file(target, new_file(note).encode("utf-8", "replace"))
        copies.keep([self._copy(copy, paper, CopyState.THERE)])

    def _free(self, saved: SavedPaper) -> tuple[str, bool]:
        """Return the path of a new note, and whether this paper's note is there already.

        Names that differ only in case are one file on many systems.
        """
        wanted, id_ = self._name_of(saved), saved.paper.id.replace("/", "-")
        names = [wanted.name, f"{wanted.name} ({id_})"]
        names += [f"{wanted.name} ({id_}) {number}" for number in range(2, _TRIES)]
        parent = self._folder / wanted.parent
        there = {_folded(one.name): one for one in parent.iterdir()} if parent.is_dir() else {}
        for name in names:
            found = there.get(_folded(name + _ENDING))
            if found is None:
                return str(wanted.with_name(name + _ENDING)), False
            if found.is_file() and paper_of(_head(found)) == saved.paper.id:
                return str(wanted.with_name(found.name)), True
        raise FileExistsError(0, f"there are files of the name {wanted.name}{_ENDING} already")

    def _update(self, copy: SavedCopy, note: SavedNote) -> None:
        target = self._folder / copy.key
        before = target.stat()
        text, newline = _read(target)
        changed = merged(text, note, fields_written(copy.content))
        if changed == text:
            return
        content = changed.replace("\n", newline).encode("utf-8", "replace")
        now = target.stat()
        if (now.st_mtime_ns, now.st_size) != (before.st_mtime_ns, before.st_size):
            raise Unmergeable("it is being changed at this moment")
        replace_file(target, content)

    def _moved_to(self, paper: PaperId) -> str | None:
        """Return where a note is that its reader has renamed or moved within the folder."""
        if self._moved is None:
            self._moved = dict(self._notes())
        return self._moved.get(paper)

    def _notes(self) -> list[tuple[str, str]]:
        found = []
        for count, file in enumerate(self._folder.rglob(f"*{_ENDING}")):
            if count >= _MOST_FILES:
                break
            inside = file.relative_to(self._folder)
            # Where programs for notes keep what was deleted.
            if any(part.startswith(".") for part in inside.parts) or not file.is_file():
                continue
            paper = paper_of(_head(file))
            if paper:
                found.append((paper, inside.as_posix()))
        return found

    def _copy(
        self,
        before: SavedCopy | None,
        paper: PaperId,
        state: CopyState,
        *,
        key: str | None = None,
        content: str | None = None,
        problem: str | None = None,
    ) -> SavedCopy:
        known = (before.key, before.content) if before else ("", "")
        return SavedCopy(
            paper,
            state,
            self._now(),
            known[0] if key is None else key,
            known[1] if content is None else content,
            problem,
        )


def _was_written(copy: SavedCopy) -> bool:
    """Return whether a note was certainly there: then one that is not has been deleted."""
    return copy.state is CopyState.THERE or (copy.state is CopyState.FAILED and bool(copy.content))


def _at(copy: SavedCopy | None, problem: str) -> str:
    return f"{copy.key}: {problem}" if copy and copy.key else problem


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _head(file: Path) -> str:
    """Return the beginning of a file, as far as its front matter can reach."""
    try:
        with file.open("rb") as opened:
            text = opened.read(_HEAD).decode("utf-8-sig", "replace")
    except OSError:
        return ""
    return text.replace("\r\n", "\n")


def _read(file: Path) -> tuple[str, str]:
    """Return the text of a note with plain line ends, and the line end that it has."""
    with file.open("rb") as opened:
        content = opened.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise Unmergeable("it is larger than a megabyte")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unmergeable("it is not UTF-8 text") from error
    if "\r\n" not in text:
        return text, "\n"
    if text.count("\r\n") != text.count("\n"):
        raise Unmergeable("it has line ends of two kinds")
    return text.replace("\r\n", "\n"), "\r\n"


def _unwritable(folder: Path, error: OSError) -> SavingError:
    return SavingError(
        f"the folder of notes {folder} cannot be written to ({error.strerror})",
        hint="check its owner, or name another folder in [notes]",
    )

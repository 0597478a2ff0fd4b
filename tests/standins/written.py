"""What stands in a page of the documentation: its blocks of code, commands, links and headings."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from textwrap import dedent

_NOT_RUN = re.compile(r"<!-- not run: (?P<reason>[^>]+?) -->\s*\Z")
_BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<kind>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
_CODE = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^()\s]+)\)")
_ELSEWHERE = re.compile(r"[a-z]+:")
_HEADING = re.compile(r"^#{1,6} +(?P<title>.+?)$", re.MULTILINE)
_SETTING = re.compile(r"[A-Z_]+=")
_BETWEEN_COMMANDS = frozenset("();<>|&")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code, the page that it stands in and its first line there."""

    page: Path
    line: int
    kind: str
    text: str
    not_run: str | None = None
    """Why it cannot be run, as a comment before it says."""

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path, kind: str) -> Iterator[Block]:
    """Return a page's blocks of one kind, such as sh, without the indent of a list."""
    written = page.read_text("utf-8")
    for found in _BLOCK.finditer(written):
        if found["kind"] == kind:
            line = written.count("\n", 0, found.start("text")) + 1
            marked = _NOT_RUN.search(written, 0, found.start())
            yield Block(page, line, kind, dedent(found["text"]), marked and marked["reason"])


def commands(shell: str, program: str) -> Iterator[tuple[str, ...]]:
    """Return what a program is called with in some lines of shell, each time it is called."""
    for line in shell.replace("\\\n", " ").splitlines():
        for called in _simple(line):
            words = [*called]
            while words and _SETTING.match(words[0]):
                del words[0]
            if words and Path(words[0]).name == program:
                yield tuple(words[1:])


def links(page: Path) -> tuple[str, ...]:
    """Return the targets of a page's links to files and headings, none into the web."""
    targets = (found["target"] for found in _LINK.finditer(_prose(page)))
    return tuple(target for target in targets if not _ELSEWHERE.match(target))


def anchors(page: Path) -> frozenset[str]:
    """Return the names that a page's headings have in addresses, as GitHub makes them."""
    text = _BLOCK.sub("", page.read_text("utf-8"))
    seen: Counter[str] = Counter()
    names = set()
    for found in _HEADING.finditer(text):
        name = re.sub(r"[^\w\- ]", "", found["title"].lower()).replace(" ", "-")
        names.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return frozenset(names)


def _prose(page: Path) -> str:
    return _CODE.sub("", _BLOCK.sub("", page.read_text("utf-8")))


def _simple(line: str) -> Iterator[tuple[str, ...]]:
    """Part a line at the signs that stand between commands; what follows a # is a remark."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    for between, words in groupby(
        lexer, key=lambda word: bool(word) and {*word} <= _BETWEEN_COMMANDS
    ):
        if not between:
            yield tuple(words)

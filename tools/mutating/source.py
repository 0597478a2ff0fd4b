"""The text of a Python file, its tree, and which parts of it are worth breaking.

Left alone is what no test should notice: docstrings and annotations, `__repr__`, log calls, blocks
for type checkers, and what is marked `pragma: no cover`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

UNSEEN = {
    "frozen",
    "slots",
    "kw_only",
    "repr",
    "strict",
    "daemon",
    "indent",
    "stacklevel",
}
"""What a call says of its own making, not of what comes out."""

_LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


@dataclass(frozen=True, slots=True)
class Breakage:
    """A piece of a source, from `start` to `end`, and what stands there instead."""

    line: int
    start: int
    end: int
    text: str

    def applied(self, source: str) -> str:
        """Return the broken source."""
        return source[: self.start] + self.text + source[self.end :]

    def shown(self, source: str, *, around: int = 24) -> tuple[str, str]:
        """Return what stood there and what stands there, with a little of the line around it."""
        first = source.rfind("\n", 0, self.start) + 1
        last = source.find("\n", self.end)
        before = source[first : last if last >= 0 else len(source)]
        after = before[: self.start - first] + self.text + before[self.end - first :]
        return _around_the_change(_squeezed(before), _squeezed(after), around)


class Source:
    """A source, its tree, and where in the text a node stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._lines = text.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def live(self, node: ast.AST) -> Iterator[ast.AST]:
        """Return a node and all below it whose breakage a test could notice."""
        if self._spared(node):
            return
        yield node
        if isinstance(node, ast.JoinedStr):
            return  # where its parts stand depends on the version of Python
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "decorator_list", "bases", "type_comment"}:
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from self.live(child)

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return where a node starts and ends."""
        assert isinstance(node, ast.expr | ast.stmt | ast.keyword | ast.arg | ast.excepthandler)  # noqa: S101  # those that have a place
        end_line, end_column = node.end_lineno, node.end_col_offset
        assert end_line is not None  # noqa: S101  # parsed, not made
        assert end_column is not None  # noqa: S101  # likewise
        return self._offset(node.lineno, node.col_offset), self._offset(end_line, end_column)

    def whole(self, node: ast.AST) -> tuple[int, int]:
        """Return a node's span with the parentheses around it."""
        start, end = self.span(node)
        while True:
            left, right = start - 1, end
            while self.text[left : left + 1].isspace():
                left -= 1
            while self.text[right : right + 1].isspace():
                right += 1
            if left < 0 or (self.text[left], self.text[right : right + 1]) != ("(", ")"):
                return start, end
            start, end = left, right + 1

    def of(self, node: ast.AST) -> str:
        """Return the text of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    def instead(self, node: ast.AST, text: str) -> Breakage:
        """Put something in a node's place."""
        return self.replaced(*self.span(node), text)

    def replaced(self, start: int, end: int, text: str) -> Breakage:
        """Put something in the place of a piece of the text."""
        return Breakage(self.text.count("\n", 0, start) + 1, start, end, text)

    def between(self, left: ast.AST, right: ast.AST, pattern: str, text: str) -> Iterator[Breakage]:
        """Exchange an operator that stands between two nodes."""
        start, end = self.span(left)[1], self.span(right)[0]
        if found := re.search(pattern, re.sub(r"#[^\n]*", _blank, self.text[start:end])):
            yield self.replaced(start + found.start(), start + found.end(), text)

    @cached_property
    def patterns(self) -> frozenset[str]:
        """Names of the module that stand for a compiled regular expression."""
        return frozenset(
            target.id
            for node in self.tree.body
            if isinstance(node, ast.Assign) and called(node.value) == "compile"
            for target in node.targets
            if isinstance(target, ast.Name)
        )

    def _offset(self, line: int, column: int) -> int:
        characters = self._lines[line - 1].encode()[:column].decode()
        return self._starts[line - 1] + len(characters)

    def _spared(self, node: ast.AST) -> bool:
        match node:
            case (
                (ast.Import() | ast.ImportFrom() | ast.Assert() | ast.Expr(value=ast.Constant()))
                | (
                    ast.FunctionDef(name="__repr__")
                    | ast.ClassDef(bases=[*_, ast.Name("Protocol")])
                )
                | ast.If(test=ast.Name("TYPE_CHECKING") | ast.Compare(left=ast.Name("__name__")))
                | ast.Subscript(value=ast.Name("Literal" | "Annotated"))
            ):
                return True
            case ast.keyword(arg=name):
                return name in UNSEEN
            case ast.Expr(value=ast.Call(func=ast.Attribute(logger, name))) if name in _LOG_METHODS:
                return "log" in self.of(logger).lower()
        return isinstance(node, ast.stmt | ast.excepthandler) and self._uncovered(node)

    def _uncovered(self, node: ast.stmt | ast.excepthandler) -> bool:
        body = getattr(node, "body", None)
        last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
        header = self._lines[node.lineno - 1 : max(node.lineno, last)]
        return any("pragma: no cover" in line for line in header)


def called(node: ast.AST) -> str:
    """Return the name that is called, `f` in `f(x)` and in `a.f(x)`; none for anything else."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name
    return ""


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _around_the_change(before: str, after: str, around: int) -> tuple[str, str]:
    shorter = min(len(before), len(after))
    same = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    tail = next(
        (n for n in range(shorter - same) if before[-1 - n] != after[-1 - n]), shorter - same
    )
    first = max(0, same - around)
    return _cut(before, first, tail, around), _cut(after, first, tail, around)


def _cut(text: str, first: int, tail: int, around: int) -> str:
    last = len(text) - max(0, tail - around)
    return ("…" if first else "") + _shortened(text[first:last]) + ("…" if last < len(text) else "")


def _shortened(text: str, most: int = 90) -> str:
    half = most // 2
    return text if len(text) <= most else f"{text[:half]} … {text[-half:]}"

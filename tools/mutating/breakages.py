"""What can be broken in a source, one small thing at a time: `<` for `<=`, a call left out.

Each function here takes a node and gives its breakages. Strings are left alone, but for regular
expressions and SQL.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from mutating.names import Names
from mutating.source import UNSEEN, Breakage, Source, called
from mutating.strings import flags_dropped, other_patterns, other_sql

_COMPARISONS: Mapping[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: (r"is\s+not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: (r"not\s+in", "in"),
}
_NEGATED = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
"""Comparisons whose breakage is their opposite: to negate all of it would be the same again."""

_ARITHMETIC: Mapping[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
}
_OTHER_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "reversed": "iter"}
_OTHER_METHODS = {
    "startswith": "endswith",
    "endswith": "startswith",
    "removeprefix": "removesuffix",
    "removesuffix": "removeprefix",
    "fullmatch": "match",
    "match": "search",
    "search": "match",
}
_TIDYING = {"strip", "lstrip", "rstrip", "lower", "upper", "casefold"}
_OPTIONAL = {"sorted": {"key", "reverse"}, "min": {"key", "default"}, "max": {"key", "default"}}
_OF_PATTERNS = {
    *("compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"),
}

_LARGE = 1000
"""From here on a number is a size, and one more or less of it is nothing to notice: twice is."""


def breakages(source: str, names: Names | None = None) -> tuple[Breakage, ...]:
    """Return every breakage of a source, in the order of the text; some may be no Python.

    See `works`: to try all of them here would take longer than to draw some and try those.
    """
    text, names = Source(source), names or Names()
    found = (
        breakage
        for node in text.live(text.tree)
        for each in (
            *(breaking(text, node) for breaking in _BREAKING),
            _a_keyword_less(text, node, names),
            _another_member(text, node, names),
        )
        for breakage in each
    )
    return tuple(sorted(set(found), key=lambda each: (each.start, each.end, each.text)))


def works(breakage: Breakage, source: str) -> bool:
    """Return whether the broken source is valid Python and a different program."""
    try:
        broken = ast.parse(breakage.applied(source))
    except (SyntaxError, ValueError):
        return False
    return ast.dump(broken) != ast.dump(ast.parse(source))


def _another_comparison(text: Source, node: ast.AST) -> Iterator[Breakage]:
    if not isinstance(node, ast.Compare):
        return
    for left, operator, right in zip(
        [node.left, *node.comparators], node.ops, node.comparators, strict=False
    ):
        pattern, other = _COMPARISONS[type(operator)]
        yield from text.between(
            left, right, rf"\b{pattern}\b" if "i" in pattern else pattern, other
        )


def _another_conjunction(text: Source, node: ast.AST) -> Iterator[Breakage]:
    if not isinstance(node, ast.BoolOp):
        return
    word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for left, right in pairwise(node.values):
        yield from text.between(left, right, rf"\b{word}\b", other)


def _a_condition_less(text: Source, node: ast.AST) -> Iterator[Breakage]:
    if isinstance(node, ast.BoolOp):
        yield from _one_less(text, node.values)


def _an_exception_less(text: Source, node: ast.AST) -> Iterator[Breakage]:
    if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Tuple):
        yield from _one_less(text, node.type.elts)


def _one_less(text: Source, nodes: list[ast.expr]) -> Iterator[Breakage]:
    spans = [text.whole(node) for node in nodes]
    for (start, _), (following, _) in pairwise(spans):
        yield text.replaced(start, following, "")
    yield text.replaced(spans[-2][1] if len(spans) > 1 else spans[-1][0], spans[-1][1], "")


def _not_negated(text: Source, node: ast.AST) -> Iterator[Breakage]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield text.instead(node, text.of(node.operand))


def _negated(text: Source, node: ast.AST) -> Iterator[Breakage]:
    tests = []
    if isinstance(node, ast.If | ast.IfExp):
        tests = [node.test]
    elif isinstance(node, ast.comprehension):
        tests = node.ifs
    for test in tests:
        if not _flips(test):
            yield text.instead(test, f"not ({text.of(test)})")


def _flips(test: ast.expr) -> bool:
    """Return whether another breakage already negates this test."""
    if isinstance(test, ast.UnaryOp):
        return isinstance(test.op, ast.Not)
    return (
        isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], _NEGATED)
    )


def _other_arithmetic(text: Source, node: ast.AST) -> Iterator[Breakage]:
    if isinstance(node, ast.AugAssign) and type(node.op) in _ARITHMETIC:
        sign, other = _ARITHMETIC[type(node.op)]
        yield from text.between(node.target, node.value, re.escape(sign + "="), other + "=")
    elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        if _is_text(node.left) or _is_text(node.right):
            return  # nothing but an error would come of it
        sign, other = _ARITHMETIC[type(node.op)]
        yield from text.between(node.left, node.right, re.escape(sign), other)


def _another_number(text: Source, node: ast.AST) -> Iterator[Breakage]:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield text.instead(node, str(node.value + 1 if node.value < _LARGE else node.value * 2))
        if 0 < node.value < _LARGE:
            yield text.instead(node, str(node.value - 1))


def _the_other_truth(text: Source, node: ast.AST) -> Iterator[Breakage]:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield text.instead(node, str(not node.value))


def _another_answer(text: Source, node: ast.AST) -> Iterator[Breakage]:
    if not isinstance(node, ast.FunctionDef) or _generates(node):
        return
    promised = text.of(node.returns) if node.returns else ""
    if promised == "None":
        return
    for answer in _answers(node.body):
        if answer.value is None or isinstance(answer.value, ast.Constant) or _flips(answer.value):
            continue
        said = text.of(answer.value)
        yield text.instead(answer.value, f"not ({said})" if promised == "bool" else "None")


def _answers(body: list[ast.stmt]) -> Iterator[ast.Return]:
    for node in body:
        if isinstance(node, ast.Return):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.ClassDef):
            for name in ("body", "orelse", "finalbody"):
                yield from _answers(getattr(node, name, []))
            for inner in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
                yield from _answers(inner.body)


def _generates(node: ast.FunctionDef) -> bool:
    return any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node))


def _another_function(text: Source, node: ast.AST) -> Iterator[Breakage]:
    if not isinstance(node, ast.Call):
        return
    name = called(node)
    if isinstance(node.func, ast.Name):
        if name in _OTHER_NAMES:
            yield text.instead(node.func, _OTHER_NAMES[name])
        elif name == "sorted":
            yield text.instead(node, text.of(node) + "[::-1]")
    elif isinstance(node.func, ast.Attribute) and name in _OTHER_METHODS | dict.fromkeys(_TIDYING):
        receiver = text.of(node.func.value)
        if name in {"fullmatch", "match", "search"} and receiver not in text.patterns | {"re"}:
            return
        _, end = text.span(node.func)
        if name in _OTHER_METHODS:
            yield text.replaced(end - len(name), end, _OTHER_METHODS[name])
        else:
            yield text.instead(node, receiver)


def _a_keyword_less(text: Source, node: ast.AST, names: Names) -> Iterator[Breakage]:
    if not isinstance(node, ast.Call) or not node.keywords:
        return
    name = called(node)
    optional = _OPTIONAL.get(name) or names.optional.get(name, frozenset())
    given = sorted((*node.args, *node.keywords), key=text.span)
    for place, argument in enumerate(given):
        if not isinstance(argument, ast.keyword) or argument.arg not in optional:
            continue
        if argument.arg in UNSEEN:
            continue
        start, end = text.whole(argument) if len(given) > 1 else text.span(argument)
        if place + 1 < len(given):
            end = text.whole(given[place + 1])[0]
        elif place:
            start = text.whole(given[place - 1])[1]
        yield text.replaced(start, end, "")


def _another_slice(text: Source, node: ast.AST) -> Iterator[Breakage]:
    if not isinstance(node, ast.Slice):
        return
    for bound in (node.lower, node.upper):
        if bound is not None and not isinstance(bound, ast.Constant | ast.UnaryOp):
            yield text.instead(bound, f"{text.of(bound)} + 1")


def _a_statement_less(text: Source, node: ast.AST) -> Iterator[Breakage]:
    match node:
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.AugAssign():
            yield text.instead(node, "pass")
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) | ast.Delete():
            yield text.instead(node, "pass")
        case ast.Return(value=None) | ast.Raise(exc=None):
            yield text.instead(node, "pass")
        case ast.Raise() if "AssertionError" not in text.of(node):
            yield text.instead(node, "pass")
        case ast.Continue():
            yield text.instead(node, "break")
        case ast.Break():
            yield text.instead(node, "continue")


def _another_member(text: Source, node: ast.AST, names: Names) -> Iterator[Breakage]:
    match node:
        case ast.Attribute(value=ast.Name(id=enumeration), attr=member, ctx=ast.Load()):
            members = names.members.get(enumeration, ())
            if member in members and len(members) > 1:
                other = members[(members.index(member) + 1) % len(members)]
                yield text.instead(node, f"{enumeration}.{other}")


def _the_other_pattern(text: Source, node: ast.AST) -> Iterator[Breakage]:
    """Swap patterns that stand in the same function: each is taken for the next."""
    if not isinstance(node, ast.FunctionDef):
        return
    used = [
        inner
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and inner.id in text.patterns
    ]
    names = sorted({inner.id for inner in used})
    for inner in used if len(names) > 1 else ():
        yield text.instead(inner, names[(names.index(inner.id) + 1) % len(names)])


def _a_changed_pattern(text: Source, node: ast.AST) -> Iterator[Breakage]:
    if not isinstance(node, ast.Call) or not node.args or called(node) not in _OF_PATTERNS:
        return
    if not isinstance(node.func, ast.Attribute) or text.of(node.func.value) != "re":
        return
    for part in text.live(node.args[0]):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            whole = part is node.args[0]
            for pattern in other_patterns(part.value, whole=whole):
                yield text.instead(part, _written(pattern))
    if len(node.args) > 1 and called(node) == "compile":
        for flags in flags_dropped(text.of(node.args[1])):
            yield text.instead(node.args[1], flags)


def _written(pattern: str) -> str:
    plain = '"' not in pattern and "\n" not in pattern and not pattern.endswith("\\")
    return f'r"{pattern}"' if plain else repr(pattern)


def _changed_sql(text: Source, node: ast.AST) -> Iterator[Breakage]:
    if isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    ):
        start, _ = text.span(node)
        for first, last, other in other_sql(text.of(node)):
            yield text.replaced(start + first, start + last, other)


_BREAKING: tuple[Callable[[Source, ast.AST], Iterator[Breakage]], ...] = (
    _another_comparison,
    _another_conjunction,
    _a_condition_less,
    _an_exception_less,
    _not_negated,
    _negated,
    _other_arithmetic,
    _another_number,
    _the_other_truth,
    _another_answer,
    _another_function,
    _another_slice,
    _a_statement_less,
    _the_other_pattern,
    _a_changed_pattern,
    _changed_sql,
)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    )

"""What a package calls things, so far as what can be broken depends on it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Names:
    """Members of enumerations, and parameters that may be left out."""

    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    optional: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, sources: Iterable[str]) -> Self:
        """Read all sources; of two things of the same name, only what both have is known."""
        members: dict[str, tuple[str, ...]] = {}
        optional: dict[str, frozenset[str]] = {}
        for node in (node for source in sources for node in ast.walk(ast.parse(source))):
            if isinstance(node, ast.ClassDef) and _is_enumeration(node):
                ours = tuple(_assigned(node))
                members[node.name] = tuple(
                    name for name in members.get(node.name, ours) if name in ours
                )
            elif isinstance(node, ast.ClassDef):
                fields = frozenset(_fields_with_default(node))
                optional[node.name] = optional.get(node.name, fields) & fields
            elif isinstance(node, ast.FunctionDef):
                named = frozenset(_parameters_with_default(node))
                optional[node.name] = optional.get(node.name, named) & named
        return cls(members, optional)


def _is_enumeration(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Name) and base.id.endswith("Enum") for base in node.bases)


def _assigned(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            yield from (each.id for each in statement.targets if isinstance(each, ast.Name))


def _fields_with_default(node: ast.ClassDef) -> Iterator[str]:
    for statement in node.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
                yield name
            case ast.FunctionDef(name="__init__"):
                yield from _parameters_with_default(statement)


def _parameters_with_default(node: ast.FunctionDef) -> Iterator[str]:
    given = node.args
    positional = (*given.posonlyargs, *given.args)
    yield from (each.arg for each in positional[len(positional) - len(given.defaults) :])
    for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if default is not None:
            yield each.arg

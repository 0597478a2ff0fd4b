"""Read lists of names in BibTeX: `Berg, Anna and others`, groups in braces, biblatex's parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from paperlark.importing.item import MOST_AUTHORS

_SIGN = re.compile(r"(?<!\\)[{}]|\s(?i:and)(?=\s)|,")
_PART = re.compile(r"\s*+\"?\s*+(?P<key>[a-z-]{2,20})\s*+=(?P<value>.*)", re.DOTALL)
_NAME_PARTS = ("given", "prefix", "family", "suffix")
_KEYS = {*_NAME_PARTS, "useprefix", "id", "given-i", "family-i", "prefix-i", "suffix-i"}
_LAST_JR_FIRST = 3


def read_names(text: str) -> Iterator[str]:
    """Yield every name, given name first; `others` is nobody. TeX stays as it is."""
    for count, name in enumerate(_split(text, " and ")):
        if count >= MOST_AUTHORS:
            return
        bare = name.strip()
        if bare and bare.lower() != "others":
            yield _name(bare)


def _split(text: str, sign: str) -> Iterator[str]:
    """Split at commas or at `and`, outside braces; one pass, however deep they are."""
    depth = start = 0
    for found in _SIGN.finditer(text):
        match found[0]:
            case "{":
                depth += 1
            case "}":
                depth = max(0, depth - 1)
            case other if depth == 0 and (other == ",") == (sign == ","):
                yield text[start : found.start()]
                start = found.end()
    yield text[start:]


def _name(text: str) -> str:
    """Write `King, Jr., Martin` as Martin King, Jr., as arXiv does."""
    parts = [part.strip() for part in _split(text, ",")]
    extended = [_PART.fullmatch(part) for part in parts]
    if all(one and one["key"] in _KEYS for one in extended):
        return _extended({one["key"]: _unquoted(one["value"]) for one in extended if one})
    if len(parts) == 1:
        return text
    if len(parts) >= _LAST_JR_FIRST:
        last, suffix, first = parts[0], parts[1], " ".join(parts[2:])
        return f"{first} {last}, {suffix}" if suffix else f"{first} {last}"
    return f"{parts[1]} {parts[0]}".strip()


def _unquoted(value: str) -> str:
    return value.strip().removesuffix('"').strip()


def _extended(parts: dict[str, str]) -> str:
    """Join the parts of a name; the prefix belongs to it, however it is sorted."""
    name = " ".join(filter(None, (parts.get(part) for part in _NAME_PARTS[:-1])))
    suffix = parts.get("suffix")
    return f"{name}, {suffix}" if suffix else name

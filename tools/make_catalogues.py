"""Extract the words of pages into their catalogues, and check that every language is complete.

`python tools/make_catalogues.py` adds new texts to each catalogue, without a translation, and
removes those that no page has any more. `--check` only reports; it exits with 1 where a text lacks
a translation, is not in a page, has other placeholders, or is far longer than the English.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from paperlark.renderers.catalogue import CATALOGUES

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "paperlark"
FOLDER = PACKAGE / "renderers" / "catalogues"
SOURCES = ("renderers", "site", "delivery", "web")
"""Rooms whose texts are on pages and in messages."""

_KEYWORDS = {"_": None, "marked": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
_LONGEST, _SPARE = 1.6, 12
"""How much longer than the English a text may be: this factor, or so many characters."""

_HEAD = """\
# The words of paperlark's pages in another language. Texts: python tools/make_catalogues.py
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""

_Text = str | tuple[str, ...] | list[str]


def pages() -> Catalog:
    """Return every text that pages may show, in English."""
    found = Catalog(project="paperlark", charset="utf-8", fuzzy=False)
    for room in SOURCES:
        for path in sorted((PACKAGE / room).rglob("*")):
            for text, context in _texts(path):
                found.add(text, context=context, locations=[(_name(path), 1)])
    return found


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE.parent.parent).as_posix()


def _texts(path: Path) -> Iterator[tuple[_Text, str | None]]:
    if path.suffix == ".py":
        yield from _python(ast.parse(path.read_text("utf-8")))
    elif path.suffix == ".html":
        with path.open("rb") as file:
            method = "jinja2.ext.babel_extract"
            options = {"extensions": "", "silent": "false", "trim_blocks": "true"}
            for _line, text, _comments, context in extract(
                method, file, keywords=_KEYWORDS, options=options
            ):
                yield text, context


def _python(tree: ast.AST) -> Iterator[tuple[_Text, str | None]]:
    """Yield the texts of calls, also of those inside f-strings, which Babel does not read."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        words = [one.value for one in node.args if isinstance(one, ast.Constant)]
        texts = [one for one in words if isinstance(one, str)]
        match node.func.id, texts:
            case (("_" | "gettext" | "marked"), [text]):
                yield text, None
            case "ngettext", [one, many]:
                yield (one, many), None
            case "pgettext", [context, text]:
                yield text, context


def read(language: str) -> Catalog:
    """Return a catalogue as it is stored."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return Catalog(language, project="paperlark", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> None:
    """Write a catalogue with the texts of today and the translations that it has."""
    before, now = read(language), Catalog(language, project="paperlark", fuzzy=False)
    for message in _messages(pages()):
        known = before.get(message.id, message.context)
        text = known.string if known else None
        now.add(message.id, text, context=message.context, locations=message.locations)
    written = BytesIO()
    write_po(written, now, width=100, sort_output=True, omit_header=True, include_lineno=False)
    # Without the dates that Babel's own head would have: the same texts give the same file.
    head = _HEAD.format(language=language, plural_forms=now.plural_forms)
    (FOLDER / f"{language}.po").write_bytes(head.encode() + written.getvalue())


def problems(language: str) -> Iterator[str]:
    """Yield what is wrong with a catalogue, one line each."""
    stored, wanted = read(language), pages()
    for message in _messages(wanted):
        known = stored.get(message.id, message.context)
        text = _first(message.id)
        if known is None:
            yield f"{language}: {text!r} is missing"
            continue
        for translated in _strings(known):
            yield from (f"{language}: {text!r} {fault}" for fault in faults(message.id, translated))
    for message in _messages(stored):
        if wanted.get(message.id, message.context) is None:
            yield f"{language}: no page has {_first(message.id)!r}"


def _messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def _first(text: _Text) -> str:
    return text if isinstance(text, str) else text[0]


def _strings(message: Message) -> tuple[str, ...]:
    found = message.string
    return (found,) if isinstance(found, str) else tuple(found or ())


def faults(source: _Text, translated: str) -> Iterator[str]:
    """Yield what is wrong with one translation."""
    if not translated.strip():
        if not _first(source).isspace():
            yield "has no translation"
        return
    texts = (source,) if isinstance(source, str) else source
    if _placeholders(translated) not in [_placeholders(text) for text in texts]:
        yield f"has other placeholders: {translated!r}"
    longest = max(map(len, texts))
    if len(translated) > max(longest * _LONGEST, longest + _SPARE):
        yield f"is much longer: {translated!r}"


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def main(arguments: list[str]) -> int:
    """Update or check every catalogue."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only report what is wrong")
    if not parser.parse_args(arguments).check:
        _each(update)
    found = [line for language in CATALOGUES for line in problems(language)]
    print("\n".join(found) or "Every catalogue is complete.")
    return 1 if found else 0


def _each(act: Callable[[str], None]) -> None:
    for language in CATALOGUES:
        act(language)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

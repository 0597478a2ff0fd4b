"""Render a page's Markdown: headings and settings get anchors, commands and settings get links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from doc_site.pages import Page

Link = Callable[[str], str]
"""Turn a target as the page's file has it into one of the site."""

COMMANDS, SETTINGS = "reference/commands.html", "reference/settings.html"
_COMMENT = re.compile(r"\s*<!--.*?-->\s*", re.DOTALL)
_TABLE = re.compile(r"^\[\[?(?P<name>[a-z_]+)\]\]?$")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with the text below it, for searching: its anchor is empty above the first."""

    title: str
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page's HTML, its anchors and its sections."""

    html: str
    anchors: frozenset[str]
    sections: tuple[Section, ...]


def anchor_of(title: str, seen: Counter[str]) -> str:
    """Return a heading's name in addresses, as GitHub makes it; `seen` counts equal ones."""
    name = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
    count = seen[name]
    seen[name] += 1
    return f"{name}-{count}" if count else name


def known_words(pages: Iterable[Page]) -> dict[str, str]:
    """Return the address of each command and setting by how text writes it: `[judge] model`."""
    words: dict[str, str] = {}
    for page in pages:
        if page.address not in {COMMANDS, SETTINGS}:
            continue
        tokens = _parse(page.text)
        _name_headings(tokens)
        for token, content in _headings(tokens):
            title = content.replace("`", "")
            words.setdefault(title, f"{page.address}#{token.attrs['id']}")
        if page.address == SETTINGS:
            for table, setting, anchor in _name_settings(tokens):
                words.setdefault(
                    f"[{table}] {setting}" if table else setting, f"{SETTINGS}#{anchor}"
                )
                if table:
                    words.setdefault(f"{table}.{setting}", f"{SETTINGS}#{anchor}")
    return words


def render(page: Page, link: Link, words: Mapping[str, str]) -> Rendered:
    """Render a page; `link` turns its targets, `words` are those of `known_words`.

    Raises ValueError where the page has HTML of its own: the site takes none.
    """
    tokens = _parse(page.text)
    _name_headings(tokens)
    if page.address == SETTINGS:
        for _ in _name_settings(tokens):
            pass
    tokens = [token for token in tokens if not _is_comment(token, page)]
    for token in tokens:
        if token.type == "inline":
            _turn_links(token, link)
            _link_words(token, link, words, page)
        if token.type in {"fence", "code_block", "table_open"}:
            # What is wider than a telephone is moved by keys as well as by fingers.
            token.meta["wide"] = True
    html = _to_html(tokens)
    return Rendered(html, frozenset(_ids(tokens)), tuple(_sections(tokens, page.title)))


def _parse(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(text)


def _headings(tokens: Sequence[Token]) -> list[tuple[Token, str]]:
    return [
        (token, following.content)
        for token, following in pairwise(tokens)
        if token.type == "heading_open"
    ]


def _name_headings(tokens: Sequence[Token]) -> None:
    seen: Counter[str] = Counter()
    for token, content in _headings(tokens):
        token.attrSet("id", anchor_of(content, seen))


def _name_settings(tokens: Sequence[Token]) -> list[tuple[str, str, str]]:
    """Name the row of each setting, and return their tables, names and anchors."""
    table, named = "", []
    for at, token in enumerate(tokens):
        content = tokens[at + 1].content if at + 1 < len(tokens) else ""
        if token.type == "heading_open":
            found = _TABLE.match(content.strip("`"))
            table = found["name"] if found else ""
            section = str(token.attrs["id"])
        elif token.type == "tr_open" and tokens[at + 1].type == "td_open":
            setting = tokens[at + 2].content.strip("`")
            anchor = f"{section}.{setting}"
            token.attrSet("id", anchor)
            named.append((table, setting, anchor))
    return named


def _is_comment(token: Token, page: Page) -> bool:
    if token.type != "html_block":
        return False
    if not _COMMENT.fullmatch(token.content):
        raise ValueError(f"{page.source} has HTML of its own: {token.content.strip()[:60]}")
    return True


def _turn_links(inline: Token, link: Link) -> None:
    for child in inline.children or ():
        if child.type == "link_open":
            child.attrSet("href", link(str(child.attrs["href"])))
        elif child.type == "image":
            child.attrSet("src", link(str(child.attrs["src"])))
            child.attrSet("loading", "lazy")


def _link_words(inline: Token, link: Link, words: Mapping[str, str], page: Page) -> None:
    """Make links of commands and settings that are named outside links and of other pages."""
    children, depth = [], 0
    for child in inline.children or ():
        depth += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        target = _target(child.content, words) if child.type == "code_inline" else None
        if target is None or depth or target.startswith(f"{page.address}#"):
            children.append(child)
            continue
        opened = Token("link_open", "a", 1, {"href": link(f"site:{target}"), "class": "word"})
        children += [opened, child, Token("link_close", "a", -1)]
    inline.children = children


def _target(code: str, words: Mapping[str, str]) -> str | None:
    """Return where a command with its options, or a setting, is explained; None for other code."""
    if not code.startswith("paperlark "):
        return words.get(code) if code.startswith("[") or "." in code else None
    parts = code.split()
    return next(
        (
            words[name]
            for count in (3, 2)
            if len(parts) >= count and (name := " ".join(parts[:count])) in words
        ),
        None,
    )


def _to_html(tokens: Sequence[Token]) -> str:
    markdown = MarkdownIt("commonmark").enable("table")
    pieces, run = [], list[Token]()
    for token in tokens:
        if token.meta.get("wide"):
            pieces.append(markdown.renderer.render(run, markdown.options, {}))
            run = []
            if token.type == "table_open":
                pieces.append('<div class="wide" tabindex="0" role="region" aria-label="Table">')
                run.append(token)
            else:
                pieces.append(f'<pre tabindex="0"><code>{escape(token.content)}</code></pre>\n')
        else:
            run.append(token)
            if token.type == "table_close":
                pieces.append(markdown.renderer.render(run, markdown.options, {}) + "</div>\n")
                run = []
    pieces.append(markdown.renderer.render(run, markdown.options, {}))
    return "".join(pieces)


def _ids(tokens: Iterable[Token]) -> Iterable[str]:
    return (str(token.attrs["id"]) for token in tokens if "id" in token.attrs)


def _sections(tokens: Sequence[Token], title: str) -> list[Section]:
    found, text, heading, anchor = list[Section](), list[str](), title, ""
    opened = False
    for token in tokens:
        if token.type == "heading_open":
            if text:
                found.append(Section(heading, anchor, " ".join(text)))
            anchor, text, opened = str(token.attrs["id"]), [], True
        elif token.type == "inline" and opened:
            heading, opened = token.content.replace("`", ""), False
        elif token.type in {"inline", "fence", "code_block"}:
            text.append(_plain(token))
    return [*found, Section(heading, anchor, " ".join(text))]


def _plain(token: Token) -> str:
    if token.type != "inline":
        return token.content
    kinds = {"text", "code_inline"}
    return "".join(
        child.content if child.type in kinds else " " if child.type == "softbreak" else ""
        for child in token.children or ()
    )

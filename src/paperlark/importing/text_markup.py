"""Strip markup of publishers from titles and abstracts: JATS, HTML and MathML tags, entities."""

from __future__ import annotations

import html
import re

_BLOCKS = "p|title|sec|br|div|li|ul|ol|list|list-item|disp-formula|h[1-6]|section"
_INLINE = (
    "i|b|u|em|strong|sub|sup|sc|span|italic|bold|underline|monospace|roman|sans-serif|tt|code|a"
    "|font|small|inline-formula|tex-math|named-content|styled-content|xref|ext-link|email|abstract"
    "|alternatives|inline-graphic|strike|nobr|q|cite"
)
_TAG = re.compile(
    rf"</?(?:(?P<jats>jats:|mml:)[a-z][\w-]{{0,40}}|(?P<block>{_BLOCKS})|{_INLINE})"
    r"(?:\s[^<>]{0,500})?\s?/?>",
    re.IGNORECASE | re.ASCII,
)
_JATS_INLINE = re.compile(rf"</?(?:jats:(?:{_INLINE})|mml:)\b", re.IGNORECASE)
_HEADING = re.compile(
    r"(?<!\s)\s*+<(?:jats:)?title>\s*+abstract\s*+[.:]?\s*+</(?:jats:)?title>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,30});", re.IGNORECASE)


def strip_markup(text: str) -> str:
    """Drop known tags and decode entities; a bare `<` stays: `a < b` is no tag.

    Tags may themselves be written as entities, as in some databases.
    """
    if "<" not in text and "&" not in text:
        return text
    plain = _untagged(text)
    if "&" in plain:
        plain = _untagged(_ENTITY.sub(lambda found: html.unescape(found[0]), plain))
    return plain


def _untagged(text: str) -> str:
    return _TAG.sub(_space_of, _HEADING.sub("", text, count=1)) if "<" in text else text


def _space_of(tag: re.Match[str]) -> str:
    """Return the space that a tag stands for: words on both sides of a paragraph's are apart."""
    if tag["jats"]:
        return "" if _JATS_INLINE.match(tag[0]) else " "
    return " " if tag["block"] else ""

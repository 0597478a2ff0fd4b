"""The words of the scripts of pages, which a page in another language hands to them."""

from __future__ import annotations

import json

from paperlark.renderers.catalogue import gettext, is_english, marked

WORDS: dict[str, tuple[str, ...]] = {
    "pad.js": (
        marked("1 vote"),
        marked("{count} votes"),
        marked("No votes on this page yet"),
        marked("This browser keeps nothing: copy the lines before you leave this page."),
        marked("Copied. In a terminal: paperlark vote -"),
        marked("Marked: copy them as you copy any text."),
        marked("Votes {first} to {last} of {all}: submit the issue there."),
        marked(
            "Votes {first} to {last} of {all}: submit the issue there, and press Send again for"
            " the others."
        ),
        marked("Delete the votes on this page from this browser?"),
    ),
    "search.js": (
        marked("No paper has {words}; showing {others}:"),
        marked("No paper contains all of these words. Words found in most papers are ignored."),
        marked("More than {count} papers. The best {count}:"),
        marked("1 paper"),
        marked("{count} papers"),
        marked("Searching …"),
        marked("Could not read the search index ({problem})."),
    ),
}
"""What each script may show, as it is written there."""


def script_words(script: str) -> str:
    """Return the words of a script as JSON, each with its translation; empty for English."""
    if is_english():
        return ""
    return json.dumps({text: gettext(text) for text in WORDS[script]}, ensure_ascii=False)

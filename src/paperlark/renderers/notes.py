"""Notes and reasons of stored digests in the language of the page.

They are stored as English sentences with names and numbers in them, so each is recognized by the
pattern that it was made from. One that no pattern fits stays English, and is marked so.
"""

from __future__ import annotations

import re
from functools import cache

from paperlark.renderers.catalogue import gettext, is_english, marked

WORDS = (
    marked("new"),
    marked("cross"),
    marked("replace"),
    marked("replace-cross"),
    marked("RSS"),
    marked("listing page"),
    marked("catch-up page"),
    marked("OAI-PMH"),
    marked("search API"),
    marked("code"),
)
"""Announcement types, the endpoints of arXiv that announcements come from, a link."""

PATTERNS = (
    marked(
        "your criteria were translated into English by {model} for the ranking; the translation is"
        " at the end of the page"
    ),
    marked("your criteria were translated into English by {model} for the ranking"),
    marked(
        "your criteria share almost no words with the papers, which are in English, so no paper is"
        " ranked by them: write them in English, or name a model in [judge], which translates them"
        " once"
    ),
    marked(
        "your criteria share almost no words with the papers, which are in English, so no paper is"
        " ranked by them; {reason}"
    ),
    marked("{category} is missing: {reason}"),
    marked("{category} has {entries} of {expected} entries"),
    marked("{category} has no confirmed number of entries"),
    marked("{category} does not state its number of entries"),
    marked("{category} has {entries} entries reconstructed from submissions"),
    marked(
        "{category}: arXiv's {source} counts {expected} entries, and its feed has {more} more; all"
        " of them are taken"
    ),
    marked("{category} is empty on a day when arXiv should announce"),
    marked("{category} has entries on a day when arXiv should announce nothing"),
    marked("{category} is empty: arXiv could not be reached, and the calendar suggests a holiday"),
    marked("A bundled sample: some papers of that day, not the whole announcement."),
    marked("1 later vote is taken in, so this page shows more than what was known on that day"),
    marked(
        "{count} later votes are taken in, so this page shows more than what was known on that day"
    ),
    marked(
        "1 later vote is left out, so that this page shows what was known on that day; take it in"
        " with --with-all-votes"
    ),
    marked(
        "{count} later votes are left out, so that this page shows what was known on that day; take"
        " them in with --with-all-votes"
    ),
    marked("in a batch submitted on {day} at {time} UTC, not answered yet"),
    marked("in a batch submitted at {time} UTC, not answered yet"),
    marked("in a batch that may have been submitted at {time} UTC"),
    marked("papers were ranked by the embedded ranker: {reason}"),
    marked("the judge did not return a judgement"),
    marked("the model gave no comment"),
    marked("the model gave two different judgements of this paper"),
    marked("the model's reply left this paper out"),
    marked("the model's reply contained no judgement"),
    marked("the model's reply was empty"),
    marked("the model's reply judged papers that it was not asked about"),
    marked(
        "this run's budget of {amount} is used up (the rest is too little for another question):"
        " allow more with `run` in [budget]"
    ),
    marked("this run's budget of {amount} is used up: allow more with `run` in [budget]"),
    marked(
        "today's budget of {amount} is used up (the rest is too little for another question):"
        " allow more with `day` in [budget]"
    ),
    marked("today's budget of {amount} is used up: allow more with `day` in [budget]"),
    marked(
        "this month's budget of {amount} is used up (the rest is too little for another question):"
        " allow more with `month` in [budget]"
    ),
    marked("this month's budget of {amount} is used up: allow more with `month` in [budget]"),
    marked("1 paper waits for another reading in a batch"),
    marked("{count} papers wait for another reading in a batch"),
    marked("{service}: {count} of {papers} papers is not indexed yet"),
    marked("{service}: {count} of {papers} papers are not indexed yet"),
    marked("{service}: {count} of {papers} papers has authors without an id"),
    marked("{service}: {count} of {papers} papers have authors without an id"),
)
"""The sentences that notes are made from, the longer of two that fit first."""

_LONGEST = 600
"""Characters of a note that is compared with them."""


def note_text(note: str) -> str:
    """Return a note in the language of the page, or as it is where no pattern fits it."""
    if is_english() or len(note) > _LONGEST:
        return note
    for pattern, form in _forms():
        found = form.fullmatch(note)
        if found:
            return gettext(pattern).format(**found.groupdict())
    return gettext(note)


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (pattern, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(pattern))))
        for pattern in PATTERNS
    )

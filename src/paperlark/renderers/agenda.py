"""The agenda of a group's meeting as text: Markdown, plain, and BibTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from paperlark.domain.agenda import Agenda, AgendaItem
from paperlark.domain.delivery import Message
from paperlark.domain.plain_text import one_line
from paperlark.renderers import english, typeset
from paperlark.renderers.citations.formats import bibtex
from paperlark.renderers.markdown import escape_label, escape_line

NOTHING = (
    "No paper of these days is wanted by somebody who shows it. Each member chooses under Sharing"
    " what the group sees."
)
_NAMES = 6
"""Authors of a paper that are named."""


def days_text(agenda: Agenda) -> str:
    """Return the days of an agenda in words."""
    if agenda.first == agenda.last:
        return english.long_date(agenda.first)
    return f"{english.short_date(agenda.first)} to {english.short_date(agenda.last)}"


def who_text(item: AgendaItem) -> str:
    """Return who wants a paper and who saved it."""
    wanted = f"wanted by {_and(item.wanted_by)}" if item.wanted_by else ""
    saved = f"saved by {_and(item.saved_by)}" if item.saved_by else ""
    return "; ".join(filter(None, (wanted, saved)))


def _and(names: Sequence[str]) -> str:
    first = ", ".join(names[:-1])
    return f"{first} and {names[-1]}" if first else names[-1]


def authors_text(item: AgendaItem) -> str:
    """Return the names of the first authors of a paper, and how many more there are."""
    authors = item.paper.authors
    names = ", ".join(one_line(one.name) for one in authors[:_NAMES])
    more = len(authors) - _NAMES
    return f"{names} and {more} more" if more > 0 else names


def markdown_agenda(agenda: Agenda) -> str:
    """Return the agenda as Markdown; names and titles are only text in it."""
    return "\n\n".join(_markdown(agenda)) + "\n"


def _markdown(agenda: Agenda) -> Iterator[str]:
    yield f"# {escape_line(agenda.group)}: {days_text(agenda)}"
    if not agenda.items:
        yield NOTHING
    for place, item in enumerate(agenda.items, start=1):
        title = escape_label(typeset.plain(item.paper.title))
        authors, who = escape_line(authors_text(item)), escape_line(who_text(item))
        yield f"{place}. [{title}]({item.paper.url})  \n   {authors}  \n   {who}"


def plain_agenda(agenda: Agenda) -> str:
    """Return the agenda as plain text, for a mail."""
    return "\n\n".join(_plain(agenda)) + "\n"


def _plain(agenda: Agenda) -> Iterator[str]:
    yield f"{agenda.group}: {days_text(agenda)}"
    if not agenda.items:
        yield NOTHING
    for place, item in enumerate(agenda.items, start=1):
        title, who = typeset.plain(item.paper.title), who_text(item)
        yield f"{place}. {title}\n   {authors_text(item)}\n   {who}\n   {item.paper.url}"


def bibtex_agenda(agenda: Agenda) -> str:
    """Return the papers of the agenda as BibTeX, in its order."""
    return bibtex(item.paper for item in agenda.items)


AGENDA_FORMATS: Mapping[str, Callable[[Agenda], str]] = {
    "markdown": markdown_agenda,
    "text": plain_agenda,
    "bibtex": bibtex_agenda,
}
"""The forms of an agenda by name."""


def agenda_message(agenda: Agenda, address: str) -> Message:
    """Return the agenda as a mail that ends with the address of the group's page."""
    subject = f"{agenda.group}: agenda, {days_text(agenda)}"
    unshown = "It lists what members chose to show"
    return Message(subject, f"{plain_agenda(agenda)}\n--\n{unshown}: {address}/group\n")

"""Parse the forms of the web app: bounded, with known fields, and one line where one is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from paperlark.domain.paper import Identifier
from paperlark.domain.triage import LONGEST_ID, LONGEST_NOTE, Action

_LONGEST_FORM = 64 * 1024
"""Bytes: a note of 4,000 characters, each of them percent-encoded, and room."""
_MOST_FIELDS = 20
_MOST_PLACES = 100_000


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form; raises HTTPException where it is too long or none."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > _LONGEST_FORM:
            raise HTTPException(
                413, f"A form may have {_LONGEST_FORM // 1024} kB; nothing changed."
            )
    try:
        fields = parse_qsl(
            content.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise HTTPException(400, "This is no form of this page; nothing changed.") from error
    return dict(fields)


def event_fields(form: Mapping[str, str]) -> dict[str, object]:
    """Return the arguments of a triage event; raises HTTPException naming what is wrong."""
    paper = form.get("paper", "")
    if len(paper) > LONGEST_ID or Identifier.parse(paper) is None:
        raise _wrong("paper", "an arXiv identifier", paper)
    released = "release" in form
    action = form["release"] if released else form.get("action", "")
    if action not in set(Action):
        raise _wrong("action", f"one of {', '.join(Action)}", action)
    text = form.get("text", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_NOTE:
        raise HTTPException(413, f"A note may have {LONGEST_NOTE:,} characters; nothing changed.")
    return {
        "paper": paper,
        "action": Action(action),
        "on": not released and form.get("on", "1") != "0",
        "text": text,
        "event": event_id(form),
        "page": _day(form.get("page", "")),
        "place": _place(form.get("place", "")),
    }


def event_id(form: Mapping[str, str]) -> str:
    """Return the id of an event, made by the page; raises HTTPException where it is none."""
    found = form.get("event", "")
    if not 0 < len(found) <= LONGEST_ID or not found.isascii() or not found.isprintable():
        raise _wrong("event", f"1 to {LONGEST_ID} letters", found)
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise _wrong("page", "a day such as 2025-02-26", text) from error


def _place(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= _MOST_PLACES):
        raise _wrong("place", "a number from 1", text)
    return int(text)


def _wrong(field: str, expected: str, found: str) -> HTTPException:
    return HTTPException(400, f"{field}: expected {expected}, not {found[:40]!r}; nothing changed.")

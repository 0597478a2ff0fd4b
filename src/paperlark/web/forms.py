"""Parse the forms of the web app: bounded, with known fields, and one line where one is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from paperlark.domain.paper import Identifier
from paperlark.domain.triage import LONGEST_ID, LONGEST_NOTE, Action

LONGEST_FORM = 64 * 1024
"""Bytes: a note of 4,000 characters, each of them percent-encoded, and room."""
_MOST_FIELDS = 20
_MULTIPART = re.compile(
    r"multipart/form-data;\s*boundary=(?P<boundary>[^;\s]{1,80})", re.IGNORECASE
)
_NAMED = re.compile(
    r'content-disposition: form-data; name="(?P<name>[^"]*)"(?:; filename="(?P<file>[^"]*)")?',
    re.IGNORECASE,
)
_MOST_PLACES = 100_000
_WORDS = 4


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of a form, as a browser sent it; whatever its name says is not believed."""

    name: str
    content: bytes


async def read_form(request: Request, longest: int) -> Mapping[str, str]:
    """Return the fields of a form of so many bytes; raises HTTPException where it is no such."""
    content = await _read(request, longest)
    try:
        fields = parse_qsl(
            content.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"
        )
    except ValueError as error:
        raise _no_form() from error
    return dict(fields)


async def read_upload(
    request: Request, longest: int
) -> tuple[Mapping[str, str], Mapping[str, UploadedFile]]:
    """Return the fields and the files of a form with files; raises HTTPException for any other."""
    kind = _MULTIPART.fullmatch(request.headers.get("content-type", ""))
    content = await _read(request, longest)
    if kind is None:
        raise _no_form()
    parts = (b"\r\n" + content).split(b"\r\n--" + kind["boundary"].strip('"').encode())
    fields: dict[str, str] = {}
    files: dict[str, UploadedFile] = {}
    if len(parts) > _MOST_FIELDS:
        raise _no_form()
    for part in parts[1:-1]:
        head, _, body = part.partition(b"\r\n\r\n")
        named = _NAMED.search(head.decode(errors="replace"))
        if named is None:
            raise _no_form()
        if named["file"] is None:
            fields[named["name"]] = _text(body)
        elif body:
            files[named["name"]] = UploadedFile(named["file"], body)
    return fields, files


async def _read(request: Request, longest: int) -> bytes:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > longest:
            raise HTTPException(413, f"A form may have {longest // 1024} kB; nothing changed.")
    return bytes(content)


def _text(body: bytes) -> str:
    try:
        return body.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _no_form() from error


def _no_form() -> HTTPException:
    return HTTPException(400, "This is no form of this page; nothing changed.")


def event_fields(form: Mapping[str, str]) -> dict[str, object]:
    """Return the arguments of a triage event; raises HTTPException naming what is wrong.

    `do` says it all in four words: what is done, with a minus where it is released, to which paper,
    on the page of which day, and at which place there. A minus alone stands for what is not known.
    """
    words = form.get("do", "").split(" ")
    if len(words) != _WORDS:
        raise _wrong("do", "an action, a paper, a day and a place", form.get("do", ""))
    done, paper, day, place = words
    action = done.removeprefix("-")
    if action not in set(Action):
        raise _wrong("do", f"one of {', '.join(Action)}", action)
    if len(paper) > LONGEST_ID or Identifier.parse(paper) is None:
        raise _wrong("do", "an arXiv identifier", paper)
    text = form.get("text", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_NOTE:
        raise HTTPException(413, f"A note may have {LONGEST_NOTE:,} characters; nothing changed.")
    return {
        "paper": paper,
        "action": Action(action),
        "on": not done.startswith("-"),
        "text": text,
        "event": event_id(form),
        "page": None if day == "-" else parse_day(day),
        "place": None if place == "-" else _place(place),
    }


def parse_day(text: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> date:
    """Return a day that a form or an address names; raises HTTPException where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _wrong("day", "one such as 2025-02-26", text, status) from error


def event_id(form: Mapping[str, str]) -> str:
    """Return the id of an event, made by the page; raises HTTPException where it is none."""
    found = form.get("event", "")
    if not 0 < len(found) <= LONGEST_ID or not found.isascii() or not found.isprintable():
        raise _wrong("event", f"1 to {LONGEST_ID} letters", found)
    return found


def _place(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= _MOST_PLACES):
        raise _wrong("place", "a number from 1", text)
    return int(text)


def _wrong(
    field: str, expected: str, found: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST
) -> HTTPException:
    return HTTPException(
        status, f"{field}: expected {expected}, not {found[:40]!r}; nothing changed."
    )

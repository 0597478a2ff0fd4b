"""Follow one day's page through the package: which files it enters, in which order, room by room.

    python benchmarks/walk.py            # print the three walks and their totals
    python benchmarks/walk.py --write    # write them into docs/architecture.md, with its picture
    python benchmarks/walk.py --check    # exit code 1 where docs/architecture.md is out of date

Three walks on the bundled sample: a page without a model, a page with a model (a stand-in server on
loopback), and its mail (a stand-in mail server on loopback). A file is entered when one of its
named functions is called after the parts were put together; comprehensions and lambdas do not
count.

Exit code 1 too when a walk enters more files than it may.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import logging
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from types import CodeType, FrameType

from pytest_httpserver import HTTPServer

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "paperlark"
sys.path.insert(0, str(ROOT / "tests"))

from paperlark.compose.channels import open_deliveries  # noqa: E402
from paperlark.compose.pages import open_page_maker  # noqa: E402
from paperlark.settings import Settings, load_settings  # noqa: E402
from paperlark.settings.environment import Environment, RunOptions  # noqa: E402
from paperlark.testing import Silent  # noqa: E402
from standins import mail_server  # noqa: E402
from standins.mail_server import MailServer  # noqa: E402
from standins.openai import StandIn  # noqa: E402

BEFORE, DAY = date(2025, 2, 19), date(2025, 2, 26)
MOST_FILES = {"without a model": 59, "with a model": 79}
"""Four are for the words and dates of other languages, and the sentence that is marked."""
DOCUMENT = ROOT / "docs" / "architecture.md"
PICTURE = ROOT / "docs" / "images" / "walk.svg"
BEGIN, END = "<!-- walk: written by benchmarks/walk.py --write -->", "<!-- end of the walk -->"


@dataclass(slots=True)
class Walk:
    """The files that were entered, in the order of first entry, each with its functions."""

    name: str
    files: dict[str, list[str]] = field(default_factory=dict)
    is_on: bool = False
    _seen: set[CodeType] = field(default_factory=set)

    def enter(self, frame: FrameType, event: str, _argument: object) -> None:
        """Note a call; the profiling hook of `sys.setprofile`."""
        code = frame.f_code
        if not self.is_on or event != "call" or code in self._seen:
            return
        self._seen.add(code)
        path = Path(code.co_filename)
        named = code.co_flags & inspect.CO_OPTIMIZED and not code.co_name.startswith("<")
        # The fakes of `testing/` stand in for a terminal here.
        if named and path.suffix == ".py" and path.is_relative_to(PACKAGE / ""):
            name = str(path.relative_to(PACKAGE))
            if not name.startswith("testing/"):
                self.files.setdefault(name, []).append(code.co_name)

    @property
    def rooms(self) -> Mapping[str, Sequence[str]]:
        """The files by room, rooms in the order of first entry."""
        rooms: dict[str, list[str]] = {}
        for name in self.files:
            rooms.setdefault(name.split("/")[0], []).append(name)
        return rooms

    @property
    def functions(self) -> int:
        """How many named functions were called."""
        return sum(len(names) for names in self.files.values())


@contextmanager
def _followed(walk: Walk) -> Iterator[None]:
    """Profile this thread, and threads started inside, into the walk."""
    threading.setprofile(walk.enter)
    sys.setprofile(walk.enter)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def _settings(folder: Path, more: str = "") -> Settings:
    """Return the settings of the bundled reader, with a database and pages in that folder."""
    sample = PACKAGE / "sample"
    folder.mkdir()
    (folder / "criteria.md").write_bytes((sample / "criteria.md").read_bytes())
    profile = folder / "paperlark.toml"
    profile.write_text((sample / "paperlark.toml").read_text("utf-8") + more, "utf-8")
    return load_settings(profile)


def _environment() -> Environment:
    return Environment(variables={}, now=lambda: datetime(2025, 2, 26, 12, tzinfo=UTC))


def _page(name: str, settings: Settings) -> Walk:
    """Make the page of the day before, so that what is done once is done, then follow the day's."""
    walk = Walk(name)
    options = RunOptions(feeds=PACKAGE / "sample" / "feeds")
    with open_page_maker(settings, options, _environment()) as maker, _followed(walk):
        maker.make(BEFORE, Silent())
        walk.is_on = True
        maker.make(DAY, Silent())
    return walk


def _mail(settings: Settings) -> Walk:
    walk = Walk("the mail", is_on=True)
    with open_deliveries(settings, _environment()) as deliveries, _followed(walk):
        deliveries.deliver_due(DAY)
    return walk


def walks() -> tuple[Walk, ...]:
    """Make the pages and the mail, and return what each entered."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as made, HTTPServer() as server:
        folder = Path(made)
        model = StandIn(server)
        judge = f'[judge]\nmodel = "a-model"\nbase_url = "{model.base_url}"\n'
        mailbox = MailServer()
        with mail_server.serving(mailbox, None, login=False):
            mail = (
                f'[mail]\nserver = "127.0.0.1"\nport = {mailbox.port}\nsecurity = "none"\n'
                'sender = "paperlark@example.org"\n'
                '[[deliver]]\nname = "inbox"\nmail = "reader@example.org"\n'
            )
            without = _settings(folder / "without", mail)
            return (
                _page("without a model", without),
                _page("with a model", _settings(folder / "with", judge)),
                _mail(without),
            )


def _purpose(name: str) -> str:
    """Return the first sentence of a module's docstring."""
    text = ast.get_docstring(ast.parse((PACKAGE / name).read_text("utf-8"))) or ""
    return text.splitlines()[0] if text else ""


def _table(walk: Walk) -> Iterator[str]:
    yield "| # | file | what it does | enters at |"
    yield "| --- | --- | --- | --- |"
    for number, (name, functions) in enumerate(walk.files.items(), start=1):
        link = f"[{name}](../src/paperlark/{name})"
        yield f"| {number} | {link} | {_purpose(name)} | `{functions[0]}` |"


def _sorted_table(walk: Walk) -> Iterator[str]:
    """Yield the files by name: with several threads their order differs from run to run."""
    yield "| file | what it does |"
    yield "| --- | --- |"
    for name in sorted(walk.files):
        yield f"| [{name}](../src/paperlark/{name}) | {_purpose(name)} |"


def _by_room(walk: Walk) -> str:
    return ", ".join(f"{room} {len(files)}" for room, files in sorted(walk.rooms.items()))


def _section(found: Sequence[Walk]) -> str:
    without, with_model, mail = found
    beyond = Walk("beyond", {k: v for k, v in with_model.files.items() if k not in without.files})
    lines = [
        BEGIN,
        "",
        "| walk | files | by room |",
        "| --- | --- | --- |",
        *(f"| {one.name} | {len(one.files)} | {_by_room(one)} |" for one in found),
        "",
        "### A page without a model",
        "",
        *_table(without),
        "",
        "### What a model adds",
        "",
        *_sorted_table(beyond),
        "",
        "### The mail",
        "",
        *_table(mail),
        "",
        END,
    ]
    return "\n".join(lines)


_COLUMN, _LINE, _TOP = 186, 17, 44


def picture(walk: Walk) -> str:
    """Return an SVG: a box per room in the order of entry, with the files entered."""
    rooms = list(walk.rooms.items())
    tallest = max(len(files) for _, files in rooms)
    width, height = _COLUMN * len(rooms) + 8, _TOP + _LINE * (tallest + 1) + 12
    shapes = []
    for at, (room, files) in enumerate(rooms):
        x = 8 + at * _COLUMN
        box = _TOP + _LINE * len(files)
        shapes.append(
            f'<rect x="{x}" y="8" width="{_COLUMN - 24}" height="{box}" rx="6" fill="#f6f4ee"'
            ' stroke="#8a8574"/>'
        )
        shapes.append(f'<text x="{x + 10}" y="30" font-weight="bold">{escape(room)}</text>')
        shapes.extend(
            f'<text x="{x + 10}" y="{_TOP + 4 + _LINE * (row + 0.6):.0f}">'
            f"{escape(name.removeprefix(room + '/'))}</text>"
            for row, name in enumerate(files)
        )
        if at + 1 < len(rooms):
            end = x + _COLUMN - 4
            shapes.append(
                f'<path d="M{x + _COLUMN - 24} 26H{end}m-6 -4l6 4l-6 4" fill="none"'
                ' stroke="#8a8574"/>'
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" font-family="sans-serif" font-size="12">'
        f"<title>The way of one page through the rooms</title>\n" + "\n".join(shapes) + "\n</svg>\n"
    )


def document(text: str, found: Sequence[Walk]) -> str:
    """Return the document with the walks in place of those that stand in it."""
    before, rest = text.split(BEGIN, 1)
    return before + _section(found) + rest.split(END, 1)[1]


def main() -> int:
    """Print the walks; write or check the document."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write docs/architecture.md")
    parser.add_argument("--check", action="store_true", help="hold docs/architecture.md against it")
    options = parser.parse_args()
    found = walks()
    for walk in found:
        print(f"{walk.name}: {len(walk.files)} files, {walk.functions} functions")
        for room, files in walk.rooms.items():
            names = ", ".join(name.removeprefix(room + "/") for name in files)
            print(f"  {room:<10} {len(files):>3}  {names}")
    too_many = [one for one in found if len(one.files) > MOST_FILES.get(one.name, sys.maxsize)]
    for one in too_many:
        print(f"{one.name}: more than {MOST_FILES[one.name]} files")
    written = {
        DOCUMENT: document(DOCUMENT.read_text("utf-8"), found),
        PICTURE: picture(found[0]),
    }
    stale = False
    for path, text in written.items():
        if options.write:
            path.write_text(text, "utf-8")
        if options.check and path.read_text("utf-8") != text:
            print(f"{path.relative_to(ROOT)} is out of date: python benchmarks/walk.py --write")
            stale = True
    return 1 if too_many or stale else 0


if __name__ == "__main__":
    sys.exit(main())

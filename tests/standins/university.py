"""A group whose readers are rows, with its app in this process: for each role, and two groups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

import paperlark
from paperlark import NewAccount, OpenedAccounts, OpenedGroup, Role, RunOptions
from paperlark.settings.environment import Environment
from paperlark.web.group_app import open_group_app
from paperlark.web.group_guard import GroupGuard

SAMPLE = Path(str(files("paperlark") / "sample"))
PROXY = ("10.0.0.7", 50_000)
GROUP = """\
name = "The university"
address = "{address}"
database = "{database}"

[sign_in]
{sign_in}
"""
BY_PROXY = 'method = "proxy"\nproxies = ["10.0.0.7"]'
READERS = {
    "root": ("", Role.ADMIN),
    "grace": ("astro", Role.GROUP_ADMIN),
    "ada": ("astro", Role.READER),
    "emmy": ("astro", Role.READER),
    "sophie": ("maths", Role.READER),
}


@dataclass
class University:
    """The app of a group with a database, in this process."""

    group: OpenedGroup
    guard: GroupGuard

    @property
    def accounts(self) -> OpenedAccounts:
        assert self.group.accounts is not None
        return self.group.accounts

    def browser(self, user: str) -> TestClient:
        """Return the browser of somebody whom the proxy names."""
        return TestClient(
            self.guard,
            base_url=self.group.settings.address,
            headers={"Remote-User": user, "accept": "text/html"},
            client=PROXY,
        )

    def post(self, browser: TestClient, path: str, at: str = "", **fields: str) -> Any:
        """Send a form as the page at an address, the front of admins by default, would."""
        token = form_token(browser.get(at or "/admin").text)
        return browser.post(path, data={"token": token, **fields}, follow_redirects=False)


def form_token(page: str) -> str:
    """Return the token of a page's form."""
    found = LexborHTMLParser(page).css_first("input[name=token]")
    assert found is not None, page
    return found.attributes["value"] or ""


def open_university(
    home: Path,
    database: str,
    *,
    sign_in: str = BY_PROXY,
    address: str = "http://127.0.0.1:8642",
    feeds: Path = SAMPLE / "feeds",
    secrets: dict[str, str] | None = None,
) -> OpenedGroup:
    """Write the file of the group, and open it."""
    home.mkdir(exist_ok=True)
    text = GROUP.format(database=database, sign_in=sign_in, address=address)
    (home / "group.toml").write_text(text)
    environment = Environment(variables={"XDG_CONFIG_HOME": str(home), **(secrets or {})})
    options = RunOptions(feeds=feeds)
    return paperlark.open_group(home / "group.toml", options=options, environment=environment)


@contextmanager
def university_of(home: Path, database: str) -> Iterator[University]:
    """Open the app of five readers of the sample, without a page."""
    group = open_university(home, database)
    assert group.accounts is not None
    profile = (SAMPLE / "paperlark.toml").read_text()
    criteria = (SAMPLE / "criteria.md").read_text()
    for reader, (of, role) in READERS.items():
        named = profile.replace("Efficient LLM inference", f"The page of {reader}", 1)
        group.accounts.add(
            NewAccount(reader.title(), named, criteria, id=reader, user=reader, group=of, role=role)
        )
    with open_group_app(group) as guard:
        yield University(group, guard)

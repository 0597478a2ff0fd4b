"""A group of readers on a server, with feeds of a recent day, as an administrator has it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from paperlark.domain.accounts import Account
from paperlark.domain.calendar import is_weekend, today
from paperlark.domain.database_place import DatabaseServer
from paperlark.store.accounts import AccountStore
from paperlark.store.connection import DatabaseConnection, connect_again
from paperlark.store.database import open_database
from standins.feeds import item, rss

CATEGORIES = ("cs.LG", "cs.CL")
_GROUP = """\
name = "Readers"
address = "{app}"
database = "{address}"

[sign_in]
method = "proxy"
proxies = ["127.0.0.1"]
"""
_MAIL = """
[mail]
server = "127.0.0.1"
port = {mail}
security = "none"
sender = "papers@example.org"
"""
_PROFILE = """\
name = "Reader {number}"
categories = ["{category}"]

[[deliver]]
name = "mail"
mail = "reader{number}@example.org"
quiet = true
"""
_JUDGE = """
[cutoffs]
relevance = 5
novelty = 1
[judge]
model = "gpt-4o"
base_url = "{model}"
batch_size = 4
parallel = 2
"""


def recent_day() -> date:
    """Return the latest day on which arXiv may have announced something: mails are still sent."""
    day = today(datetime.now(UTC))
    while is_weekend(day):
        day -= timedelta(days=1)
    return day


@dataclass
class FleetGroup:
    """A folder with `group.toml` and feeds, and a database with readers `r00`, `r01`, ...

    Readers are interested in one of two categories in turn; every `paid` one has a model judge,
    and each pair of those the same criteria.
    """

    folder: Path
    database: DatabaseServer
    day: date
    readers: int = 12
    papers: int = 24
    mail: int = 25
    model: str = ""
    paid: int = 0
    app: str = "https://papers.example.org"

    def lay_out(self) -> FleetGroup:
        """Write the files and the accounts, and return the group."""
        self.write_files()
        with open_database(self.database) as connection:
            accounts = AccountStore(connection, self.database)
            for number in range(self.readers):
                accounts.add(self._account(number))
        return self

    def write_files(self) -> None:
        """Write the group's file and the feeds of the day."""
        (self.folder / "feeds").mkdir(parents=True, exist_ok=True)
        text = _GROUP.format(app=self.app, address=self.database.address)
        self.file.write_text(text + _MAIL.format(mail=self.mail))
        self._write_feeds()

    def _write_feeds(self) -> None:
        for place, category in enumerate(CATEGORIES):
            first = 1 + place * self.papers
            items = [
                item(
                    f"oai:arXiv.org:{self.day:%y%m}.{self.day:%d}{number:03}v1",
                    title=f"Pruning {self.day:%y%m}.{self.day:%d}{number:03}",
                    abstract=f"Sparse models of kind {number % 7} pruned in {number} steps.",
                    categories=(category,),
                )
                for number in range(first, first + self.papers)
            ]
            feed = rss(*items, title=f"{category} updates", stamp=f"{self.day:%d %b %Y}")
            (self.folder / "feeds" / f"{self.day}.{category}.rss.xml").write_bytes(feed)

    @property
    def file(self) -> Path:
        """The group's file."""
        return self.folder / "group.toml"

    @property
    def names(self) -> list[str]:
        """The ids of all readers, sorted."""
        return [f"r{number:02}" for number in range(self.readers)]

    def connect(self) -> DatabaseConnection:
        """Return one more connection."""
        return connect_again(self.database)

    def start(self, *arguments: str, environment: Sequence[tuple[str, str]] = ()) -> Process:
        """Start a command of `paperlark fleet` in a process of its own."""
        command = [sys.executable, "-m", "paperlark", "fleet", *arguments, f"--group={self.file}"]
        return subprocess.Popen(  # noqa: S603
            command,
            env={**os.environ, "OPENAI_API_KEY": "sk-stand-in", **dict(environment)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command to its end; return its exit code and what it printed."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=100)
        return process.returncode, out, err

    def digests(self) -> dict[str, str]:
        """Return the stored digest of each reader for the day, as text."""
        with closing(self.connect()) as connection:
            rows = connection.execute(
                "SELECT profile, digest FROM digests WHERE day = ?", (self.day.isoformat(),)
            ).fetchall()
        return {str(reader): str(text) for reader, text in rows}

    def _account(self, number: int) -> Account:
        name = f"r{number:02}"
        category = CATEGORIES[number % 2]
        judged = self.paid and number % self.paid == 0
        profile = _PROFILE.format(number=number, category=category)
        profile += _MAIL.format(mail=self.mail)
        if judged:
            profile += _JUDGE.format(model=self.model)
        topic = number // (2 * self.paid) if judged else number
        return Account(
            id=name,
            name=f"Reader {number}",
            profile=profile,
            criteria=f"Pruning of models of kind {topic}.\n",
            categories=(category,),
            user=name,
        )


Process = subprocess.Popen[str]

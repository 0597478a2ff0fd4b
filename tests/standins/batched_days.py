"""A reader whose questions are left with a batch service, run after run, and what it comes to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer

from paperlark.cli import cli
from paperlark.settings.environment import Environment
from standins.batch_service import FakeBatchService
from standins.engines import place_of, rows
from standins.feeds import item, rss
from standins.openai import KEY, StandIn

PAPERS, EACH = 30, 4
"""Papers of a day, and how many are in one question."""
DAY, BEFORE = "2025-02-26", "2025-02-25"

_PROFILE = """
name = "Bats"
categories = ["cs.LG"]
[cutoffs]
relevance = 5
novelty = 1
[exploration]
share = 0
[judge]
model = "gpt-4o"
base_url = "{url}"
key_variable = "MODEL_KEY"
batch_size = {each}
parallel = 1
batch = true
{more}
[judge.prices]
prompt = 2.5
completion = 10
"""


@dataclass(slots=True)
class Home:
    """A folder with a profile and two days of papers, beside a service, on one clock."""

    folder: Path
    server: StandIn
    batch_service: FakeBatchService
    started: datetime = field(default=datetime(2025, 2, 26, 8, 12, tzinfo=UTC))

    @property
    def profile(self) -> Path:
        return self.folder / "paperlark.toml"

    def lay_out(self, *, papers: int = PAPERS, more: str = "", budget: str = "") -> None:
        """Write profile, criteria and feeds."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "criteria.md").write_text("## Bats\nRelevant: sonar.")
        profile = _PROFILE.format(url=self.server.base_url, each=EACH, more=more)
        self.profile.write_text(f"{profile}{budget}")
        for day, number, month in ((BEFORE, 0, "25 Feb"), (DAY, 100, "26 Feb")):
            entries = (
                item(f"oai:arXiv.org:2502.{number + n:05}v1", title=f"Bat 2502.{number + n:05}")
                for n in range(papers if day == DAY else 1)
            )
            feed = rss(*entries, stamp=f"{month} 2025")
            (self.folder / f"{day}.cs.LG.rss.xml").write_bytes(feed)

    def now(self) -> datetime:
        return self.started + timedelta(hours=self.batch_service.clock)

    def run(self, *options: str, day: str = DAY, command: Sequence[str] = ()) -> Result:
        """Make a day's page, or run another command."""
        arguments = [*(command or ("run", "--date", day)), "--profile", str(self.profile)]
        arguments += ["--feeds", str(self.folder), *options]
        environment = Environment(variables={"MODEL_KEY": KEY}, now=self.now, sleep=lambda _: None)
        return CliRunner().invoke(cli, arguments, prog_name="paperlark", obj=environment)

    def teach(self) -> None:
        """Make the server known, from the page of the day before."""
        assert self.run("--no-batch", day=BEFORE).exit_code == 0

    def page(self, day: str = DAY) -> dict[str, Any]:
        page: dict[str, Any] = json.loads((self.folder / "pages" / f"{day}.json").read_text())
        return page

    def markdown(self, day: str = DAY) -> str:
        return (self.folder / "pages" / f"{day}.md").read_text()

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database; nothing where there is none yet."""
        return rows(place_of(self.profile), sql, *values)

    def cost(self, day: str = DAY) -> Decimal:
        """Add up what is stored of a day, to the last figure."""
        rows = self.query("SELECT prompt_cost, completion_cost FROM exchanges WHERE day = ?", day)
        return sum((Decimal(cost) for row in rows for cost in row), Decimal(0))

    def tokens(self, *, batch: bool) -> tuple[int, int]:
        """Add up the tokens of all days that are stored."""
        ((prompt, completion),) = self.query(
            "SELECT coalesce(sum(prompt_tokens), 0), coalesce(sum(completion_tokens), 0)"
            " FROM exchanges WHERE batch = ?",
            batch,
        ) or [(0, 0)]
        return prompt, completion


def home_at(folder: Path, loopback: HTTPServer, **laid_out: Any) -> Home:
    """Return a reader's folder, and a server with a batch service that knows nothing yet."""
    server = StandIn(loopback)
    home = Home(folder, server, FakeBatchService(loopback, server))
    home.lay_out(**laid_out)
    return home

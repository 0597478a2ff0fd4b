"""A run that takes too long ends with the page of what there is, or with a line that says where."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from paperlark.llm.openai_compatible import OpenAICompatible
from paperlark.runs import limit
from paperlark.store.lock import run_lock
from standins.arxiv import StandInArxiv
from standins.commands import Paperlark
from standins.mail_server import MailServer
from standins.openai import StandIn

DAY = "2025-02-26"
RUN = ("run", "--date", DAY, "--feeds", "feeds")


@pytest.fixture
def model(home: Path) -> Iterator[StandIn]:
    with HTTPServer(host="127.0.0.1", threaded=True) as loopback:
        standing = StandIn(loopback)
        with (home / "paperlark.toml").open("a") as profile:
            profile.write(
                f'[judge]\nmodel = "a-model"\nbase_url = "{standing.base_url}"\n'
                "batch_size = 1\nparallel = 1\n[run]\nat_most = 600\n"
            )
        yield standing


def test_when_the_time_is_over_the_model_is_asked_nothing_more_and_there_is_a_page(
    home: Path, model: StandIn, paperlark: Paperlark, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock jumps to the end of the time with the first answer."""
    now = [0.0]
    ask = OpenAICompatible.ask

    def slow(self: OpenAICompatible, prompt: object) -> object:
        now[0] = 600.0
        return ask(self, prompt)  # type: ignore[arg-type]

    monkeypatch.setattr(
        limit.RunLimit.__init__,
        "__kwdefaults__",
        {
            **(limit.RunLimit.__init__.__kwdefaults__ or {}),
            "timer": lambda: now[0],
        },
    )
    monkeypatch.setattr(OpenAICompatible, "ask", slow)
    result = paperlark(*RUN)
    assert result.exit_code == 3, result.output
    page = json.loads((home / "pages" / f"{DAY}.json").read_text())
    assert (page["funnel"]["judged"], page["funnel"]["unjudged"]) == (1, 2)
    assert "reached its limit of 10 minutes ([run] at_most)" in " ".join(result.output.split())
    now[0] = 0.0
    monkeypatch.setattr(OpenAICompatible, "ask", ask)
    assert paperlark(*RUN).exit_code == 0
    assert len(model.questions) == 3


def test_a_morning_that_finds_a_run_hanging_tells_the_channels_once_a_day(
    home: Path, arxiv: StandInArxiv, mail: MailServer, paperlark: Paperlark
) -> None:
    del arxiv
    database = home / "paperlark.db"
    with run_lock(database, patience=0):
        note = {"process": os.getpid(), "started": "2025-02-25T05:20:00+00:00", "at_most": 7200}
        database.with_name("paperlark.db.run").write_text(json.dumps(note))
        results = [paperlark("morning", "--no-wait") for _ in range(2)]
    for result in results:
        assert result.exit_code == 1
        [line] = [one for one in result.stderr.splitlines() if "hangs" in one]
        assert f"process {os.getpid()}, started 2025-02-25 05:20:00 UTC, hangs" in line
        assert f"kill -9 {os.getpid()}" in line
    [told] = mail.taken
    assert "hangs" in told.as_string()

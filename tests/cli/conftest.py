from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from paperlark.cli import cli
from standins.commands import Paperlark
from standins.feeds import item, rss
from standins.serving import loopback, no_waiting, server

__all__ = ["loopback", "no_waiting", "server"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with a profile, criteria and three papers, where commands are run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    (tmp_path / "criteria.md").write_text("## Bats\nRelevant: bats and sonar.")
    (tmp_path / "paperlark.toml").write_text('name = "Bats"\ncategories = ["cs.LG"]\n')
    (tmp_path / "feeds").mkdir()
    papers = [
        item(f"oai:arXiv.org:2502.0000{n}v1", title=f"Bats {n}", abstract="Sonar of bats.")
        for n in (7, 8, 9)
    ]
    (tmp_path / "feeds" / "2025-02-26.cs.LG.rss.xml").write_bytes(rss(*papers))
    return tmp_path


@pytest.fixture
def paperlark(home: Path) -> Paperlark:  # noqa: ARG001  # commands are run in there
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli, arguments, prog_name="paperlark")

    return run

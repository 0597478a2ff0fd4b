"""Sites that several modules look at, each built once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from filelock import FileLock

from paperlark.cli import cli
from standins import sites

Once = Callable[[str, Callable[[Path], object]], Path]

_PROFILE = """\
name = "A real month"
categories = ["cs.LG", "cs.AI"]
page_size = 12
[[follow]]
name = "Mohamed S. Abdelfattah"
"""
_CRITERIA = """\
## Attention and KV cache
Relevant: sparse attention, compression of the key-value cache, long-context decoding.

## Pruning and sparsity
Relevant: pruning of weights, heads, layers or tokens, structured and unstructured sparsity.
Not relevant: sparse autoencoders.
"""


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    """Make a folder once, however many processes run the suite."""
    own = tmp_path_factory.getbasetemp()
    of_all = own if worker_id == "master" else own.parent

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder = of_all / name
        with FileLock(f"{folder}.lock"):
            if not (folder / "whole").exists():
                folder.mkdir(exist_ok=True)
                fill(folder)
                (folder / "whole").touch()
        return folder

    return make


@pytest.fixture(scope="session")
def two_readers(once: Once) -> Path:
    """Build the site of every kind of day."""
    return once("two-readers", lambda at: sites.publish(sites.ordinary(), at / "site")) / "site"


@pytest.fixture(scope="session")
def troubled(once: Once) -> Path:
    """Build the site of nothing but trouble."""
    return once("troubled", lambda at: sites.publish(sites.hostile(), at / "site")) / "site"


@pytest.fixture(scope="session")
def real_month(once: Once, shared: Path) -> Path:
    """Build the site of all that arXiv announced from 17 February to 31 March 2025."""
    return once("real-month", lambda at: _month(at, shared / "feeds" / "month")) / "site"


def _month(folder: Path, feeds: Path) -> None:
    (folder / "criteria.md").write_text(_CRITERIA)
    profile = folder / "paperlark.toml"
    profile.write_text(_PROFILE)
    days = ("--from", "2025-02-17", "--to", "2025-03-31", "--feeds", str(feeds), "--no-llm")
    for arguments in (["run", *days], ["site"]):
        result = CliRunner().invoke(cli, [*arguments, "--profile", str(profile)])
        assert result.exit_code == 0, result.output

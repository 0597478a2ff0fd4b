"""Every block of commands or Python in the documentation is run, or a comment says why not."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer

import paperlark
from paperlark.cli import cli
from paperlark.settings.environment import Environment
from standins.arxiv import StandInArxiv
from standins.arxiv_truth import made_up_truth
from standins.openai import StandIn
from standins.serving import loopback, no_waiting, server
from standins.watches import FakeWatch
from standins.written import Block, blocks

__all__ = ["loopback", "no_waiting", "server"]

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])
RUN_ELSEWHERE = {
    "docs/tutorial.md": "tests/test_tutorial.py",
    "docs/reference/api.md": "tests/test_api.py",
    "docs/how-to/installing.md": "tests/test_installing_guide.py",
    "docs/how-to/backup-and-restore.md": "tests/acceptance/test_backup.py",
}
"""Pages whose blocks a test of their own runs, in order."""
_SERVING = (["read"], ["open"])
"""Lines of a block that serve until they are ended, or open a window; the others are run."""
CODE = ("sh", "console", "python", "pycon")
DAYS = [date(2025, 2, 25), date(2025, 2, 26)]
_ID = re.compile(r"\b2502\.\d{5}\b")
_GROUP = """
name = "Papers of the university"
address = "https://papers.example.org"
database = "readers.db"

[sign_in]
method = "oidc"
issuer = "https://login.example.org/realms/university"
client_id = "paperlark"
"""
_CUTOFFS = "[cutoffs]\nrelevance = 1\nnovelty = 1\n"
_ANSWERS = {"secret": "a-secret-value\n", "schedule": "y\n", "follow": "y\n", "readers": "y\n"}


def _found() -> list[Block]:
    return [
        block
        for page in PAGES
        if str(page.relative_to(ROOT)) not in RUN_ELSEWHERE
        for kind in CODE
        for block in blocks(page, kind)
    ]


@pytest.mark.parametrize("page", RUN_ELSEWHERE)
def test_a_page_with_a_test_of_its_own_is_named_in_it(page: str) -> None:
    test = (ROOT / RUN_ELSEWHERE[page]).read_text("utf-8")
    assert Path(page).name in test or Path(page).stem in test


@pytest.mark.parametrize("block", [one for one in _found() if one.not_run], ids=str)
def test_a_block_that_is_not_run_says_why(block: Block) -> None:
    assert len((block.not_run or "").split()) >= 3


@pytest.fixture
def arxiv() -> Iterator[StandInArxiv]:
    """Return arXiv, on a server of its own."""
    with HTTPServer(host="127.0.0.1", threaded=True) as standing_in:
        truth = made_up_truth(DAYS, ("cs.LG", "cs.AI", "stat.ML", "math.AG"))
        standing = StandInArxiv(standing_in, truth, today=DAYS[-1])
        yield standing
        standing.released.set()


@pytest.fixture
def home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arxiv: StandInArxiv, server: StandIn
) -> Path:
    """Return a home with a profile that has two pages, and files that readers bring."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "HOME": tmp_path,
        "XDG_CONFIG_HOME": tmp_path / "config",
        "XDG_CACHE_HOME": tmp_path / "cache",
        "PATH": tmp_path,  # no timer of this machine is touched
    }.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    sample = Path(str(files("paperlark"))) / "sample"
    shutil.copy(sample / "criteria.md", tmp_path)
    shutil.copy(sample / "criteria.md", tmp_path / "draft.md")
    profile = (sample / "paperlark.toml").read_text("utf-8")
    (tmp_path / "paperlark.toml").write_text(
        profile + _sources(arxiv) + _judge(server) + _CUTOFFS, "utf-8"
    )
    (tmp_path / "library.bib").write_text(
        "@article{one, title={Bats}, eprint={2502.00001}, archivePrefix={arXiv}}\n"
    )
    for name in ("favourites.txt", "seen-enough.txt"):
        (tmp_path / name).write_text("arXiv:2502.00001\narXiv:2502.00002\n")
    watch = FakeWatch(clock=_noon(DAYS[-1]))
    for day in DAYS:
        assert _call(["run", "--date", str(day)], watch).exit_code == 0
    (tmp_path / "votes.txt").write_text(f"{_on_the_page(tmp_path)} up\n")
    (tmp_path / "emmy").mkdir()
    shutil.copy(tmp_path / "criteria.md", tmp_path / "emmy")
    (tmp_path / "emmy" / "paperlark.toml").write_text(profile + _sources(arxiv), "utf-8")
    (tmp_path / "srv" / "paperlark").mkdir(parents=True)
    (tmp_path / "srv" / "paperlark" / "group.toml").write_text(_GROUP)
    shutil.copy(tmp_path / "pages" / "2025-02-26.md", tmp_path)
    return tmp_path


def _run(kinds: set[str]) -> dict[Path, list[Block]]:
    run: dict[Path, list[Block]] = {}
    for block in sorted(_found(), key=lambda one: (one.page, one.line)):
        if block.kind in kinds and not block.not_run:
            run.setdefault(block.page, []).append(block)
    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    "shown", _run({"sh", "console"}).values(), ids=lambda shown: shown[0].page.name
)
def test_commands_of_a_page_run_in_order(
    shown: list[Block],
    home: Path,
    arxiv: StandInArxiv,
    server: StandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = FakeWatch(clock=_noon(DAYS[-1]))
    texts = "".join(block.text for block in shown)
    for folder in ("mine", "lab/ada"):
        if f"init {folder}" not in texts:
            shutil.copytree(home / "emmy", home / folder)
    for block in shown:
        for line in block.text.replace("\\\n", " ").splitlines():
            written = _ID.sub(_on_the_page(home), line.removeprefix("$ "))
            words = shlex.split(written.replace("/srv/", f"{home}/srv/"), comments=True)
            if words and words[0] == "export":
                monkeypatch.setenv(*words[1].split("=", 1))
            elif words and words[1:] not in _SERVING:
                assert Path(words[0]).name == "paperlark", f"{block}: cannot be run here: {line}"
                result = _call(*_given(words[1:], home, watch))
                assert result.exit_code in {0, 3}, f"{block}: {line}\n{result.output}"
                _complete_profiles(home, _sources(arxiv) + _judge(server))


def _given(words: list[str], home: Path, watch: FakeWatch) -> tuple[list[str], FakeWatch, str]:
    """Return how to call it: what a `-` or a redirection reads is the file of votes."""
    votes = (home / "votes.txt").read_text()
    if "<" in words:
        return words[: words.index("<")], watch, votes
    return words, watch, votes if words[-1] == "-" else ""


def _complete_profiles(home: Path, addition: str) -> None:
    """Make new profiles ask the stand-ins."""
    for profile in home.rglob("paperlark.toml"):
        if "[sources]" not in profile.read_text("utf-8"):
            with profile.open("a", encoding="utf-8") as file:
                file.write(addition)


@pytest.mark.slow
@pytest.mark.parametrize(
    "block",
    [one for one in _found() if not one.not_run and one.kind in {"python", "pycon"}],
    ids=str,
)
def test_python_that_is_shown_runs(
    block: Block, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = FakeWatch(clock=_noon(DAYS[-1]))
    (home / "mine").mkdir()
    for name in ("paperlark.toml", "criteria.md"):
        shutil.copy(home / name, home / "mine")
    opened = paperlark.open_profile
    monkeypatch.setattr(
        paperlark, "open_profile", lambda path: opened(path, environment=_environment(watch))
    )
    exec(compile(block.text, str(block), "exec"), {})  # noqa: S102 - our own documentation
    assert (home / "mine" / "pages" / "2025-02-26.html").exists()


def _noon(day: date) -> float:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()


def _environment(watch: FakeWatch) -> Environment:
    return Environment(
        now=lambda: datetime.fromtimestamp(watch.clock, UTC),
        sleep=watch.sleep,
        rate_limit_clock=watch.rate_limit_clock,
    )


def _call(words: list[str], watch: FakeWatch, given: str = "") -> Result:
    watch.passes(60)
    return CliRunner().invoke(
        cli,
        words,
        prog_name="paperlark",
        obj=_environment(watch),
        input=given or _ANSWERS.get(words[0], ""),
    )


def _on_the_page(home: Path) -> str:
    page = json.loads((home / "pages" / "2025-02-26.json").read_text("utf-8"))
    paper: str = page["entries"][0]["id"]
    return paper


def _judge(server: StandIn) -> str:
    return (
        f'\n[judge]\nmodel = "stand-in"\nbase_url = "{server.base_url}"\n'
        "[judge.prices]\nprompt = 1\ncompletion = 1\n"
    )


def _sources(arxiv: StandInArxiv) -> str:
    return (
        f'\n[sources]\nrss = "{arxiv.url("rss")}"\npages = "{arxiv.url("list")}"\n'
        f'oai = "{arxiv.url("oai")}"\nsearch = "{arxiv.url("api")}"\n'
    )

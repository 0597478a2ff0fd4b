"""The workflow's text: what GitHub's linter says, and what cannot get into it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import UTC, time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.errors import NotScheduled
from paperlark.schedule.generated_files import github_workflow, workflow_starts
from paperlark.schedule.times import SchedulerClock
from standins.jobs import a_job

ACTIONLINT = shutil.which("actionlint", path=str(Path(sys.executable).parent)) or shutil.which(
    "actionlint"
)
ZIZMOR = shutil.which("zizmor", path=str(Path(sys.executable).parent)) or shutil.which("zizmor")
PAPERS = Path("/home/ada/papers")
CLOCKS = (
    SchedulerClock(time(4, 23), (0, 1, 2, 3, 4), UTC),
    SchedulerClock(time(5, 23), (0, 1, 2, 3, 4), UTC),
)
TWO = [a_job(secrets=("OPENAI_API_KEY", "CHAT_URL")), a_job(PAPERS / "owls" / "owls.toml")]


def _workflow(name: str = "paperlark.toml", *, requirement: str = "paperlark==1.0") -> str:
    return github_workflow([a_job(PAPERS / name)], PAPERS, CLOCKS, requirement, site=True)


@pytest.mark.skipif(ACTIONLINT is None, reason="actionlint is not here")
@pytest.mark.parametrize("site", [True, False])
@pytest.mark.parametrize("jobs", [TWO, [a_job(secrets=())]])
def test_actionlint_finds_nothing(tmp_path: Path, jobs: list[object], *, site: bool) -> None:
    path = tmp_path / "paperlark.yml"
    path.write_text(github_workflow(jobs, PAPERS, CLOCKS, "paperlark==1.0", site=site))  # type: ignore[arg-type]
    assert ACTIONLINT is not None
    done = subprocess.run(  # noqa: S603
        [ACTIONLINT, str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(ZIZMOR is None, reason="zizmor is not here")
@pytest.mark.parametrize("site", [True, False])
def test_zizmor_finds_nothing(tmp_path: Path, *, site: bool) -> None:
    path = tmp_path / "paperlark.yml"
    path.write_text(github_workflow(TWO, PAPERS, CLOCKS, "./paperlark.whl", site=site))
    assert ZIZMOR is not None
    done = subprocess.run(  # noqa: S603
        [ZIZMOR, "--offline", "--no-progress", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_actions_are_pinned_by_commit_and_say_their_version() -> None:
    used = re.findall(r"uses: (.*)", _workflow())
    assert len(used) == 7
    for one in used:
        assert re.fullmatch(r"actions/[a-z/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)


def test_only_the_step_that_pushes_has_the_token() -> None:
    steps = yaml.safe_load(_workflow())["jobs"]["morning"]["steps"]
    assert steps[0]["with"] == {"persist-credentials": False}
    holders = [step["name"] for step in steps if "github.token" in str(step.get("env"))]
    assert holders == ["Commit the pages"]


def test_no_job_may_do_more_than_it_must() -> None:
    text = yaml.safe_load(_workflow())
    assert text["permissions"] == {}
    assert {name: job["permissions"] for name, job in text["jobs"].items()} == {
        "votes": {"issues": "read"},
        "morning": {"contents": "write", "pages": "read"},
        "publish": {"pages": "write", "id-token": "write"},
        "close": {"issues": "write"},
        "alert": {"issues": "write"},
    }
    assert text["concurrency"] == {"group": "paperlark", "cancel-in-progress": False}


def test_only_the_profiles_secrets_are_handed_on_and_only_to_who_needs_them() -> None:
    text = yaml.safe_load(github_workflow(TWO, PAPERS, CLOCKS, "paperlark==1.0", site=True))
    handed = {
        step["name"]: {name for name, value in step["env"].items() if "secrets." in value}
        for step in text["jobs"]["morning"]["steps"]
        if "env" in step
    }
    with_secrets = {name: names for name, names in handed.items() if names}
    assert with_secrets == {
        "Make the page and deliver it": {"OPENAI_API_KEY", "CHAT_URL"},
        "Notify the channels that the run crashed": {"OPENAI_API_KEY", "CHAT_URL"},
    }


def test_every_profile_and_store_is_there_once() -> None:
    text = yaml.safe_load(github_workflow(TWO, PAPERS, CLOCKS, "paperlark==1.0", site=True))
    job = text["jobs"]["morning"]
    assert job["env"]["PROFILES"].split("\n") == ["paperlark.toml", "owls/owls.toml"]
    restore = next(step for step in job["steps"] if step.get("id") == "store")
    assert restore["with"]["path"].split("\n") == [
        "paperlark.db",
        "paperlark.db-wal",
        "owls/paperlark.db",
        "owls/paperlark.db-wal",
    ]


@given(st.text(min_size=1))
def test_a_path_is_a_value_or_refused(name: str) -> None:
    try:
        text = _workflow(f"x{name}.toml")
    except NotScheduled:
        return
    expected = (PAPERS / f"x{name}.toml").relative_to(PAPERS).as_posix()
    found = yaml.safe_load(text)
    assert found["jobs"]["morning"]["env"]["PROFILES"] == expected
    # Nothing else changes with the path, the scripts least of all.
    scripts = [step.get("run") for step in found["jobs"]["morning"]["steps"]]
    plain = yaml.safe_load(_workflow())["jobs"]["morning"]["steps"]
    assert scripts == [step.get("run") for step in plain]


@given(st.text(min_size=1))
def test_a_requirement_is_a_value_or_refused(requirement: str) -> None:
    try:
        text = _workflow(requirement=requirement)
    except NotScheduled:
        return
    steps = yaml.safe_load(text)["jobs"]["morning"]["steps"]
    assert steps[2]["env"]["REQUIREMENT"] == requirement
    assert "${{" not in requirement


@pytest.mark.parametrize("name", ["${{ github.token }}.toml", "$(id).toml", "a\nb.toml", "*.toml"])
def test_a_path_that_may_do_harm_is_refused(name: str) -> None:
    with pytest.raises(NotScheduled):
        _workflow(name)


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "A B", "x }}", ""])
def test_a_secret_that_github_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(NotScheduled):
        github_workflow([a_job(secrets=(name,))], PAPERS, CLOCKS, "paperlark", site=True)


def test_a_profile_outside_of_the_repository_is_refused() -> None:
    with pytest.raises(NotScheduled, match="not in the repository"):
        github_workflow([a_job(Path("/elsewhere/p.toml"))], PAPERS, CLOCKS, "paperlark", site=True)


def test_the_clocks_are_read_back() -> None:
    assert workflow_starts(_workflow()) == CLOCKS


def test_a_requirement_with_a_token_is_refused_without_repeating_it() -> None:
    with pytest.raises(NotScheduled, match="stands in the address to install from") as raised:
        _workflow(requirement="git+https://ghp-hidden1@github.com/ada/paperlark")
    assert "hidden1" not in str(raised.value)

"""The image and what runs it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.errors import NotScheduled
from paperlark.schedule.generated_files import docker_files
from standins.jobs import a_job

HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which(
    "hadolint"
)
PAPERS = Path("/home/ada/papers")
FILES = docker_files({"bats": a_job()}, PAPERS, "paperlark==1.0")


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not here")
def test_hadolint_finds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(FILES["Dockerfile"])
    assert HADOLINT is not None
    done = subprocess.run(  # noqa: S603
        [HADOLINT, "--no-color", str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_holds_nothing_of_the_readers_and_nobody_is_root() -> None:
    assert FILES[".dockerignore"].splitlines()[-1] == "*"
    assert "COPY" not in FILES["Dockerfile"]
    assert "USER 1000:1000" in FILES["Dockerfile"]
    assert '"paperlark==1.0"' in FILES["Dockerfile"]


def test_secrets_are_files_that_only_who_needs_them_sees() -> None:
    jobs = {"bats": a_job(), "owls": a_job(PAPERS / "owls.toml", secrets=())}
    text = yaml.safe_load(docker_files(jobs, PAPERS, "paperlark==1.0")["compose.yaml"])
    bats, owls = text["services"]["bats"], text["services"]["owls"]
    assert bats["environment"]["OPENAI_API_KEY_FILE"] == "/run/secrets/OPENAI_API_KEY"
    assert bats["secrets"] == ["OPENAI_API_KEY"]
    assert "secrets" not in owls
    assert list(text["secrets"]) == ["OPENAI_API_KEY"]


def test_the_container_runs_for_ever_and_writes_only_where_pages_are() -> None:
    service = yaml.safe_load(FILES["compose.yaml"])["services"]["bats"]
    assert service["command"] == ["morning", "--repeat", "--profile", "/papers/paperlark.toml"]
    assert service["volumes"] == [{"type": "bind", "source": ".", "target": "/papers"}]
    assert service["read_only"] is True
    assert service["restart"] == "unless-stopped"


def test_without_secrets_there_are_none() -> None:
    text = docker_files({"bats": a_job(secrets=())}, PAPERS, "paperlark==1.0")["compose.yaml"]
    assert "secrets" not in yaml.safe_load(text)


@given(st.text(min_size=1))
def test_a_path_is_a_value_or_refused(name: str) -> None:
    profile = PAPERS / f"x{name}.toml"
    try:
        text = docker_files({"bats": a_job(profile)}, PAPERS, "paperlark==1.0")["compose.yaml"]
    except NotScheduled:
        return
    service = yaml.safe_load(text)["services"]["bats"]
    inside = f"/papers/{profile.relative_to(PAPERS).as_posix()}"
    assert service["command"][-1].replace("$$", "$") == inside


@pytest.mark.parametrize("requirement", ["x\nRUN evil", '"; evil', "$(evil)", "`evil`", "a\\"])
def test_a_requirement_that_may_do_harm_is_refused(requirement: str) -> None:
    with pytest.raises(NotScheduled):
        docker_files({"bats": a_job()}, PAPERS, requirement)


def test_a_profile_that_the_container_cannot_see_is_refused() -> None:
    with pytest.raises(NotScheduled, match="see only"):
        docker_files({"bats": a_job(Path("/elsewhere/p.toml"))}, PAPERS, "paperlark==1.0")


def test_a_requirement_with_a_password_is_refused_without_repeating_it() -> None:
    requirement = "paperlark @ git+https://x:ghp-hidden1@github.com/ada/paperlark"
    with pytest.raises(NotScheduled, match="a password stands in the address") as raised:
        docker_files({"bats": a_job()}, PAPERS, requirement)
    assert "hidden1" not in str(raised.value)

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
from paperlark.schedule.installable import Installable
from standins.jobs import a_job

HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which(
    "hadolint"
)
PAPERS = Path("/home/ada/papers")
WHEEL = Installable("paperlark-1.0-py3-none-any.whl", b"a wheel")
ADDRESS = Installable("paperlark @ git+https://example.org/paperlark@0123abc")
FILES = docker_files({"bats": a_job()}, PAPERS, WHEEL)


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not here")
@pytest.mark.parametrize("installed", [WHEEL, ADDRESS])
def test_hadolint_finds_nothing(tmp_path: Path, installed: Installable) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(docker_files({"bats": a_job()}, PAPERS, installed)["Dockerfile"])
    assert HADOLINT is not None
    done = subprocess.run(  # noqa: S603
        [HADOLINT, "--no-color", str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_holds_nothing_of_the_readers_and_nobody_is_root() -> None:
    assert FILES[".dockerignore"].splitlines()[-2:] == ["*", "!paperlark-1.0-py3-none-any.whl"]
    copied = [line for line in FILES["Dockerfile"].splitlines() if line.startswith("COPY")]
    assert copied == ["COPY paperlark-1.0-py3-none-any.whl /wheels/"]
    assert "USER 1000:1000" in FILES["Dockerfile"]


def test_an_address_is_built_where_git_is_and_nothing_of_the_folder_is_copied() -> None:
    files = docker_files({"bats": a_job()}, PAPERS, ADDRESS)
    assert files[".dockerignore"].splitlines()[-1] == "*"
    lines = files["Dockerfile"].splitlines()
    assert [line for line in lines if line.startswith(("FROM", "COPY"))] == [
        # Python's slim image has no git, this one has.
        "FROM python:3.12-bookworm AS build",
        "FROM python:3.12-slim-bookworm",
        "COPY --from=build /wheels /wheels",
    ]
    assert f'"{ADDRESS.requirement}"' in files["Dockerfile"]


def test_secrets_are_files_that_only_who_needs_them_sees() -> None:
    jobs = {"bats": a_job(), "owls": a_job(PAPERS / "owls.toml", secrets=())}
    text = yaml.safe_load(docker_files(jobs, PAPERS, WHEEL)["compose.yaml"])
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
    text = docker_files({"bats": a_job(secrets=())}, PAPERS, WHEEL)["compose.yaml"]
    assert "secrets" not in yaml.safe_load(text)


@given(st.text(min_size=1))
def test_a_path_is_a_value_or_refused(name: str) -> None:
    profile = PAPERS / f"x{name}.toml"
    try:
        text = docker_files({"bats": a_job(profile)}, PAPERS, WHEEL)["compose.yaml"]
    except NotScheduled:
        return
    service = yaml.safe_load(text)["services"]["bats"]
    inside = f"/papers/{profile.relative_to(PAPERS).as_posix()}"
    assert service["command"][-1].replace("$$", "$") == inside


@pytest.mark.parametrize("requirement", ["x\nRUN evil", '"; evil', "$(evil)", "`evil`", "a\\"])
def test_a_requirement_that_may_do_harm_is_refused(requirement: str) -> None:
    with pytest.raises(NotScheduled):
        docker_files({"bats": a_job()}, PAPERS, Installable(requirement))


def test_a_profile_that_the_container_cannot_see_is_refused() -> None:
    with pytest.raises(NotScheduled, match="see only"):
        docker_files({"bats": a_job(Path("/elsewhere/p.toml"))}, PAPERS, WHEEL)


def test_a_requirement_with_a_password_is_refused_without_repeating_it() -> None:
    requirement = "paperlark @ git+https://x:ghp-hidden1@github.com/ada/paperlark"
    with pytest.raises(NotScheduled, match="a password stands in the address") as raised:
        docker_files({"bats": a_job()}, PAPERS, Installable(requirement))
    assert "hidden1" not in str(raised.value)

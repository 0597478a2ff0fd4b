"""The install steps as they are written, in an environment that has nothing.

No index is asked: what paperlark needs is put beside it afterwards, and `pip check` says whether
that is all it asks for.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import venv
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
import yaml

import paperlark
from paperlark.schedule.generated_files import DockerSchedule, GithubSchedule
from paperlark.schedule.installable import own_wheel
from paperlark.schedule.schedule import make_files
from paperlark.settings.environment import Environment
from standins.actions import git
from standins.environments import add_packages, packages_of
from standins.jobs import a_job

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SOURCE = Path(paperlark.__file__).parent.parent.parent
# What builds, for an address: an image has it from the index.
BUILDER = ("hatchling", "packaging", "pathspec", "pluggy", "trove_classifiers")
Shell = Callable[..., str]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Return an environment with pip and nothing else."""
    folder = tmp_path / "empty"
    venv.create(folder, with_pip=True)
    return folder


@pytest.fixture
def shell(empty: Path, tmp_path: Path) -> Shell:
    """Run a script where the empty environment is first, and no index is asked."""

    def run(script: str, *, folder: Path, **variables: str) -> str:
        done = subprocess.run(  # noqa: S603
            ["/bin/bash", "-eo", "pipefail", "-c", script],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env={
                "PATH": f"{empty / 'bin'}:{tmp_path / 'programs'}:{os.environ['PATH']}",
                "HOME": str(tmp_path),
                "PIP_NO_INDEX": "1",
                "PIP_NO_DEPS": "1",
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                **variables,
            },
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def _works(environment: Path, shell: Shell, tmp_path: Path) -> None:
    """Check that the environment has this paperlark whole, and that it makes pages."""
    add_packages(environment)
    assert shell("python -m pip check", folder=tmp_path) == "No broken requirements found.\n"
    where = shell("python -c 'import paperlark; print(paperlark.__file__)'", folder=tmp_path)
    assert Path(where.strip()).is_relative_to(environment)
    assert paperlark.__version__ in shell("paperlark --version", folder=tmp_path)
    # The sample, the learned space, templates: a page needs every kind of file.
    shell("paperlark demo --out pages", folder=tmp_path)
    assert list((tmp_path / "pages").rglob("*.html"))
    has = {path.relative_to(SOURCE / "src") for path in (SOURCE / "src").glob("paperlark/**/*")
           if path.is_file() and path.suffix != ".pyc"}  # fmt: skip
    assert {one for one in has if not (packages_of(environment) / one).exists()} == set()


def _repository(tmp_path: Path) -> Path:
    repository = tmp_path / "papers"
    (repository / ".git").mkdir(parents=True)
    return repository


def _install_step(workflow: Path) -> dict[str, Any]:
    steps = yaml.safe_load(workflow.read_text())["jobs"]["morning"]["steps"]
    return dict(next(step for step in steps if step.get("id") == "install"))


def _schedule_github(tmp_path: Path, source: str | None = None) -> tuple[Path, dict[str, Any]]:
    repository = _repository(tmp_path)
    schedule = GithubSchedule([a_job(repository / "paperlark.toml")], Environment(), source=source)
    make_files(schedule.setting())
    return repository, _install_step(repository / ".github" / "workflows" / "paperlark.yml")


def test_the_workflows_step_installs_what_is_running(
    empty: Path, shell: Shell, tmp_path: Path
) -> None:
    repository, step = _schedule_github(tmp_path)
    shell(step["run"], folder=repository, **step["env"])
    _works(empty, shell, tmp_path)


def test_the_workflows_step_installs_the_commit_of_an_address(
    empty: Path, shell: Shell, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(SOURCE / name, source)
    shutil.copytree(SOURCE / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__"))
    git("init", "--quiet", folder=source)
    git("add", "--all", folder=source)
    git("commit", "--quiet", "--message", "all", folder=source)
    commit = git("rev-parse", "HEAD", folder=source).strip()
    init = source / "src" / "paperlark" / "__init__.py"
    init.write_text(init.read_text() + "\nraise SystemExit('a later commit')\n")
    git("commit", "--quiet", "--all", "--message", "later", folder=source)
    repository, step = _schedule_github(
        tmp_path, f"git+https://git.example.org/ada/paperlark@{commit}"
    )
    add_packages(empty, BUILDER)
    # Git reads the address from this folder instead, and pip builds with what is there.
    shell(
        step["run"],
        folder=repository,
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0=f"url.file://{source}.insteadOf",
        GIT_CONFIG_VALUE_0="https://git.example.org/ada/paperlark",
        PIP_NO_BUILD_ISOLATION="0",
        **step["env"],
    )
    _works(empty, shell, tmp_path)


def test_the_images_steps_install_what_is_running(
    empty: Path, shell: Shell, tmp_path: Path
) -> None:
    folder, root = tmp_path / "papers", tmp_path / "root"
    (folder / "pages").mkdir(parents=True)
    (folder / "paperlark.toml").write_text("a profile of nobody's business\n")
    make_files(DockerSchedule([a_job(folder / "paperlark.toml")]).setting())
    (tmp_path / "programs").mkdir()
    useradd = tmp_path / "programs" / "useradd"
    useradd.write_text("#!/bin/sh\n")
    useradd.chmod(0o755)
    text = (folder / "Dockerfile").read_text().replace("\\\n", " ")
    for copied in re.findall(r"^COPY (\S+) (\S+)$", text, re.MULTILINE):
        name, where = copied
        # Docker sees only what the last matching line lets through.
        ignored = (folder / ".dockerignore").read_text().splitlines()
        assert f"!{name}" in ignored[ignored.index("*") :]
        (root / where.lstrip("/")).mkdir(parents=True)
        shutil.copy(folder / name, root / where.lstrip("/"))
    (run,) = re.findall(r"^RUN (.*)$", text, re.MULTILINE)
    shell(run.replace(" /wheels/", f" {shlex.quote(str(root))}/wheels/"), folder=root)
    _works(empty, shell, tmp_path)


def test_what_was_installed_from_a_wheel_is_put_together_again(
    empty: Path, shell: Shell, tmp_path: Path
) -> None:
    built = own_wheel()
    assert built.wheel is not None
    first = tmp_path / built.requirement
    first.write_bytes(built.wheel)
    shell(f"python -m pip install {shlex.quote(str(first))}", folder=tmp_path)
    first.unlink()
    add_packages(empty)
    # Nothing of the source is left: only what an installer writes.
    script = "import sys; from paperlark.schedule.installable import own_wheel as own;"
    script += "found = own(); assert found == own(); sys.stdout.buffer.write(found.wheel)"
    again = tmp_path / "again"
    again.mkdir()
    shell(f'python -c "{script}" > again/{built.requirement}', folder=tmp_path)
    other = tmp_path / "other"
    venv.create(other, with_pip=True)
    shell(
        f"{shlex.quote(str(other / 'bin' / 'python'))} -m pip install again/*.whl", folder=tmp_path
    )
    assert _contents(packages_of(other)) == _contents(packages_of(empty))
    for name in ("METADATA", "WHEEL", "entry_points.txt", "licenses/LICENSE"):
        inside = f"paperlark-{paperlark.__version__}.dist-info/{name}"
        assert (packages_of(other) / inside).read_text() == (
            packages_of(empty) / inside
        ).read_text()
    done = subprocess.run(  # noqa: S603
        [other / "bin" / "paperlark", "--version"],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(distribution("click").locate_file(""))},
    )
    assert paperlark.__version__ in done.stdout, done.stderr


def _contents(packages: Path) -> dict[str, bytes]:
    folder = packages / "paperlark"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }

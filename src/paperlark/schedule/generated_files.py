"""Schedules that are files: a GitHub workflow, a Docker image with a compose file."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, time
from pathlib import Path

from paperlark.domain.calendar import today
from paperlark.domain.errors import NotScheduled
from paperlark.domain.redaction import literal_secret
from paperlark.schedule.cron import cron_time
from paperlark.schedule.cron import starts_of as read_lines
from paperlark.schedule.installable import Installable, find_installable, named_wheels
from paperlark.schedule.job import MARK, ScheduledJob, fill, require_printable, secret_names
from paperlark.schedule.schedule import (
    FileEdit,
    Programs,
    ScheduleStatus,
    binary_edits,
    file_edits,
    make_files,
    read_file,
)
from paperlark.schedule.times import SchedulerClock, after_midnight, clocks
from paperlark.settings.environment import Environment
from paperlark.store.vote_log import log_path

DOCKER_MARK = f"# {MARK} docker`"
NAMES = ("Dockerfile", ".dockerignore", "compose.yaml")
_PYTHON = "3.12"
_DEBIAN = "bookworm"
_REQUIREMENT = re.compile(r"[\w @:/.,+=<>~!\[\]#&-]+", re.ASCII)


def docker_files(
    jobs: Mapping[str, ScheduledJob], folder: Path, installed: Installable
) -> Mapping[str, str]:
    """Return the files by their names; `jobs` are named by their services.

    The profiles lie in `folder`, which the containers see. Raises NotScheduled.
    """
    _check_public(installed.requirement)
    if not _REQUIREMENT.fullmatch(installed.requirement):
        raise NotScheduled(f"{installed.requirement!r} cannot be written into a Dockerfile")
    blanks = {
        "mark": DOCKER_MARK,
        "python": f"{_PYTHON}-slim-{_DEBIAN}",
        "python_with_git": f"{_PYTHON}-{_DEBIAN}",
        "requirement": json.dumps(installed.requirement),
        "wheel": installed.wheel_name,
        "services": [_service(name, job, folder) for name, job in jobs.items()],
        "secrets": secret_names(jobs.values()),
    }
    return {
        "Dockerfile": fill("Dockerfile", blanks),
        ".dockerignore": fill("dockerignore", blanks),
        "compose.yaml": fill("compose.yaml", blanks),
    }


def _check_public(requirement: str) -> None:
    """Raise NotScheduled where a file for others to read would hold a secret."""
    for address in re.findall(r"\S+://\S+", requirement):
        if held := literal_secret(address):
            raise NotScheduled(
                f"{held} stands in the address to install from, and would be in a file for others",
                hint="name an address without it, or a wheel beside the files",
            )


def _service(name: str, job: ScheduledJob, folder: Path) -> Mapping[str, object]:
    return {
        "name": name,
        "profile": _compose_text(_in_container(folder, job.profile)),
        "pages": _compose_text(_in_container(folder, job.pages)),
        "secrets": secret_names((job,)),
    }


def _in_container(folder: Path, path: Path) -> str:
    """Return the path inside the container."""
    try:
        return f"/papers/{path.relative_to(folder).as_posix()}"
    except ValueError as error:
        raise NotScheduled(
            f"{path} is not in {folder}", hint="containers see only that folder: move it there"
        ) from error


def _compose_text(text: str) -> str:
    """Quote a value for a compose file, where `$` begins a variable."""
    require_printable(text)
    return json.dumps(text.replace("$", "$$"), ensure_ascii=False)


WORKFLOW = Path(".github/workflows/paperlark.yml")
WHEELS = Path(".github/paperlark")
GITHUB_MARK = f"# {MARK} github`"
PYTHON = "3.12"
_PATH = re.compile(r"[\w ./@+=,-]+")
_CRON = re.compile(r'cron: "(\d+ \d+ \* \* [0-6,-]+)"')


def github_workflow(
    jobs: Sequence[ScheduledJob],
    repository: Path,
    starts: Sequence[SchedulerClock],
    requirement: str,
    *,
    site: bool,
) -> str:
    """Return the workflow of all these readers; `requirement` is what pip installs.

    Raises NotScheduled where something cannot stand in it.
    """
    _check_public(requirement)
    _require_free(secret_names(jobs))
    databases = dict.fromkeys(job.database for job in jobs)
    stores = [_in_repository(repository, one) for one in databases]
    logs = [_in_repository(repository, log_path(one)) for one in databases]
    blanks = {
        "mark": GITHUB_MARK,
        "crons": [cron_time(clock) for clock in starts],
        "profiles": _workflow_text(*(_in_repository(repository, job.profile) for job in jobs)),
        "pages": _workflow_text(*(_in_repository(repository, job.pages) for job in jobs)),
        "stores": _workflow_text(*(f"{one}{end}" for one in stores for end in ("", "-wal"))),
        "logs": _workflow_text(*logs),
        "readers": _workflow_text(*(job.slug for job in jobs)),
        "site": _workflow_text(_in_repository(repository, jobs[0].site)) if site else None,
        "requirement": _workflow_text(requirement),
        "python": PYTHON,
        "secrets": secret_names(jobs),
    }
    return fill("workflow.yml", blanks)


def workflow_starts(text: str) -> tuple[SchedulerClock, ...]:
    """Parse the start times of a workflow."""
    return read_lines("\n".join(_CRON.findall(text)), UTC)


def _require_free(names: Sequence[str]) -> None:
    for name in names:
        if name.upper().startswith("GITHUB_"):
            raise NotScheduled(
                f"GitHub accepts no secret named {name!r}",
                hint="choose a name that does not begin with GITHUB_",
            )


def _in_repository(repository: Path, path: Path) -> str:
    """Return a path relative to the repository; raises NotScheduled for an unsafe one."""
    try:
        inside = path.relative_to(repository).as_posix()
    except ValueError as error:
        raise NotScheduled(
            f"{path} is not in the repository {repository}",
            hint="GitHub sees only the repository: move it there",
        ) from error
    if not _PATH.fullmatch(inside):
        raise NotScheduled(
            f"{inside!r} cannot be written into a workflow",
            hint="use letters, digits, spaces and ./@+=,-_ in names of files and folders",
        )
    return f"./{inside}" if inside.startswith("-") else inside


def _workflow_text(*lines: str) -> str:
    """Quote a value so that GitHub evaluates nothing in it: JSON strings are YAML strings."""
    require_printable(*lines)
    for line in lines:
        if "${{" in line:
            raise NotScheduled(f"{line!r} would be evaluated by GitHub", hint="choose another name")
    return json.dumps("\n".join(lines), ensure_ascii=False)


def wheel_edits(
    folder: Path, installed: Installable | None, generated: Path, mark: str
) -> tuple[FileEdit, ...]:
    """Return the edits that lay a wheel into a folder, and remove the ones of earlier versions.

    The wheels of ours are those that our own file `generated` names. Raises NotScheduled.
    """
    text = read_file(generated) or ""
    ours = named_wheels(text) if text.startswith(mark) else ()
    contents: dict[str, bytes | None] = dict.fromkeys(ours)
    if installed is not None and installed.wheel is not None:
        contents[installed.requirement] = installed.wheel
    return tuple(
        edit
        for name, content in contents.items()
        for edit in binary_edits(folder / name, content, ours=name in ours)
    )


@dataclass(frozen=True, slots=True)
class GithubSchedule:
    """A workflow in the repository that contains the jobs' profiles.

    `source` is what it installs: an address or a wheel, None for what is running.
    """

    jobs: Sequence[ScheduledJob]
    environment: Environment
    at: time | None = None
    source: str | None = None
    site: bool = True

    def setting(self) -> tuple[FileEdit, ...]:
        """Return the edits that write the workflow, and the wheel that it installs."""
        repository, starts = self._repository, self._starts()
        installed = find_installable(self.source)
        what = installed.requirement
        if installed.wheel is not None:
            what = f"./{(WHEELS / what).as_posix()}"
        text = github_workflow(self.jobs, repository, starts, what, site=self.site)
        return (
            *self._wheels(installed),
            *file_edits({self._path: text}, GITHUB_MARK),
        )

    def removing(self) -> tuple[FileEdit, ...]:
        """Return the edits that remove the workflow and its wheel."""
        return (*file_edits({self._path: None}, GITHUB_MARK), *self._wheels(None))

    def make(self, edits: Sequence[FileEdit]) -> tuple[str, ...]:
        """Write it, and return what to set up on GitHub."""
        make_files(edits)
        if not self._path.exists():
            return ("commit and push the change",)
        secrets = dict.fromkeys(name for job in self.jobs for name in job.secrets)
        return (
            *_unpinned(self.source),
            *(f"set the secret on GitHub: gh secret set {name}" for name in secrets),
            *(
                ("in the repository's Settings > Pages, choose GitHub Actions as source",)
                * self.site
            ),
            *self._left_out(),
            "commit and push the folder .github",
        )

    def standing(self) -> tuple[ScheduleStatus, ...]:
        """Return the existing workflow, if paperlark wrote it."""
        text = read_file(self._path)
        if text is None or not text.startswith(GITHUB_MARK):
            return ()
        return (ScheduleStatus(str(self._path), workflow_starts(text)),)

    def _left_out(self) -> Iterator[str]:
        """Return what to do where git leaves the wheel out, as many .gitignore files have it."""
        programs = Programs(self.environment.variables)
        for name in named_wheels(read_file(self._path) or ""):
            path = str(self._repository / WHEELS / name)
            asked = ("-C", str(self._repository), "check-ignore", "--quiet", path)
            if programs.has("git") and programs.run("git", *asked).well:
                yield f"your .gitignore leaves the wheel out: git add --force {shlex.quote(path)}"

    def _wheels(self, installed: Installable | None) -> tuple[FileEdit, ...]:
        return wheel_edits(self._repository / WHEELS, installed, self._path, GITHUB_MARK)

    def _starts(self) -> tuple[SchedulerClock, ...]:
        at = self.at or after_midnight(self.jobs[0].id or self.jobs[0].name)
        local = None if self.at is None else self.environment.zone()
        return clocks(today(self.environment.now()), at=at, local=local, scheduler=UTC)

    @property
    def _path(self) -> Path:
        return self._repository / WORKFLOW

    @property
    def _repository(self) -> Path:
        profile = self.jobs[0].profile
        found = next((one for one in profile.parents if (one / ".git").exists()), None)
        if found is None:
            raise NotScheduled(
                f"{profile} is not in a git repository", hint=f"make one: git init {profile.parent}"
            )
        return found


@dataclass(frozen=True, slots=True)
class DockerSchedule:
    """A Dockerfile and a compose file, beside the first job's profile.

    `source` is what the image has: an address or a wheel, None for what is running.
    """

    jobs: Sequence[ScheduledJob]
    source: str | None = None

    def setting(self) -> tuple[FileEdit, ...]:
        """Return the edits that write the files, and the wheel that the image has."""
        jobs = {job.slug: job for job in self.jobs}
        if len(jobs) < len(self.jobs):
            raise NotScheduled(
                "two of the profiles have the same id",
                hint="write an `id` of its own into one of them",
            )
        installed = find_installable(self.source)
        texts = self._edits(docker_files(jobs, self._folder, installed))
        return (*self._wheels(installed), *texts)

    def removing(self) -> tuple[FileEdit, ...]:
        """Return the edits that remove the files."""
        return (*self._edits(dict.fromkeys(NAMES)), *self._wheels(None))

    def make(self, edits: Sequence[FileEdit]) -> tuple[str, ...]:
        """Write them, and return how to start it."""
        make_files(edits)
        if not (self._folder / NAMES[0]).exists():
            return ()
        secrets = dict.fromkeys(name for job in self.jobs for name in job.secrets)
        return (
            *_unpinned(self.source),
            *(f"write the secret to ~/.config/paperlark/secrets/{name}" for name in secrets),
            f"start it: cd {self._folder} && docker compose up --detach --build",
        )

    def standing(self) -> tuple[ScheduleStatus, ...]:
        """Return the existing compose file, if paperlark wrote it."""
        path = self._folder / "compose.yaml"
        ours = (read_file(path) or "").startswith(DOCKER_MARK)
        return (ScheduleStatus(str(path), ()),) if ours else ()

    def _edits(self, texts: Mapping[str, str | None]) -> tuple[FileEdit, ...]:
        wanted = {self._folder / name: text for name, text in texts.items()}
        return file_edits(wanted, DOCKER_MARK)

    def _wheels(self, installed: Installable | None) -> tuple[FileEdit, ...]:
        return wheel_edits(self._folder, installed, self._folder / NAMES[0], DOCKER_MARK)

    @property
    def _folder(self) -> Path:
        return self.jobs[0].profile.parent


def _unpinned(source: str | None) -> tuple[str, ...]:
    """Return a word on an address whose content may change."""
    note = find_installable(source).note if source and "://" in source else ""
    return (note,) if note else ()

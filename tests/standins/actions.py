"""A stand-in for GitHub's runner: jobs and steps of a workflow in order, scripts as written.

Scripts really run, in bash. Actions are stood in for: `checkout` clones the remote, the cache is a
folder, and what is published is copied. An expression that this does not know is an error.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_NAME = re.compile(r"'[^']*'|[a-z_]+(?:\.[A-Za-z0-9_-]+)+(?!\()|&&|\|\||!(?!=)")
_WORDS = {"&&": " and ", "||": " or ", "!": " not "}
_FUNCTIONS = re.compile(r"success\(|failure\(|always\(|cancelled\(")


@dataclass
class Outcome:
    """How a step ended: `success`, `failure` or `skipped`, and what it printed and put out."""

    outcome: str
    printed: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Ended:
    """How a job ended."""

    result: str
    steps: dict[str, Outcome]
    outputs: dict[str, str]


@dataclass
class Runner:
    """GitHub, as far as a workflow sees it.

    `remote` is a bare repository, `cache` a folder with a folder for each key, `published` where
    the site goes, `programs` come first on the path, `secrets` are the repository's,
    and `environment` the machine's.
    """

    home: Path
    remote: Path
    programs: Path
    secrets: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    mornings: int = 0

    @property
    def cache(self) -> Path:
        """Where stores are kept."""
        return self.home / "cache"

    @property
    def published(self) -> Path:
        """Where the site is to be seen."""
        return self.home / "published"

    def run(self, workflow: Path) -> dict[str, Ended]:
        """Run a workflow once, and give how each job ended."""
        self.mornings += 1
        text = yaml.safe_load(workflow.read_text("utf-8"))
        ended: dict[str, Ended] = {}
        for name, job in text["jobs"].items():
            needs = job.get("needs", [])
            needed = {one: ended[one] for one in ([needs] if isinstance(needs, str) else needs)}
            ended[name] = self._job(name, job, needed)
        return ended

    def _job(self, name: str, job: dict[str, Any], needs: dict[str, Ended]) -> Ended:
        bad = any(one.result == "failure" for one in needs.values())
        unmet = any(one.result != "success" for one in needs.values())
        contexts = self._contexts({}, needs)
        if not _holds(job.get("if"), contexts, well=not unmet, bad=bad):
            return Ended("skipped", {}, {})
        work = self.home / f"work-{self.mornings}-{name}"
        work.mkdir()
        steps: dict[str, Outcome] = {}
        failed = False
        for number, step in enumerate(job["steps"]):
            contexts = self._contexts(steps, needs)
            key = step.get("id", step.get("name", f"step {number}"))
            if _holds(step.get("if"), contexts, well=not failed, bad=failed):
                steps[key] = self._step(step, job.get("env", {}), contexts, work)
            else:
                steps[key] = Outcome("skipped")
            failed = failed or steps[key].outcome == "failure"
        contexts = self._contexts(steps, needs)
        outputs = {one: _filled(value, contexts) for one, value in job.get("outputs", {}).items()}
        return Ended("failure" if failed else "success", steps, outputs)

    def _step(
        self,
        step: dict[str, Any],
        job_environment: dict[str, str],
        contexts: dict[str, str],
        work: Path,
    ) -> Outcome:
        with_ = {one: _filled(str(text), contexts) for one, text in step.get("with", {}).items()}
        if "uses" in step:
            return self._action(step["uses"].partition("@")[0], with_, work)
        given = {**job_environment, **step.get("env", {})}
        environment = {one: _filled(str(text), contexts) for one, text in given.items()}
        return self._script(step["run"], environment, work)

    def _script(self, script: str, environment: dict[str, str], work: Path) -> Outcome:
        output = work.with_name(f"{work.name}.output")
        output.write_text("")
        done = subprocess.run(  # noqa: S603
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=work,
            capture_output=True,
            text=True,
            check=False,
            env={
                "PATH": f"{self.programs}:{os.environ['PATH']}",
                "HOME": str(self.home),
                "GITHUB_OUTPUT": str(output),
                "RUNNER_HOME": str(self.home),
                **self.environment,
                **environment,
            },
        )
        outputs = dict(line.split("=", 1) for line in output.read_text().splitlines())
        outcome = "success" if done.returncode == 0 else "failure"
        return Outcome(outcome, done.stdout + done.stderr, outputs)

    def _action(self, name: str, given: dict[str, str], work: Path) -> Outcome:
        match name:
            case "actions/checkout":
                git("clone", "--quiet", str(self.remote), str(work))
            case "actions/cache/restore":
                return Outcome("success", outputs=self._restore(given, work))
            case "actions/cache/save":
                _copy(given["path"].split("\n"), work, self.cache / given["key"])
            case "actions/configure-pages":
                address = "https://ada.example.org/papers"
                return Outcome("success", outputs={"base_url": address})
            case "actions/upload-pages-artifact":
                shutil.copytree(work / given["path"], self.home / "artifact", dirs_exist_ok=True)
            case "actions/deploy-pages":
                shutil.copytree(self.home / "artifact", self.published, dirs_exist_ok=True)
            case "actions/setup-python":
                pass
            case _:
                raise AssertionError(f"no stand-in for {name}")
        return Outcome("success")

    def _restore(self, given: dict[str, str], work: Path) -> dict[str, str]:
        kept = sorted(self.cache.glob(f"{given['restore-keys']}*")) if self.cache.exists() else []
        if not kept:
            return {}
        _copy(given["path"].split("\n"), kept[-1], work)
        return {"cache-matched-key": kept[-1].name}

    def _contexts(self, steps: dict[str, Outcome], needs: dict[str, Ended]) -> dict[str, str]:
        """Return everything an expression may name; what is not there is empty, as on GitHub."""
        known = {
            "github.run_id": f"{self.mornings:03}",
            "github.run_attempt": "1",
            "github.server_url": "https://github.example",
            "github.repository": "ada/papers",
            "github.repository_owner": "ada",
            "github.token": "a token",
        }
        known |= {f"secrets.{name}": secret for name, secret in self.secrets.items()}
        for name, step in steps.items():
            known[f"steps.{name}.outcome"] = step.outcome
            known |= {f"steps.{name}.outputs.{one}": text for one, text in step.outputs.items()}
        for name, job in needs.items():
            known[f"needs.{name}.result"] = job.result
            known |= {f"needs.{name}.outputs.{one}": text for one, text in job.outputs.items()}
        return known


def git(*arguments: str, folder: Path | None = None) -> str:
    """Run git, with nobody's settings."""
    done = subprocess.run(  # noqa: S603
        ["git", "-c", "init.defaultBranch=main", *arguments],  # noqa: S607
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere", **_AUTHOR},
    )
    return done.stdout


_AUTHOR = {
    f"GIT_{role}_{what}": text
    for role in ("AUTHOR", "COMMITTER")
    for what, text in {"NAME": "Ada", "EMAIL": "ada@example.org"}.items()
}


def _copy(paths: Iterable[str], source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for path in paths:
        if (source / path).exists():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / path, target / path)


def _holds(condition: str | None, contexts: dict[str, str], *, well: bool, bad: bool) -> bool:
    """Return whether a job or step is run; without a word on it, only when all went well."""
    text = (condition or "").removeprefix("${{").removesuffix("}}").strip()
    value = bool(_value(text, contexts, well=well, bad=bad)) if text else True
    return value and (well or _FUNCTIONS.search(text) is not None)


def _filled(text: str, contexts: dict[str, str]) -> str:
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(_value(found[1].strip(), contexts)), text)


def _value(text: str, contexts: dict[str, str], *, well: bool = True, bad: bool = False) -> object:
    def python(found: re.Match[str]) -> str:
        name = found[0]
        if name.startswith("'"):
            return name
        return _WORDS.get(name) or repr(contexts.get(name, ""))

    functions = {
        "success": lambda: well,
        "failure": lambda: bad,
        "always": lambda: True,
        "cancelled": lambda: False,
    }
    code = _NAME.sub(python, text).strip()
    return eval(code, {"__builtins__": {}}, functions)  # noqa: S307  # a workflow of our own making


def morning(runner: Runner, day: str, code: str) -> None:
    """Make the next morning be of that day, and end so."""
    (runner.home / "day").write_text(day)
    (runner.home / "morning").write_text(code)


def commit(folder: Path) -> None:
    """Commit and push all that is there."""
    git("add", "--all", folder=folder)
    git("commit", "--quiet", "--message", "by hand", folder=folder)
    git("push", "--quiet", folder=folder)

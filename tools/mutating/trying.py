"""A copy of the checkout in which a file can be broken and tests be run, and how they end."""

from __future__ import annotations

import compileall
import os
import py_compile
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

LEFT_OUT = (".git", ".venv", ".venv-llm", ".*_cache", ".hypothesis", "__pycache__", "*.egg-info")

PYTEST = (
    *(sys.executable, "-m", "pytest", "-x", "-v", "--tb=no", "-m", "not browser"),
    *("--hypothesis-seed=0", "-p", "no:randomly", "-p", "no:cacheprovider"),
)
PASSED = (0, 5)
"""Exit codes of pytest when all tests passed, and when there was none."""

PATIENCE = 180.0
"""Seconds after which a test hangs, on a busy machine too: none of the whole program takes as long
but those that are left out."""

LONGEST = 3600.0
"""Seconds after which a run hangs, wherever."""

MEMORY = 6 * 2**30
"""Bytes: what is broken may also never stop growing."""


_SAID = re.compile(
    r"(?P<test>tests/\S+?::.+?)"
    r"(?: +(?P<end>PASSED|FAILED|ERROR|SKIPPED|XFAIL)\b.*| *(?:Timeout.*)?)"
)


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a run of tests ended; `test` failed, or else that file could not be read or hung."""

    passed: bool
    test: str | None = None


@dataclass(slots=True)
class Copy:
    """The checkout once more in a folder of its own, with the same recorded input."""

    original: Path
    folder: Path
    unreliable: list[str] = field(default_factory=list)
    """Tests that failed with nothing broken, and are left out from then on."""

    def __post_init__(self) -> None:
        shutil.copytree(
            self.original, self.root, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True
        )
        # By its hash a broken file never passes for the whole one, however soon it is put back.
        compileall.compile_dir(
            self.root / "src",
            quiet=1,
            invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH,
        )

    @property
    def root(self) -> Path:
        """Where it stands."""
        return self.folder / "checkout"

    def noticed(self, file: Path, source: str, tests: Sequence[Path]) -> str | None:
        """Return which test fails or hangs first when a file says something else; none: `None`.

        It must pass on the whole program, or is left out, now and from then on.
        """
        while tests:
            with self._broken(file, source):
                ending = self._run([str(test.relative_to(self.root)) for test in tests])
            if ending.passed:
                return None
            if ending.test is None or self._run([ending.test]).passed:
                return ending.test or "no test ran to its end"
            self.unreliable.append(ending.test)
        return None

    @contextmanager
    def _broken(self, file: Path, source: str) -> Iterator[None]:
        path = self.root / file
        whole = path.read_bytes()
        path.write_text(source, "utf-8")
        try:
            yield
        finally:
            path.write_bytes(whole)

    def _run(self, tests: Sequence[str]) -> _Ending:
        scratch = self.folder / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        (scratch / "home").mkdir(parents=True)
        left_out = (f"--deselect={test}" for test in self.unreliable)
        hanging = (f"faulthandler_timeout={PATIENCE}", "faulthandler_exit_on_timeout=true")
        settings = (word for setting in hanging for word in ("-o", setting))
        with subprocess.Popen(
            [*PYTEST, *settings, f"--basetemp={scratch / 'tests'}", *left_out, *tests],
            cwd=self.root,
            env=self._surroundings(scratch),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=LONGEST)
            except subprocess.TimeoutExpired:
                return _Ending(passed=False)
            finally:
                _end(process)
        return _Ending(process.returncode in PASSED, failed(output))

    def _surroundings(self, scratch: Path) -> Mapping[str, str]:
        """Return environment variables that keep broken code away from the user's files."""
        shared = self.original.parent / "shared"
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
            "PYTHONPATH": str(self.root / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PAPERLARK_SHARED": os.environ.get("PAPERLARK_SHARED", str(shared)),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(scratch / "hypothesis"),
            "HOME": str(scratch / "home"),
            "TMPDIR": str(scratch),
        }


def failed(output: str) -> str | None:
    """Return the test that pytest says failed first; one that has no end yet hangs.

    A file of tests, where it could not even be read.
    """
    said = [found for line in output.splitlines() if (found := _SAID.fullmatch(line))]
    bad = [found["test"] for found in said if found["end"] in {"FAILED", "ERROR"}]
    unread = re.findall(r"^ERROR (tests/\S+)", output, re.MULTILINE)
    begun = [found["test"] for found in said if not found["end"]]
    return next(iter((*bad, *unread, *begun)), None)


def bound_memory() -> None:
    """Keep all that this process starts from taking the machine's memory."""
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, most))


def _end(process: subprocess.Popen[str]) -> None:
    """End a run and what it started, whatever it is doing."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return

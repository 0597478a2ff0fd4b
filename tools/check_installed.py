"""Install a wheel in environments of their own and try it there: the core, each extra, and all.

The package index is asked for what paperlark needs. With `--sizes` the largest packages of the core
are printed as well. The commands are those that a new user runs first; that an extra's command
names its extra where it is not installed is tried too. Every import of the package, also one inside
of a function, has to be found, or belong to an extra that is not there. The sdist, from which the
wheel is built, is installed for the core and for all.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import tomllib
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import HTTPCookieProcessor, build_opener

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 900
_START = 60
"""Seconds in which `paperlark read` has to answer."""
_NEEDS = {"read": ("read", "read-group", "mcp"), "mcp": ("mcp",)}
"""Commands that need an extra, and the extras with which they work."""
_LARGEST = 15
_BROUGHT = {
    "read": {"anyio", "starlette", "uvicorn"},
    "read-group": {"anyio", "authlib", "joserfc", "prometheus_client", "starlette", "uvicorn"},
    "mcp": {"mcp", "mcp_types", "starlette", "uvicorn"},
    "postgres": {"psycopg", "psycopg_pool"},
    "cluster": {"distributed"},
    "keyring": {"keyring"},
    "peers": {"scipy", "sklearn"},
}
"""What each extra has to bring of what the package imports."""
_NOT_FOUND = """
import ast, importlib.util, sys
from pathlib import Path
import paperlark
names = set()
for path in Path(paperlark.__file__).parent.rglob("*.py"):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(one.name for one in node.names)
        if isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module)
tops = {one.partition(".")[0] for one in names} - sys.stdlib_module_names
print(*(one for one in tops if importlib.util.find_spec(one) is None))
"""


def main() -> int:
    """Check the wheel in dist/; return the exit code."""
    arguments = ArgumentParser(description="Try the wheel in dist/ in empty environments.")
    arguments.add_argument("--python", default=sys.executable, help="a Python to make them with")
    arguments.add_argument("--extras", nargs="*", default=["", *extras()], help="only these")
    arguments.add_argument("--sdist", action="store_true", help="install the sdist instead")
    arguments.add_argument("--sizes", action="store_true", help="print the core's packages")
    given = arguments.parse_args()
    (wheel,) = (ROOT / "dist").glob("paperlark-*.whl")
    (sdist,) = (ROOT / "dist").glob("paperlark-*.tar.gz")
    wanted = [(sdist if given.sdist else wheel, extra) for extra in given.extras]
    if given.extras == ["", *extras()] and not given.sdist:
        wanted += [(sdist, ""), (sdist, "all")]
    failed = []
    for built, extra in wanted:
        with TemporaryDirectory(prefix="paperlark-installed-") as folder:
            problems = list(check(built, extra, Path(folder), given.python))
            if not extra and given.sizes and built == wheel:
                print_sizes(Path(folder) / "environment")
        kind = "sdist" if built == sdist else "wheel"
        print(f"{kind} {extra or 'core':<12} {'; '.join(problems) or 'ok'}", flush=True)
        failed += problems
    return 1 if failed else 0


def extras() -> tuple[str, ...]:
    """Return the extras that a reader installs: all but the one with other tools' methods."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return tuple(one for one in project["optional-dependencies"] if one != "peers")


def check(built: Path, extra: str, folder: Path, python: str) -> Iterator[str]:
    """Yield what does not work in a new environment with an extra."""
    home = folder / "home"
    home.mkdir()
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    environment |= {name: os.environ[name] for name in os.environ if name.startswith("PIP_")}
    bin_folder = folder / "environment" / "bin"
    _run([python, "-m", "venv", str(folder / "environment")], home, os.environ)
    wanted = f"{built}[{extra}]" if extra else str(built)
    pip = [str(bin_folder / "python"), "-m", "pip", "--disable-pip-version-check"]
    _run([*pip, "install", "--quiet", wanted], home, os.environ)
    paperlark = str(bin_folder / "paperlark")
    for command, ends in (
        ("--version", {0}),
        ("demo --out demo", {0}),
        ("init mine --yes --category cs.LG --interests Bats.", {0}),
        ("doctor --offline --profile mine", {0, 3}),
        ("completion bash", {0}),
        ("uninstall --list --profile mine", {0}),
        ("mcp --config --profile mine", {0, 1}),
    ):
        done = _run([paperlark, *command.split()], home, environment, check=False)
        if done.returncode not in ends or "Traceback" in done.stderr:
            yield f"{command}: {done.returncode} {done.stderr.strip()[-200:]}"
    if not (folder / "environment" / "share" / "man" / "man1" / "paperlark.1").is_file():
        yield "no man page"
    listed = _run([str(bin_folder / "python"), "-c", _NOT_FOUND], home, environment)
    yield from not_brought(set(listed.stdout.split()), extra)
    yield from _read(paperlark, home, environment, works=extra in (*_NEEDS["read"], "all"))


def not_brought(missing: set[str], extra: str) -> Iterator[str]:
    """Yield what an extra, or the core, does not bring of what has to be there with it."""
    others = set(_BROUGHT) - ({*_BROUGHT} - {"peers"} if extra == "all" else {extra})
    may = set().union(*(_BROUGHT[one] for one in others)) - _BROUGHT.get(extra, set())
    for name in sorted(missing - may):
        yield f"imports {name}, which is not installed"


def _read(
    paperlark: str, home: Path, environment: Mapping[str, str], *, works: bool
) -> Iterator[str]:
    """Yield what is wrong with `read`: it answers with its extra, and names it without."""
    command = [paperlark, "read", "mine", "--no-open", "--port", "8977"]
    if not works:
        done = _run(command, home, environment, check=False)
        if done.returncode != 1 or "paperlark[read]" not in done.stderr:
            yield f"read without its extra: {done.returncode} {done.stderr.strip()[-200:]}"
        return
    with _started(command, home, environment) as lines:
        address = next((word for word in lines.split() if word.startswith("http://")), "")
        try:
            # The address with the token leads to one without, for whoever brings the cookie back.
            browser = build_opener(HTTPCookieProcessor())
            with browser.open(address, timeout=_START) as answer:
                if answer.status != 200:  # noqa: PLR2004  # HTTP's
                    yield f"read answered {answer.status}"
        except (OSError, ValueError) as error:
            yield f"read did not answer ({error}): {lines[-200:]}"


@contextmanager
def _started(command: Sequence[str], home: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Yield what a server printed up to its address."""
    process = subprocess.Popen(command, cwd=home, env=environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    try:
        printed, end = "", time.monotonic() + _START
        while process.stdout and "http://" not in printed and time.monotonic() < end:
            line = process.stdout.readline()
            if not line:
                break
            printed += line
        yield printed
    finally:
        process.terminate()
        process.communicate(timeout=_START)


def print_sizes(environment: Path) -> None:
    """Print the size of an environment, and of its largest packages, in MB."""
    (packages,) = environment.glob("lib/python3*/site-packages")
    sizes = {one.name: _size(one) for one in packages.iterdir()}
    print(f"{_size(environment) / 1e6:6.0f} MB  the whole environment")
    for name in sorted(sizes, key=lambda one: -sizes[one])[:_LARGEST]:
        print(f"{sizes[name] / 1e6:6.0f} MB  {name}")


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(one.lstat().st_size for one in files if not one.is_dir() or one.is_symlink())


def _run(
    command: Sequence[str], home: Path, environment: Mapping[str, str], *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=home, env=environment, check=check, capture_output=True, text=True,
        timeout=_PATIENCE,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())

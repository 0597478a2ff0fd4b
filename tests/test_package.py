"""What is built to be installed: the same bytes each time, with all that it needs inside."""

from __future__ import annotations

import os
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path

import make_release
import pytest
from check_installed import _BROUGHT, extras, not_brought
from make_dist import build, differences, write_sums

ROOT = Path(__file__).parent.parent
Built = tuple[Path, Path]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """Build in a folder, under a umask of its own."""
    before = os.umask(0o077)
    try:
        yield build(tmp_path_factory.mktemp("first") / "a")
    finally:
        os.umask(before)


def _tracked(folder: str) -> set[str]:
    command = ["git", "-C", str(ROOT), "ls-files", "-z", folder]
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, check=True, text=True, timeout=60
    )
    return {name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()}


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is no clone"),
]


def test_two_builds_are_the_same_bytes(built: Built, tmp_path: Path) -> None:
    again = build(tmp_path / "in a folder of another name")
    assert differences(built, again) == ()
    again[1].write_bytes(again[1].read_bytes() + b"x")
    assert differences(built, again) == (again[1].name,)


def test_everything_is_in_the_wheel(built: Built) -> None:
    with zipfile.ZipFile(built[1]) as wheel:
        names = set(wheel.namelist())
    package = {name.removeprefix("src/") for name in _tracked("src/paperlark")}
    manual = {f"paperlark-0.1.0.data/data/share/man/man1/{Path(name).name}"
              for name in _tracked("src/man")}  # fmt: skip
    assert len(package) > 500
    assert len(manual) > 25
    assert package | manual <= names
    others = names - package - manual
    assert {name.partition("/")[0] for name in others} == {"paperlark-0.1.0.dist-info"}


def test_the_sdist_is_what_git_tracks(built: Built) -> None:
    with tarfile.open(built[0]) as sdist:
        names = {one.name.partition("/")[2] for one in sdist.getmembers() if one.isfile()}
    wanted = {name for name in _tracked(".") if not name.startswith(".ci/")}
    assert names == wanted | {"PKG-INFO"}


def test_the_metadata_says_what_an_index_asks_for(built: Built) -> None:
    with zipfile.ZipFile(built[1]) as wheel:
        text = wheel.read("paperlark-0.1.0.dist-info/METADATA").decode("utf-8")
        programs = wheel.read("paperlark-0.1.0.dist-info/entry_points.txt").decode("utf-8")
    metadata = HeaderParser().parsestr(text)
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata["License-File"] == "LICENSE"
    assert {"read", "mcp", "postgres", "cluster", "all"} <= set(
        metadata.get_all("Provides-Extra") or ()
    )
    # No address is named that nobody has registered.
    assert metadata.get_all("Project-URL") is None
    assert "paperlark = paperlark.cli:main" in programs


def test_a_package_that_an_extra_does_not_bring_is_told() -> None:
    everything = set().union(*_BROUGHT.values())
    assert {*extras()} - {"all"} == {*_BROUGHT} - {"peers"}
    assert list(not_brought(everything, "")) == []
    assert list(not_brought(everything - {"anyio", "starlette", "uvicorn"}, "read")) == []
    assert list(not_brought({"uvicorn"}, "read")) == ["imports uvicorn, which is not installed"]
    assert list(not_brought({"scipy"}, "all")) == []
    assert list(not_brought({"keyring"}, "all")) == ["imports keyring, which is not installed"]
    assert list(not_brought({"requests"}, "")) == ["imports requests, which is not installed"]


def test_sums_are_those_that_sha256sum_checks(tmp_path: Path) -> None:
    (tmp_path / "a.whl").write_bytes(b"a wheel")
    write_sums([tmp_path / "a.whl"])
    command = ["sha256sum", "--check", "SHA256SUMS"]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=60)  # noqa: S603
    assert checked.stdout == b"a.whl: OK\n"


def test_a_state_that_is_not_committed_is_not_released(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *arguments], check=True, timeout=60)  # noqa: S603, S607

    git("init", "--quiet")
    (tmp_path / "CHANGELOG.md").write_text("## 0.0.9\n")
    assert len(list(make_release.not_ready(tmp_path))) == 2
    (tmp_path / "CHANGELOG.md").write_text("## 0.1.0 (unreleased)\n")
    git("add", ".")
    git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "-m", "All")
    assert list(make_release.not_ready(tmp_path)) == []

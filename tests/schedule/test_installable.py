"""What a container or a workflow installs: addresses, wheels, and what is refused."""

from __future__ import annotations

import shutil
from importlib.metadata import Distribution
from pathlib import Path

import pytest

import paperlark
from paperlark.domain.errors import NotScheduled
from paperlark.schedule.installable import find_installable, named_wheels, own_wheel

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_an_address_of_a_commit_is_what_it_is() -> None:
    found = find_installable(f"git+https://example.org/ada/paperlark@{COMMIT}")
    assert found.requirement == f"paperlark @ git+https://example.org/ada/paperlark@{COMMIT}"
    assert found.wheel is None
    assert found.note == ""
    # As pip writes them.
    assert find_installable(found.requirement) == found


@pytest.mark.parametrize("end", ["", "@main", "@v0.1.0", "@0123abc"])
def test_an_address_whose_content_may_change_says_so(end: str) -> None:
    found = find_installable(f"git+https://example.org/paperlark{end}")
    assert "names no commit" in found.note


@pytest.mark.parametrize(
    "source",
    [
        "paperlark",
        "paperlark==0.1.0",
        "./paperlark",
        "-r requirements.txt",
        "--index-url",
        "git+ssh://git@example.org/paperlark",
        "git+http://example.org/paperlark",
        "git+file:///home/ada/paperlark",
        "https://example.org/paperlark",
        "https://example.org/a b.whl",
        "git+https://example.org/$(id)",
        "git+https://example.org/x\nRUN evil",
        "git+https://example.org/${{ github.token }}",
        "other @ git+https://example.org/x",
        "other-0.1.0-py3-none-any.whl",
    ],
)
def test_what_cannot_be_installed_elsewhere_is_refused_in_one_line(source: str) -> None:
    with pytest.raises(NotScheduled) as refused:
        find_installable(source)
    assert refused.value.hint
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "source",
    [
        "git+https://ada:hunter2@example.org/paperlark",
        "git+https://hunter2@example.org/paperlark",
        "https://example.org/paperlark.whl?token=hunter2",
    ],
)
def test_a_secret_in_an_address_is_neither_written_nor_shown(source: str) -> None:
    with pytest.raises(NotScheduled) as refused:
        find_installable(source)
    assert "hunter2" not in f"{refused.value} {refused.value.hint}"


def test_a_wheel_is_taken_as_it_is_and_a_missing_one_named(tmp_path: Path) -> None:
    path = tmp_path / "paperlark-0.2.0-py3-none-any.whl"
    with pytest.raises(NotScheduled, match=r"0\.2\.0.*cannot be read"):
        find_installable(str(path))
    path.write_bytes(b"a wheel")
    found = find_installable(str(path))
    assert (found.requirement, found.wheel) == (path.name, b"a wheel")


def test_generated_files_name_their_wheels() -> None:
    text = 'COPY paperlark-0.1.0-py3-none-any.whl /w\n"./x/paperlark-0.2.0+me-py3-none-any.whl"'
    assert named_wheels(text) == (
        "paperlark-0.1.0-py3-none-any.whl",
        "paperlark-0.2.0+me-py3-none-any.whl",
    )


def _without_source(tmp_path: Path) -> Path:
    """Copy the package to where neither a source tree nor a record of an installation is."""
    package = tmp_path / "paperlark"
    package.mkdir()
    shutil.copy(paperlark.__file__, package)
    return package


def test_where_nothing_is_recorded_the_line_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(NotScheduled, match="no wheel can be made") as refused:
        own_wheel(_without_source(tmp_path))
    assert "--install git+https://HOST/PATH@COMMIT" in str(refused.value.hint)


def test_a_file_that_is_gone_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, record = _without_source(tmp_path), tmp_path / "paperlark-0.1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.4\nName: paperlark\nVersion: 0.1.0\n")
    (record / "RECORD").write_text("paperlark/__init__.py,,\npaperlark/gone.py,,\n")
    monkeypatch.setattr(
        "paperlark.schedule.installable.distribution", lambda _: Distribution.at(record)
    )
    with pytest.raises(NotScheduled, match=r"gone\.py"):
        own_wheel(package)


@pytest.mark.slow
def test_a_source_tree_that_cannot_be_built_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "paperlark"\n')
    with pytest.raises(NotScheduled, match="can be built") as refused:
        own_wheel(_without_source(tmp_path))
    assert "\n" not in str(refused.value)
    assert "--install" in str(refused.value.hint)

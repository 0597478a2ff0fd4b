"""Compiled templates are kept like compiled modules, and never taken for those of another text."""

from __future__ import annotations

import sys
from pathlib import Path

import jinja2
import pytest

from paperlark.renderers.bytecode import TemplateBytecode


@pytest.fixture(autouse=True)
def _bytecode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "bytecode"))


def rendered(folder: Path, kind: str = "plain", finalize: str = "") -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        bytecode_cache=TemplateBytecode(kind),
        finalize=(lambda value: f"{value}{finalize}") if finalize else None,
        autoescape=True,
    )
    return environment.get_template("page.html").render(name="Ada")


def kept(folder: Path) -> list[Path]:
    return [one for one in (folder / "bytecode").rglob("*") if one.is_file()]


def write(folder: Path, text: str) -> Path:
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / "page.html").write_text(text)
    return folder / "templates"


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    templates = write(tmp_path, "Good morning, {{ name }}")
    first = rendered(templates)
    monkeypatch.setattr(jinja2.Environment, "compile", None)
    assert rendered(templates) == first == "Good morning, Ada"


def test_a_template_that_changed_is_compiled_again(tmp_path: Path) -> None:
    rendered(write(tmp_path, "Good morning, {{ name }}"))
    assert rendered(write(tmp_path, "Good evening, {{ name }}")) == "Good evening, Ada"


def test_environments_of_another_kind_do_not_share(tmp_path: Path) -> None:
    templates = write(tmp_path, "{{ 1 }} {{ name }}")
    assert rendered(templates) == "1 Ada"
    assert rendered(templates, "starred", "*") == "1* Ada*"


def test_damaged_bytecode_is_made_anew(tmp_path: Path) -> None:
    templates = write(tmp_path, "Good morning, {{ name }}")
    rendered(templates)
    [file] = kept(tmp_path)
    for content in (b"", b"nonsense", file.read_bytes()[:-9]):
        file.write_bytes(content)
        assert rendered(templates) == "Good morning, Ada"


def test_nothing_is_kept_where_python_keeps_no_bytecode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(write(tmp_path, "Good morning, {{ name }}")) == "Good morning, Ada"
    assert not kept(tmp_path)


def test_a_folder_that_cannot_be_written_costs_only_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "file"))
    assert rendered(write(tmp_path, "Good morning, {{ name }}")) == "Good morning, Ada"

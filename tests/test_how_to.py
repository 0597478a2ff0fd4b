"""What the documentation says can be done: settings load, commands exist, links lead somewhere."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path

import click
import pytest

from paperlark.cli import cli
from paperlark.settings import Settings, load_settings
from paperlark.settings.group import GroupSettings, load_group
from standins.written import Block, anchors, blocks, commands, links

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
TAUGHT = [
    page
    for page in (ROOT / "README.md", DOCS / "tutorial.md", *sorted(DOCS.glob("how-to/*.md")))
    if page.exists()
]
WRITTEN = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
        *DOCS.rglob("*.md"),
        *(ROOT / "examples").rglob("README.md"),
    ]
)
INDEX = DOCS / "README.md"


def _blocks(kind: str) -> list[Block]:
    return [block for page in TAUGHT for block in blocks(page, kind)]


def _load(block: str, folder: Path) -> Settings:
    """Load a part of a profile, with what else every profile needs."""
    there = tomllib.loads(block)
    needed = {"name": "Bats", "categories": ["cs.SD"]}
    lacking = "".join(
        f"{name} = {json.dumps(value)}\n" for name, value in needed.items() if name not in there
    )
    (folder / there.get("criteria", "criteria.md")).write_text("Bats and their sonar.", "utf-8")
    profile = folder / "paperlark.toml"
    profile.write_text(f"{lacking}{block}", "utf-8")
    return load_settings(profile)


def _load_group(block: str, folder: Path) -> GroupSettings:
    """Load a part of a group's file, with what else every group needs."""
    needed = {"name": "Bats", "address": "https://papers.example.org"}
    lacking = "".join(
        f"{name} = {json.dumps(value)}\n"
        for name, value in needed.items()
        if name not in tomllib.loads(block)
    )
    path = folder / "group.toml"
    path.write_text(f"{lacking}{block}", "utf-8")
    return load_group(path)


def _mistake(words: Iterable[str]) -> str | None:
    """Return what is wrong with a call of paperlark's, without making it; None where nothing is."""
    command: click.Command = cli
    context = click.Context(cli, info_name="paperlark")
    left = [*words]
    while isinstance(command, click.Group) and left and not left[0].startswith("-"):
        name = left.pop(0)
        found = command.get_command(context, name)
        if found is None:
            return f"there is no command {name!r}"
        command, context = found, click.Context(found, parent=context, info_name=name)
    try:
        command.make_context(context.info_name, left, parent=context.parent)
    except click.exceptions.Exit:
        return None
    except click.UsageError as error:
        return None if _is_about_a_file(error) else error.format_message()
    return None


def _is_about_a_file(error: click.UsageError) -> bool:
    """Return whether a file is not there: those that are named are the reader's."""
    param = error.param if isinstance(error, click.BadParameter) else None
    return param is not None and isinstance(param.type, click.Path)


@pytest.mark.parametrize("block", _blocks("toml"), ids=str)
def test_settings_that_are_shown_load(block: Block, tmp_path: Path) -> None:
    if "[sign_in]" in block.text:
        found = _load_group(block.text, tmp_path)
        assert found.members or found.accounts
    else:
        assert _load(block.text, tmp_path).profile.title


@pytest.mark.parametrize("block", _blocks("sh"), ids=str)
def test_commands_that_are_shown_exist_with_their_options(block: Block) -> None:
    called = [*commands(block.text, "paperlark")]
    wrong = {" ".join(words): _mistake(words) for words in called}
    assert {call: mistake for call, mistake in wrong.items() if mistake} == {}


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in links(page):
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


def test_every_page_is_in_the_index() -> None:
    named = {(DOCS / target).resolve() for target in links(INDEX)}
    assert [page for page in DOCS.rglob("*.md") if page not in {INDEX, *named}] == []


@pytest.mark.parametrize(
    ("shell", "called"),
    [
        ("paperlark today --estimate   # sends nothing", [("today", "--estimate")]),
        ("cd mine && .venv/bin/paperlark today; ls", [("today",)]),
        ("KEY=1 paperlark secret set A < file", [("secret", "set", "A")]),
        ('paperlark import \\\n  "my library.bib"', [("import", "my library.bib")]),
        ("gh workflow run paperlark && ls paperlark*", []),
    ],
)
def test_calls_are_found_in_shell(shell: str, called: list[tuple[str, ...]]) -> None:
    assert [*commands(shell, "paperlark")] == called


@pytest.mark.parametrize(
    ("call", "mistake"),
    [
        ("todya", "there is no command 'todya'"),
        ("secret sett KEY", "there is no command 'sett'"),
        ("today --estimates-all", "No such option '--estimates-all'"),
        ("run --date yesterday", "'yesterday' is not a valid date"),
        ("deliver --channel", "requires an argument"),
    ],
)
def test_a_call_that_cannot_be_made_is_found(call: str, mistake: str) -> None:
    assert mistake in (_mistake(call.split()) or "")


def test_a_link_is_found_over_two_lines_and_none_in_code(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A page: of `code`\n## Twice\n## Twice\n[two\nlines](a.md#b) `[no](b.md)`"
        " <https://example.org> [web](https://example.org)\n```sh\n# no heading [no](c.md)\n```\n"
    )
    assert links(page) == ("a.md#b",)
    assert anchors(page) == {"a-page-of-code", "twice", "twice-1"}

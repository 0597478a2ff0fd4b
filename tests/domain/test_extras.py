"""The command that adds an extra, from where this paperlark came from."""

import json
import shlex

import pytest
from packaging.requirements import Requirement

from paperlark.domain.extras import install_command, requirement


@pytest.mark.parametrize(
    ("record", "address"),
    [
        ({"url": "https://example.org/p-1.whl", "archive_info": {}}, "https://example.org/p-1.whl"),
        (
            {"url": "https://example.org/p.git", "vcs_info": {"vcs": "git", "commit_id": "0a1b"}},
            "git+https://example.org/p.git@0a1b",
        ),
        ({"url": "https://example.org/p", "vcs_info": {"vcs": "hg"}}, "hg+https://example.org/p"),
    ],
)
def test_it_is_installed_from_where_it_came(record: dict[str, object], address: str) -> None:
    (word,) = shlex.split(requirement("read", json.dumps(record)))
    asked = Requirement(word)
    assert (asked.name, asked.extras, asked.url) == ("paperlark", {"read"}, address)


@pytest.mark.parametrize(("folder", "before"), [({"editable": True}, ["-e"]), ({}, [])])
def test_of_a_folder_the_path_is_given(folder: dict[str, bool], before: list[str]) -> None:
    record = {"url": "file:///home/ada/my%20papers", "dir_info": folder}
    words = shlex.split(requirement("mcp", json.dumps(record)))
    assert words == [*before, "/home/ada/my papers[mcp]"]


def test_by_name_alone_only_from_an_index() -> None:
    assert requirement("cluster", None) == "'paperlark[cluster]'"


def test_this_installation_has_a_command() -> None:
    words = shlex.split(install_command("postgres"))
    assert words[:4] == ["python", "-m", "pip", "install"]
    assert words[-1].endswith("[postgres]") or words[-1].startswith("paperlark[postgres] @ ")

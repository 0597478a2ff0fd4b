"""The workflows of documentation, release and systems: linted, pinned, and with few rights."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
WORKFLOWS = ROOT / ".github" / "workflows"
_HERE = str(Path(sys.executable).parent)
LINTERS = [["zizmor", "--offline", "--no-progress"], ["actionlint"]]


@pytest.mark.parametrize("name", ["docs.yml", "release.yml", "systems.yml"])
@pytest.mark.parametrize("linter", LINTERS, ids=lambda words: words[0])
def test_linters_find_nothing(linter: list[str], name: str) -> None:
    program = shutil.which(linter[0], path=_HERE) or shutil.which(linter[0])
    if program is None:
        pytest.skip(f"{linter[0]} is not here")
    done = subprocess.run(  # noqa: S603 - the words are ours
        [program, *linter[1:], str(WORKFLOWS / name)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "actions"), [("docs.yml", 4), ("release.yml", 5), ("systems.yml", 2)]
)
def test_actions_are_pinned_by_commit_and_say_their_version(name: str, actions: int) -> None:
    used = re.findall(r"uses: (.*)", (WORKFLOWS / name).read_text("utf-8"))
    assert len(used) == actions
    for one in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)


def test_it_publishes_what_make_docs_writes_and_only_publishing_may_write() -> None:
    workflow = yaml.safe_load((WORKFLOWS / "docs.yml").read_text("utf-8"))
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]
    assert any(step.get("run") == "make docs" for step in build["steps"])
    assert build["steps"][-1]["with"] == {"path": "docs-site"}
    assert workflow["permissions"] == {}
    assert build["permissions"] == {"contents": "read"}
    assert publish["permissions"] == {"pages": "write", "id-token": "write"}


def test_what_is_built_cannot_sign_and_what_signs_runs_nothing_of_ours() -> None:
    workflow = yaml.safe_load((WORKFLOWS / "release.yml").read_text("utf-8"))
    build, provenance = workflow["jobs"]["build"], workflow["jobs"]["provenance"]
    runs = [step["run"] for step in build["steps"] if "run" in step]
    assert runs == ["make audit", "make release"]
    assert workflow["permissions"] == {}
    assert build["permissions"] == {"contents": "read"}
    assert provenance["permissions"] == {"id-token": "write", "attestations": "write"}
    assert not [step for step in provenance["steps"] if "run" in step or "checkout" in step["uses"]]

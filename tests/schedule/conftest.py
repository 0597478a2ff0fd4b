"""A reader's repository on a stand-in for GitHub, and a paperlark for it to install."""

from __future__ import annotations

from pathlib import Path

import pytest

from paperlark.schedule.generated_files import WORKFLOW, github_workflow
from paperlark.schedule.job import ScheduledJob
from standins.actions import Runner, commit, git, morning
from standins.jobs import a_job

# What the real ones do, as far as a workflow sees: pages, a store, a site, and exit codes.
_PAPERLARK = r"""#!/bin/bash
set -eu
echo "$@" >> "$RUNNER_HOME/calls"
command=$1; shift
case $command in
  morning)
    echo "key: ${OPENAI_API_KEY:-none}"
    folder=$(dirname "$2")
    code=$(cat "$RUNNER_HOME/morning")
    if [ "$code" = killed ]; then kill -9 $$; fi
    echo "paid for on $(cat "$RUNNER_HOME/day")" >> "$folder/paperlark.db"
    mkdir -p "$folder/pages"
    day=$(cat "$RUNNER_HOME/day")
    if [ "$code" = weekend ]; then exit 0; fi
    if [ "$code" = 1 ]; then
      echo '{}' > "$folder/pages/$day.failed.json"
    else
      echo "the page of $day" > "$folder/pages/$day.html"
      echo '{}' > "$folder/pages/$day.manifest.json"
    fi
    exit "$code" ;;
  restore)
    for page in "$(dirname "$2")"/pages/*.manifest.json; do
      echo "restored from ${page##*/}" >> "$(dirname "$2")/paperlark.db"
    done ;;
  site)
    mkdir -p "$2"
    cat "$(dirname "$6")"/pages/*.html > "$2/index.html" ;;
  vote)
    folder=$(dirname "$3")
    if [ -e "$RUNNER_HOME/vote" ]; then exit "$(cat "$RUNNER_HOME/vote")"; fi
    cat >> "$folder/paperlark.db.votes.jsonl" ;;
  deliver) ;;
esac
"""
# Lets nobody wait: what would take too long is over at once.
_TIMEOUT = r"""#!/bin/bash
shift
if [ -e "$RUNNER_HOME/late" ]; then exit 124; fi
exec "$@"
"""
_GH = r"""#!/bin/bash
set -eu
echo "$1 $2" >> "$RUNNER_HOME/gh"
case "$1 $2" in
  "issue list") if [ -e "$RUNNER_HOME/issue" ]; then echo 7; fi ;;
  "issue create") echo "${@: -1}" > "$RUNNER_HOME/issue" ;;
  "issue comment") echo "$3: ${@: -1}" >> "$RUNNER_HOME/issue" ;;
  "issue close") echo "$3" >> "$RUNNER_HOME/closed" ;;
  "api --method")
    if [ -e "$RUNNER_HOME/away" ]; then echo "gh: HTTP 503" >&2; exit 1; fi
    if [ -e "$RUNNER_HOME/issues.json" ]; then jq -r "${@: -1}" "$RUNNER_HOME/issues.json"; fi ;;
esac
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return a folder of programs: paperlark, what installs it, and GitHub's own command."""
    folder = tmp_path / "programs"
    folder.mkdir()
    texts = {
        "paperlark": _PAPERLARK,
        "python": '#!/bin/sh\necho "$@" >> "$RUNNER_HOME/installed"\n',
        "gh": _GH,
        "timeout": _TIMEOUT,
    }
    for name, text in texts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def github(tmp_path: Path, programs: Path) -> Runner:
    """Return GitHub with a repository of one profile, and the first morning to come."""
    home = tmp_path / "github"
    home.mkdir()
    git("init", "--quiet", "--bare", str(tmp_path / "remote.git"))
    git("clone", "--quiet", str(tmp_path / "remote.git"), str(tmp_path / "papers"))
    runner = Runner(home, tmp_path / "remote.git", programs, {"OPENAI_API_KEY": "sk-1"})
    (tmp_path / "papers" / "paperlark.toml").write_text('name = "Bats"\n')
    commit(tmp_path / "papers")
    morning(runner, "2026-11-23", "0")
    return runner


@pytest.fixture
def job(tmp_path: Path) -> ScheduledJob:
    """Return the morning of the repository's profile."""
    return a_job(tmp_path / "papers" / "paperlark.toml")


@pytest.fixture
def written(tmp_path: Path, job: ScheduledJob) -> Path:
    """Return the workflow, as a file."""
    path = tmp_path / WORKFLOW.name
    path.write_text(github_workflow([job], job.profile.parent, (), "paperlark==1.0", site=True))
    return path

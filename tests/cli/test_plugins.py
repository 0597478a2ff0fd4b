"""The example plug-ins, built as packages and used as a reader uses them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from standins.commands import Paperlark
from standins.plugins import EXAMPLES, build_example

JUDGE = """
import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    wanted = asked["title"].endswith("8")
    print(json.dumps({"relevance": 9 if wanted else 2, "novelty": 8, "comment": "Title says so."}))
"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry>
<id>http://arxiv.org/abs/2502.00042v1</id><title>Bats from a folder</title>
<summary>Sonar of bats.</summary><author><name>Ada Lovelace</name></author>
<category term="cs.LG"/></entry></feed>
"""


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that has every example installed."""
    target = tmp_path_factory.mktemp("plug-ins") / "site"
    for one in sorted(EXAMPLES.iterdir()):
        build_example(one.name, target)
    return target


def _run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), *sys.path])
    return subprocess.run(  # noqa: S603
        [sys.executable, "-m", "paperlark", *arguments],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_page_is_ranked_judged_delivered_and_saved_by_plugins(home: Path, examples: Path) -> None:
    (home / "judge.py").write_text(JUDGE)
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(
            '[plugins]\njudge = "local-command"\nranker = "keyword-counts"\nsavers = ["csv"]\n'
            f'[plugins.settings.local-command]\ncommand = ["{sys.executable}", "judge.py"]\n'
            '[plugins.settings.csv]\nfile = "lists/saved.csv"\n'
            '[plugins.settings.folder]\nfolder = "inbox"\n'
            '[[deliver]]\nname = "files"\nplugin = "folder"\n'
        )
    made = _run(examples, "run", "--date", "2025-02-26", "--feeds", "feeds")
    assert made.returncode == 0, made.stderr
    page = json.loads((home / "pages" / "2025-02-26.json").read_text())
    manifest = json.loads((home / "pages" / "2025-02-26.manifest.json").read_text())
    assert manifest["plugins"] == ["judge local-command 1.0", "ranker keyword-counts 1.0"]
    assert [one["id"] for one in page["entries"]] == ["2502.00008"]
    assert manifest["usage"]["cost_usd"] == {"prompt": "0", "completion": "0"}
    assert "Title says so." in (home / "pages" / "2025-02-26.html").read_text()

    delivered = _run(examples, "deliver", "--date", "2025-02-26")
    assert delivered.returncode == 0, delivered.stderr
    (file,) = (home / "inbox").iterdir()
    assert "Bats 8" in file.read_text()

    saved = _run(examples, "save", "2502.00008")
    assert (saved.returncode, saved.stdout.splitlines()[-1]) == (0, "csv: 1 paper saved")
    assert _run(examples, "save").stdout == "all saved papers are there\n"
    with (home / "lists" / "saved.csv").open(newline="") as opened:
        ((*row, _day),) = csv.reader(opened)
    assert row == ["2502.00008", "Bats 8", "https://arxiv.org/abs/2502.00008", ""]

    doctor = _run(examples, "doctor", "--offline", "--no-model-call")
    assert "judge local-command 1.0, of the package paperlark-local-command" in doctor.stdout
    assert "source atom-folder 1.0, of the package paperlark-atom-folder: installed, not used" in (
        doctor.stdout
    )


@pytest.mark.usefixtures("arxiv")
def test_a_source_of_a_plugin_is_read_where_arxiv_has_nothing(
    home: Path,
    examples: Path,
    loopback: HTTPServer,
    paperlark: Paperlark,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(examples))
    (home / "atom").mkdir()
    (home / "atom" / "2025-02-26.cs.LG.atom").write_text(ATOM)
    loopback.clear()
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(
            '[plugins]\nsources = ["atom-folder"]\n'
            '[plugins.settings.atom-folder]\nfolder = "atom"\n'
        )
    made = paperlark("run", "--date", "2025-02-26")
    assert made.exit_code == 3, made.output  # nobody says how many entries there should be
    manifest = json.loads((home / "pages" / "2025-02-26.manifest.json").read_text())
    assert manifest["plugins"] == ["source atom-folder 1.0"]
    assert manifest["scanned"] == ["2502.00042"]
    assert "Bats from a folder" in (home / "pages" / "2025-02-26.html").read_text()


def test_a_page_without_its_judge_and_ranker_is_made_and_says_so(
    home: Path, paperlark: Paperlark
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write('[plugins]\njudge = "gone"\nranker = "gone"\n')
    made = paperlark("run", "--date", "2025-02-26", "--feeds", "feeds")
    assert made.exit_code == 3, made.output
    page = (home / "pages" / "2025-02-26.html").read_text()
    assert "papers were ranked by the embedded ranker: the ranker plug-in gone is not" in page
    assert "the judge plug-in gone is not installed" in page
    assert "Bats 7" in page
    manifest = json.loads((home / "pages" / "2025-02-26.manifest.json").read_text())
    assert manifest["plugins"] == []


def test_a_channel_and_a_saver_that_are_not_installed_are_told_of(
    home: Path, paperlark: Paperlark
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(
            '[[deliver]]\nname = "files"\nplugin = "gone"\n[plugins]\nsavers = ["lost"]\n'
        )
    paperlark("run", "--date", "2025-02-26", "--feeds", "feeds")
    delivered = paperlark("deliver", "--date", "2025-02-26")
    assert "the channel plug-in gone is not installed" in delivered.output
    assert delivered.exit_code != 0
    saved = paperlark("save", "2502.00007")
    assert "the saver plug-in lost is not installed" in saved.output
    assert saved.exit_code == 4
    doctor = paperlark("doctor", "--offline", "--no-model-call")
    assert doctor.exit_code == 1
    assert "the saver plug-in lost is not installed" in doctor.output


def test_a_judge_is_not_asked_twice_about_a_day(
    home: Path, examples: Path, paperlark: Paperlark, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(examples))
    counting = 'open("asked", "a").write("x")\n' + JUDGE
    (home / "judge.py").write_text(counting)
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(
            '[plugins]\njudge = "local-command"\n'
            f'[plugins.settings.local-command]\ncommand = ["{sys.executable}", "judge.py"]\n'
        )
    for _ in range(2):
        made = paperlark("run", "--date", "2025-02-26", "--feeds", "feeds")
        assert made.exit_code == 0, made.output
    assert (home / "asked").read_text() == "x"

"""`paperlark schedule`: what it shows, writes, asks and takes away."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from click.testing import CliRunner, Result

from paperlark import __version__
from paperlark.cli import cli
from paperlark.settings.environment import Environment, machine_zone
from standins.actions import git

# A crontab that keeps what it is given.
_CRONTAB = """#!/bin/sh
case "$1" in
  -l) test -e "$HOME/crontab" || { echo "no crontab" >&2; exit 1; }; cat "$HOME/crontab" ;;
  -) cat > "$HOME/crontab" ;;
esac
"""
_SYSTEMCTL = """#!/bin/sh
echo "$*" >> "$HOME/systemctl"
if [ "$1" = --version ]; then cat "$HOME/systemd-version"; fi
if [ -e "$HOME/no-bus" ] && [ "$1" = --user ]; then echo "no bus" >&2; exit 1; fi
"""
# Knows what was loaded into it.
_LAUNCHCTL = """#!/bin/sh
echo "$*" >> "$HOME/launchctl"
case "$1" in
  print) test -e "$HOME/loaded" ;;
  bootstrap) touch "$HOME/loaded" ;;
  bootout) rm "$HOME/loaded" ;;
esac
"""
_SCHTASKS = """#!/bin/sh
printf '%s\\n' "$*" >> "$HOME/schtasks"
"""
Schedule = Callable[..., Result]


@pytest.fixture
def schedule(
    home: Path,
    environment: Environment,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Schedule:
    """Run `paperlark schedule` in Berlin, on a machine with a cron and a systemd of its own."""
    programs = tmp_path_factory.mktemp("programs")
    texts = {
        "crontab": _CRONTAB,
        "systemctl": _SYSTEMCTL,
        "launchctl": _LAUNCHCTL,
        "schtasks": _SCHTASKS,
    }
    for name, text in texts.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (home / "systemd-version").write_text("systemd 252 (252.39)\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    berlin = replace(environment, zone=lambda: ZoneInfo("Europe/Berlin"))

    def run(*arguments: str, answer: str = "") -> Result:
        return CliRunner().invoke(cli, ["schedule", *arguments], input=answer, obj=berlin)

    return run


def _elsewhere(folder: Path) -> Path:
    there = folder / "elsewhere"
    there.mkdir(exist_ok=True)
    return there


def _units(home: Path) -> dict[str, str]:
    folder = home / ".config" / "systemd" / "user"
    return {path.name: path.read_text() for path in sorted(folder.glob("*"))}


def test_systemd_shows_asks_and_writes(schedule: Schedule, home: Path) -> None:
    no = schedule("systemd", answer="n\n")
    assert no.exit_code == 1
    assert f"write {home}/.config/systemd/user/paperlark-bats.timer:" in no.stdout
    assert "OnCalendar=Mon..Fri" in no.stdout
    assert _units(home) == {}
    yes = schedule("systemd", answer="y\n")
    assert yes.exit_code == 0, yes.output
    assert list(_units(home)) == [
        "paperlark-bats-alarm.service",
        "paperlark-bats.service",
        "paperlark-bats.timer",
    ]
    told = (home / "systemctl").read_text().splitlines()
    assert told[-2:] == ["--user daemon-reload", "--user enable --now paperlark-bats.timer"]
    assert "loginctl enable-linger" in yes.stdout
    # Wednesday, 26 February 2025, 7 o'clock in New York.
    assert "next start: Thu 27 Feb 06:20 here, Thu 27 Feb 00:20 in New York" in yes.stdout


def test_systemd_twice_changes_nothing_and_removing_twice_says_so(
    schedule: Schedule, home: Path
) -> None:
    schedule("systemd", "--yes")
    before = _units(home)
    again = schedule("systemd")
    assert again.exit_code == 0
    assert "already scheduled like this" in again.stdout
    assert _units(home) == before
    removed = schedule("systemd", "--remove", "--yes")
    assert removed.exit_code == 0, removed.output
    assert _units(home) == {}
    assert "--user disable --now paperlark-bats.timer" in (home / "systemctl").read_text()
    assert schedule("systemd", "--remove").stdout == "nothing is scheduled: nothing to remove\n"
    assert schedule("systemd", "--show").stdout == "nothing is scheduled\n"


@pytest.mark.parametrize("kind", ["systemd", "cron"])
def test_a_proxy_is_carried_and_its_password_is_not(
    schedule: Schedule, home: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:secret@proxy:3128")
    monkeypatch.setenv("ALL_PROXY", "socks5h://proxy:1080")
    result = schedule(kind, "--yes")
    assert result.exit_code == 0, result.output
    assert "- HTTPS_PROXY holds a password and was not written: add a line" in result.stdout
    written = "".join(path.read_text() for path in home.rglob("*") if path.is_file())
    assert "ALL_PROXY=socks5h://proxy:1080" in written
    assert "ada:secret" not in written + result.output


def test_a_unit_of_somebody_elses_is_never_changed(schedule: Schedule, home: Path) -> None:
    folder = home / ".config" / "systemd" / "user"
    folder.mkdir(parents=True)
    (folder / "paperlark-bats.timer").write_text("[Timer]\n")
    result = schedule("systemd", "--yes")
    assert result.exit_code == 1
    assert "was not written by paperlark" in result.stderr
    assert _units(home) == {"paperlark-bats.timer": "[Timer]\n"}
    assert schedule("systemd", "--remove", "--yes").exit_code == 0
    assert _units(home) == {"paperlark-bats.timer": "[Timer]\n"}


def test_a_profile_with_a_new_name_takes_its_old_units_away(schedule: Schedule, home: Path) -> None:
    schedule("systemd", "--yes")
    profile = home / "paperlark.toml"
    profile.write_text(profile.read_text().replace('"Bats"', '"Owls"'))
    assert schedule("systemd", "--yes").exit_code == 0
    assert list(_units(home)) == [
        "paperlark-owls-alarm.service",
        "paperlark-owls.service",
        "paperlark-owls.timer",
    ]
    told = (home / "systemctl").read_text()
    assert "--user disable --now paperlark-bats.timer" in told
    assert told.endswith("--user enable --now paperlark-owls.timer\n")


def test_two_profiles_of_one_name_are_told_apart(schedule: Schedule, home: Path) -> None:
    (home / "owls.toml").write_text((home / "paperlark.toml").read_text())
    schedule("systemd", "--yes")
    result = schedule("systemd", "--yes", "--profile", "owls.toml")
    assert result.exit_code == 1
    assert "write an `id` of its own into one of the two" in result.stderr


def test_where_systemd_is_not_reached_it_says_what_to_run(schedule: Schedule, home: Path) -> None:
    (home / "no-bus").touch()
    result = schedule("systemd", "--yes")
    assert result.exit_code == 0
    assert "(no bus): systemctl --user enable --now paperlark-bats.timer" in result.stdout


def test_a_systemd_that_is_too_old_is_told_of_cron(schedule: Schedule, home: Path) -> None:
    (home / "systemd-version").write_text("systemd 239 (239-82)\n")
    result = schedule("systemd", "--yes")
    assert result.exit_code == 1
    assert "paperlark schedule cron" in result.stderr


def test_cron_lines_come_and_go_and_others_stay(schedule: Schedule, home: Path) -> None:
    (home / "crontab").write_text("0 1 * * * backup\n")
    result = schedule("cron", "--yes")
    assert result.exit_code == 0, result.output
    lines = (home / "crontab").read_text().splitlines()
    assert lines[0] == "0 1 * * * backup"
    assert [line.split()[1] for line in lines[2:-1]] == ["5", "6"]
    assert "its log: " in result.stdout
    assert "already scheduled like this" in schedule("cron").stdout
    removed = schedule("cron", "--remove", "--yes")
    assert removed.stdout == "remove paperlark's lines from your crontab\ndone\n"
    assert (home / "crontab").read_text() == "0 1 * * * backup\n"
    assert "nothing to remove" in schedule("cron", "--remove").stdout


def test_cron_says_when_the_next_start_is_an_hour_early(schedule: Schedule) -> None:
    result = schedule("cron", "--yes")
    assert "here, Wed 26 Feb 23:" in result.stdout
    assert "an hour too early at this time of the year" in result.stdout


def test_a_time_of_ones_own(schedule: Schedule, home: Path) -> None:
    result = schedule("cron", "--yes", "--at", "07:30")
    assert "next start: Thu 27 Feb 07:30 here, Thu 27 Feb 01:30 in New York" in result.stdout
    assert "30 7 * * 1-5" in (home / "crontab").read_text()
    early = schedule("cron", "--yes", "--at", "05:30")
    assert early.exit_code == 1
    assert "choose 06:00 or later" in early.stderr
    assert schedule("cron", "--at", "half past six").exit_code == 2


def test_without_cron_it_says_so(schedule: Schedule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    result = schedule("cron", "--yes")
    assert result.exit_code == 1
    assert "there is no crontab on this machine" in result.stderr


def test_a_workflow_for_the_repository_of_the_profile(schedule: Schedule, home: Path) -> None:
    (home / ".git").mkdir()
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(
            '[judge]\nmodel = "gpt-4o"\n[[deliver]]\nname = "chat"\nurl_variable = "CHAT_URL"\n'
        )
    result = schedule("github", "--yes", "--install", "git+https://example.org/paperlark")
    assert result.exit_code == 0, result.output
    path = home / ".github" / "workflows" / "paperlark.yml"
    text = yaml.safe_load(path.read_text())
    assert text["jobs"]["morning"]["env"]["PROFILES"] == "paperlark.toml"
    assert "git+https://example.org/paperlark" in path.read_text()
    assert "names no commit, so what it installs may change: add @COMMIT" in result.stdout
    assert not (home / ".github" / "paperlark").exists()
    assert "gh secret set OPENAI_API_KEY" in result.stdout
    assert "gh secret set CHAT_URL" in result.stdout
    assert schedule("github", "--remove", "--yes").exit_code == 0
    assert not path.exists()


@pytest.mark.slow
def test_what_is_running_is_laid_into_the_repository(schedule: Schedule, home: Path) -> None:
    (home / ".git").mkdir()
    result = schedule("github", "--yes")
    assert result.exit_code == 0, result.output
    (wheel,) = (home / ".github" / "paperlark").iterdir()
    assert wheel.name == f"paperlark-{__version__}-py3-none-any.whl"
    workflow = home / ".github" / "workflows" / "paperlark.yml"
    steps = yaml.safe_load(workflow.read_text())["jobs"]["morning"]["steps"]
    install = next(step for step in steps if step.get("id") == "install")
    assert install["env"]["REQUIREMENT"] == f"./.github/paperlark/{wheel.name}"
    # The same files make the same wheel.
    assert "already scheduled like this" in schedule("github", "--yes").stdout
    assert schedule("github", "--remove", "--yes").exit_code == 0
    assert not wheel.exists()


def test_a_wheel_of_an_earlier_version_goes(schedule: Schedule, home: Path, tmp_path: Path) -> None:
    for version in ("0.1.0", "0.2.0"):
        new = _elsewhere(tmp_path) / f"paperlark-{version}-py3-none-any.whl"
        new.write_bytes(version.encode())
        assert schedule("docker", "--yes", "--install", str(new)).exit_code == 0
    assert [path.name for path in home.glob("*.whl")] == ["paperlark-0.2.0-py3-none-any.whl"]
    assert "paperlark-0.2.0" in (home / "Dockerfile").read_text()
    new.write_bytes(b"0.2.0, built again")
    assert schedule("docker", "--yes", "--install", str(new)).exit_code == 0
    assert (home / new.name).read_bytes() == b"0.2.0, built again"
    assert schedule("docker", "--remove", "--yes").exit_code == 0
    assert not (home / new.name).exists()


def test_a_wheel_of_somebody_elses_is_never_changed(
    schedule: Schedule, home: Path, tmp_path: Path
) -> None:
    new = _elsewhere(tmp_path) / "paperlark-0.2.0-py3-none-any.whl"
    new.write_bytes(b"ours")
    (home / new.name).write_bytes(b"theirs")
    (home / "paperlark-0.1.0-py3-none-any.whl").write_bytes(b"theirs too")
    result = schedule("docker", "--yes", "--install", str(new))
    assert result.exit_code == 1
    assert "was not written by paperlark" in result.stderr
    assert not (home / "Dockerfile").exists()
    (home / new.name).unlink()
    assert schedule("docker", "--yes", "--install", str(new)).exit_code == 0
    assert schedule("docker", "--remove", "--yes").exit_code == 0
    assert [path.read_bytes() for path in home.glob("*.whl")] == [b"theirs too"]


def test_a_wheel_that_git_leaves_out_is_told(
    schedule: Schedule, home: Path, tmp_path: Path
) -> None:
    git("init", "--quiet", folder=home)
    new = _elsewhere(tmp_path) / "paperlark-0.2.0-py3-none-any.whl"
    new.write_bytes(b"ours")
    assert "leaves the wheel out" not in schedule("github", "--yes", "--install", str(new)).stdout
    (home / ".gitignore").write_text("*.whl\n")
    told = schedule("github", "--yes", "--install", str(new)).stdout
    assert f"git add --force {home}/.github/paperlark/{new.name}" in told


@pytest.mark.parametrize("kind", ["github", "docker"])
def test_nothing_is_installed_by_a_name_that_anybody_may_take(
    schedule: Schedule, home: Path, kind: str
) -> None:
    (home / ".git").mkdir()
    result = schedule(kind, "--yes", "--install", "paperlark==0.1.0")
    assert result.exit_code == 1
    assert "paperlark is on no package index: give its source" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (home / ".github").exists()


def test_launchd_shows_writes_loads_and_removes(schedule: Schedule, home: Path) -> None:
    result = schedule("launchd", "--yes")
    assert result.exit_code == 0, result.output
    path = home / "Library" / "LaunchAgents" / "paperlark.bats.plist"
    domain = f"gui/{os.getuid()}"
    assert (home / "launchctl").read_text().splitlines() == [
        f"print {domain}/paperlark.bats",
        f"print {domain}/paperlark.bats",
        f"bootstrap {domain} {path}",
    ]
    assert "next start: Thu 27 Feb 05:" in result.stdout
    assert f"its log: {home}/paperlark.log" in result.stdout
    assert "already scheduled like this" in schedule("launchd", "--yes").stdout
    assert "next start" in schedule("launchd", "--show").stdout
    later = schedule("launchd", "--yes", "--at", "07:30")
    assert "next start: Thu 27 Feb 07:30 here" in later.stdout
    told = (home / "launchctl").read_text().splitlines()
    # launchd reads an agent once: the old one goes before the new one comes.
    assert told[-4:] == [
        f"print {domain}/paperlark.bats",
        f"bootout {domain}/paperlark.bats",
        f"print {domain}/paperlark.bats",
        f"bootstrap {domain} {path}",
    ]
    assert schedule("launchd", "--remove", "--yes").exit_code == 0
    assert not path.exists()
    assert (home / "launchctl").read_text().splitlines()[-1] == f"bootout {domain}/paperlark.bats"
    assert schedule("launchd", "--remove").stdout == "nothing is scheduled: nothing to remove\n"


def test_windows_shows_writes_registers_and_removes(schedule: Schedule, home: Path) -> None:
    result = schedule("windows", "--yes", "--at", "07:30")
    assert result.exit_code == 0, result.output
    path = home / "AppData" / "Local" / "paperlark" / "tasks" / "bats.xml"
    # As Windows writes them itself: UTF-16 with a mark of the byte order.
    assert path.read_bytes().startswith((b"\xff\xfe", b"\xfe\xff"))
    assert "next start: Thu 27 Feb 07:30 here, Thu 27 Feb 01:30 in New York" in result.stdout
    created = f"/Create /TN \\paperlark\\bats /XML {path} /F"
    assert (home / "schtasks").read_text().splitlines() == [created]
    assert "already scheduled like this" in schedule("windows", "--at", "07:30").stdout
    assert (home / "schtasks").read_text().splitlines() == [created, created]
    assert schedule("windows", "--remove", "--yes").exit_code == 0
    assert not path.exists()
    assert (home / "schtasks").read_text().splitlines()[-1] == "/Delete /TN \\paperlark\\bats /F"
    assert schedule("windows", "--show").stdout == "nothing is scheduled\n"


@pytest.mark.parametrize("kind", ["launchd", "windows"])
def test_a_time_before_the_announcement_is_refused_there_too(schedule: Schedule, kind: str) -> None:
    early = schedule(kind, "--yes", "--at", "05:30")
    assert early.exit_code == 1
    assert "choose 06:00 or later" in early.stderr


@pytest.mark.parametrize("kind", ["launchd", "windows"])
def test_a_profile_with_a_new_id_takes_its_old_files_away(
    schedule: Schedule, home: Path, kind: str
) -> None:
    folder = {"launchd": home / "Library/LaunchAgents", "windows": home / "AppData/Local/paperlark"}
    schedule(kind, "--yes")
    profile = home / "paperlark.toml"
    profile.write_text(profile.read_text().replace('"Bats"', '"Owls"'))
    assert schedule(kind, "--yes").exit_code == 0
    (path,) = (one for one in folder[kind].rglob("*") if one.is_file())
    assert "owls" in path.name
    (home / "owls.toml").write_text(profile.read_text())
    other = schedule(kind, "--yes", "--profile", "owls.toml")
    assert other.exit_code == 1
    assert "write an `id` of its own into one of the two" in other.stderr


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("launchd", "run where launchd is: launchctl bootstrap gui/"),
        ("windows", "run where Windows is: schtasks /Create /TN \\paperlark\\bats /XML "),
    ],
)
def test_where_its_program_is_missing_it_says_what_to_run(
    schedule: Schedule, monkeypatch: pytest.MonkeyPatch, kind: str, told: str
) -> None:
    monkeypatch.setenv("PATH", "")
    result = schedule(kind, "--yes")
    assert result.exit_code == 0, result.output
    assert told in result.stdout


def test_a_workflow_of_somebody_elses_is_never_changed(schedule: Schedule, home: Path) -> None:
    (home / ".git").mkdir()
    path = home / ".github" / "workflows" / "paperlark.yml"
    path.parent.mkdir(parents=True)
    path.write_text("name: mine\n")
    for arguments in (("--yes",), ("--remove", "--yes")):
        result = schedule("github", *arguments)
        assert result.exit_code == 1
        assert "was not written by paperlark" in result.stderr
    assert schedule("github", "--show").stdout == "nothing is scheduled\n"
    assert path.read_text() == "name: mine\n"


def test_no_workflow_without_a_repository(schedule: Schedule) -> None:
    result = schedule("github", "--yes")
    assert result.exit_code == 1
    assert "is not in a git repository: make one: git init" in result.stderr


def test_a_container_of_two_readers(schedule: Schedule, home: Path) -> None:
    text = (home / "paperlark.toml").read_text().replace('"Bats"', '"Owls"')
    (home / "owls.toml").write_text(text)
    wheel = "https://example.org/paperlark-0.1.0-py3-none-any.whl"
    both = ("--profile", "paperlark.toml", "--profile", "owls.toml", "--install", wheel)
    result = schedule("docker", "--yes", *both)
    assert result.exit_code == 0, result.output
    assert "docker compose up --detach --build" in result.stdout
    assert set(yaml.safe_load((home / "compose.yaml").read_text())["services"]) == {"bats", "owls"}
    assert "already scheduled like this" in schedule("docker", *both).stdout
    assert "runs all the time" in schedule("docker", "--show").stdout
    assert schedule("docker", "--remove", "--yes").exit_code == 0
    assert not (home / "Dockerfile").exists()


def test_a_dockerfile_of_somebody_elses_is_never_changed(schedule: Schedule, home: Path) -> None:
    (home / "Dockerfile").write_text("FROM scratch\n")
    result = schedule("docker", "--yes")
    assert result.exit_code == 1
    assert (home / "Dockerfile").read_text() == "FROM scratch\n"
    assert not (home / "compose.yaml").exists()


def test_the_timer_of_a_profile_that_is_gone_is_still_found(schedule: Schedule, home: Path) -> None:
    schedule("systemd", "--yes")
    schedule("cron", "--yes")
    (home / "paperlark.toml").unlink()
    assert "next start" in schedule("systemd", "--show").stdout
    assert schedule("systemd", "--remove", "--yes").exit_code == 0
    assert schedule("cron", "--remove", "--yes").exit_code == 0
    assert _units(home) == {}
    assert (home / "crontab").read_text() == ""


def test_show_and_remove_together_are_a_mistake(schedule: Schedule) -> None:
    assert schedule("cron", "--show", "--remove").exit_code == 2


def test_the_machines_zone_is_that_of_its_clock(tmp_path: Path) -> None:
    assert datetime(2026, 7, 1, tzinfo=machine_zone(tmp_path / "none")).tzname() == "UTC"

"""What `deploy/` has for a server: it passes its linters, and says what the commands understand."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from paperlark.cli import cli
from paperlark.domain.database_place import DatabaseServer
from paperlark.settings.group import load_group

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
UNITS = sorted(DEPLOY.glob("systemd/*"))
OURS = {"app", "worker", "sender", "morning", "migrate"}
ANALYZE = shutil.which("systemd-analyze")


def _tool(name: str) -> str:
    beside = shutil.which(name, path=str(Path(sys.executable).parent))
    found = beside or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not here")
    return found


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


def _services() -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(COMPOSE.read_text("utf-8"))["services"])


def test_the_compose_file_is_one_of_the_specification() -> None:
    done = _run(_tool("check-jsonschema"), "--builtin-schema=vendor.compose-spec", str(COMPOSE))
    assert done.returncode == 0, done.stdout


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    done = _run(_tool("hadolint"), "--no-color", str(DEPLOY / "Dockerfile"))
    assert (done.returncode, done.stdout) == (0, "")


def test_an_attacker_finds_nothing_in_the_compose_file_but_tags_that_could_move() -> None:
    """Digests of images are the administrator's to choose: docs/how-to/server.md says how."""
    done = _run(_tool("compose-lint"), "--format=json", str(COMPOSE))
    found = {one["rule_id"] for one in json.loads(done.stdout)["findings"]}
    assert found <= {"CL-0019"}


@pytest.mark.parametrize("name", sorted(OURS | {"database"}))
def test_a_service_can_write_and_do_no_more_than_it_has_to(name: str) -> None:
    service = _services()[name]
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    assert "inside" in service["networks"]
    assert re.fullmatch(r"[a-z]+:\d+\.\d+[\w.-]*", service["image"])


def test_nobody_outside_this_machine_reaches_more_than_the_proxy() -> None:
    document = yaml.safe_load(COMPOSE.read_text("utf-8"))
    assert document["networks"]["inside"] == {"internal": True}
    ports = {name: one["ports"] for name, one in document["services"].items() if "ports" in one}
    assert ports == {"app": ["127.0.0.1:8642:8642"]}


def test_every_secret_is_a_file_that_a_variable_names() -> None:
    secrets = set(yaml.safe_load(COMPOSE.read_text("utf-8"))["secrets"])
    for name, service in _services().items():
        named = {
            value.removeprefix("/run/secrets/")
            for variable, value in service["environment"].items()
            if variable.endswith("_FILE")
        }
        assert named == set(service["secrets"]) <= secrets, name


def _words() -> list[tuple[str, list[str]]]:
    """Return the command line of each service and unit."""
    composed = [(name, _services()[name]["command"]) for name in sorted(OURS)]
    units = [
        (unit.name, line.partition("paperlark ")[2].replace("%i", "8642").split())
        for unit in UNITS
        for line in unit.read_text("utf-8").splitlines()
        if line.startswith("ExecStart=")
    ]
    return composed + units


@pytest.mark.parametrize(("name", "words"), _words())
def test_every_service_and_unit_starts_a_command_that_there_is(
    name: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPERLARK_GROUP", "/srv/paperlark/group.toml")
    command: click.Command = cli
    context = click.Context(cli)
    left = list(words)
    while isinstance(command, click.Group):
        found = command.get_command(context, left[0])
        if found is None and left[0] == "fleet":
            pytest.skip("no fleet in this version")
        assert found is not None, f"{name}: no command {left[0]}"
        command, context = found, click.Context(found, parent=context, info_name=left.pop(0))
    command.make_context(context.info_name, left, parent=context.parent)


def test_the_example_of_a_group_is_one_behind_the_compose_files_proxy(tmp_path: Path) -> None:
    path = tmp_path / "group.toml"
    path.write_text((DEPLOY / "group.example.toml").read_text("utf-8"), "utf-8")
    found = load_group(path)
    assert isinstance(found.state, DatabaseServer)
    assert found.state.address == "postgresql://paperlark@database/papers"
    outside = yaml.safe_load(COMPOSE.read_text("utf-8"))["networks"]["outside"]
    subnet = outside["ipam"]["config"][0]["subnet"]
    assert [str(one) for one in found.metrics_from] == [subnet]
    assert str(found.sign_in.proxies[0].network_address) == subnet.replace(".0/24", ".1")


def test_the_image_is_built_from_what_is_there_and_locked() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    copied = {
        source
        for line in text.splitlines()
        if line.startswith("COPY") and "--from" not in line
        for source in line.split()[1:-1]
    }
    assert copied == {"requirements/server.txt", "pyproject.toml", "README.md", "LICENSE", "src"}
    assert {f"!{one}" for one in copied} <= set(ignored)
    assert all((ROOT / one).exists() for one in copied)
    assert "--require-hashes" in text
    assert "USER 10001:10001" in text


def test_the_lock_of_the_image_has_all_that_a_server_needs() -> None:
    locked = (ROOT / "requirements" / "server.txt").read_text("utf-8")
    names = set(re.findall(r"^([a-z0-9-]+)==", locked, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    wanted = [
        *project["project"]["dependencies"],
        *extras["read-group"],
        *extras["postgres"],
        *project["dependency-groups"]["build"],
    ]
    needed = {re.split(r"[>=\[]", one)[0].replace("_", "-").lower() for one in wanted}
    assert needed <= names


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here")
def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/paperlark/bin/paperlark", "/bin/true")
        (tmp_path / unit.name).write_text(text, "utf-8")
    done = _run(str(ANALYZE), "verify", "--man=no", *map(str, sorted(tmp_path.iterdir())))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", [one for one in UNITS if one.suffix == ".service"])
def test_a_unit_reads_secrets_as_credentials_and_runs_as_nobody_else(unit: Path) -> None:
    lines = unit.read_text("utf-8").splitlines()
    assert {"User=paperlark", "NoNewPrivileges=yes", "ProtectSystem=strict"} <= set(lines)
    brought = {one.split("=")[1].split(":")[0] for one in lines if one.startswith("LoadCredential")}
    named = {one.split("%d/")[1] for one in lines if "_FILE=%d/" in one}
    assert brought == named

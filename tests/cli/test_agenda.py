"""`paperlark agenda`, and what `paperlark read` refuses to serve."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from paperlark.cli import cli
from standins.groups import DAY, Served, group_file, profiles_in
from standins.mail_server import MailServer, serving

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
USERS = {name: f'user = "{name}"\nemail = "{name}@example.org"' for name in ("ada", "emmy")}
BEHIND = 'method = "proxy"\nproxies = ["127.0.0.1"]'
DAYS = [f"--from={DAY}", f"--to={DAY}"]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Return two readers, of whom Ada wants a paper and shows it."""
    found = profiles_in(tmp_path_factory.mktemp("both"), ["ada", "emmy"])
    for name in found.names:
        profile = found.profile(name)
        profile.reading.triage(str(profile.digest(DAY).entries[0].paper.id), "want", page=DAY)
    found.profile("ada").reading.share(wanted=True, saved=False)
    return found


def test_an_agenda_is_printed(both: Served) -> None:
    path = str(group_file(both, BEHIND, members=USERS))
    printed = CliRunner().invoke(cli, ["agenda", path, *DAYS])
    assert printed.exit_code == 0, printed.output
    assert "wanted by Ada\n" in printed.output
    assert "Emmy" not in printed.output
    bibtex = CliRunner().invoke(cli, ["agenda", path, *DAYS, "--format=bibtex"])
    assert bibtex.output.startswith("@misc{")
    nothing = CliRunner().invoke(cli, ["agenda", path, "--from=2025-01-01", "--to=2025-01-02"])
    assert "No paper of these days is wanted" in nothing.output


def test_an_agenda_is_mailed_to_each_member(both: Served) -> None:
    server = MailServer()
    with serving(server, None, login=False):
        mail = f'server = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
        path = group_file(both, BEHIND, members=USERS)
        path.write_text(f'{path.read_text()}\n[mail]\n{mail}sender = "papers@example.org"\n')
        sent = CliRunner().invoke(cli, ["agenda", str(path), *DAYS, "--mail"])
    assert sent.exit_code == 0, sent.output
    assert sorted(mail["To"] for mail in server.taken) == ["ada@example.org", "emmy@example.org"]
    lost = CliRunner().invoke(cli, ["agenda", str(path), *DAYS, "--mail"])
    assert lost.exit_code == 4
    assert "not sent to Ada" in lost.output


def test_nothing_is_bound_beyond_this_machine_without_sign_in(both: Served) -> None:
    for named in ([], ["ada", "emmy"]):
        arguments = ["read", *(str(both.home / one) for one in named), "--host=0.0.0.0"]
        refused = CliRunner().invoke(cli, arguments)
        assert refused.exit_code == 2
        assert "nothing but 127.0.0.1 is served without sign-in" in refused.output


def test_a_group_names_its_profiles_itself(both: Served) -> None:
    path = group_file(both, BEHIND, members=USERS)
    refused = CliRunner().invoke(cli, ["read", "ada.toml", f"--group={path}"])
    assert refused.exit_code == 2
    assert "name no others" in refused.output


def test_two_profiles_with_one_id_are_not_read_side_by_side(both: Served, tmp_path: Path) -> None:
    copied = tmp_path / "copy.toml"
    copied.write_text((both.home / "ada" / "paperlark.toml").read_text())
    (tmp_path / "criteria.md").write_text("Bats.")
    refused = CliRunner().invoke(cli, ["read", str(both.home / "ada"), str(copied), "--no-open"])
    assert refused.exit_code == 1
    assert "have the same id" in refused.output

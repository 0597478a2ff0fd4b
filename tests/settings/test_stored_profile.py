"""A profile in a row says what a profile in a file says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.errors import ProfileError
from paperlark.settings.group import GroupDatabase
from paperlark.settings.load import load_settings
from paperlark.settings.stored_profile import account_settings, settings_of_accounts
from paperlark.settings.values import NO_PLUGINS, MailSettings, Security
from standins.accounts import account

HOME = Path("/srv/lark")
GROUP = GroupDatabase(DatabaseServer("postgresql://db.example.org/papers", HOME / "x"), HOME)
FULL = """\
name = "Bats"
id = "another"
categories = ["q-bio.NC"]
database = "elsewhere.db"
output = "/elsewhere"
criteria = "interests.md"
page_size = 7

[site]
folder = "/elsewhere"
address = "https://bats.example.org"

[[follow]]
name = "Ada Lovelace"

[judge]
model = "gpt-4o-mini"

[budget]
month = 3.5

[mail]
server = "smtp.example.org"
sender = "lark@example.org"

[[deliver]]
name = "post"
mail = "ada@example.org"
"""
CRITERIA = "Sonar of bats.\n"


def test_the_mail_server_of_a_group_serves_a_profile_that_names_none(tmp_path: Path) -> None:
    text = FULL.replace('[mail]\nserver = "smtp.example.org"\nsender = "lark@example.org"\n', "")
    (tmp_path / "paperlark.toml").write_text(text)
    (tmp_path / "interests.md").write_text(CRITERIA)
    reader = account("ada", profile=text, criteria=CRITERIA)
    with pytest.raises(ProfileError, match="mail needs a mail server"):
        account_settings(reader, GROUP)
    server = MailSettings("smtp.group.example", 465, Security.TLS, None, "", "papers@group.example")
    assert account_settings(reader, replace(GROUP, mail=server)).mail == server
    assert load_settings(tmp_path / "paperlark.toml", mail=server).mail == server


def test_an_account_has_the_settings_of_the_same_texts_in_files(tmp_path: Path) -> None:
    (tmp_path / "paperlark.toml").write_text(FULL)
    (tmp_path / "interests.md").write_text(CRITERIA)
    filed = load_settings(tmp_path / "paperlark.toml")
    stored = account_settings(account("ada", profile=FULL, criteria=CRITERIA), GROUP)
    same = replace(
        filed,
        profile=replace(filed.profile, id="ada"),
        id="ada",
        database=GROUP.database,
        output=HOME / "readers/ada/pages",
        site=replace(filed.site, folder=HOME / "readers/ada/site"),
        file=None,
        criteria_file=None,
    )
    assert stored == same


def test_an_account_writes_no_file_on_the_server_and_calls_nothing_in_its_network() -> None:
    places = (
        '[notes]\nfolder = "/etc"\n[bibtex]\nfile = "/etc/p.bib"\n'
        '[webhook]\nurl = "https://10.0.0.1/x"\nprivate_addresses = true\n'
    )
    stored = account_settings(account("ada", profile=FULL + places, criteria=CRITERIA), GROUP)
    assert (stored.notes, stored.bibtex, stored.webhook) == (None, None, None)


def test_a_mistake_names_the_account_and_the_line() -> None:
    broken = account("ada", profile=FULL.replace("= 7", "= -7"), criteria=" \n")
    with pytest.raises(ProfileError) as raised:
        account_settings(broken, GROUP)
    told = [str(one) for one in raised.value.problems]
    assert told[0] == "criteria of ada: is empty; expected your interests, in your own words"
    assert told[1].startswith("profile of ada:7: page_size is -7; expected ")


def test_a_profile_that_is_no_toml_names_the_account() -> None:
    with pytest.raises(ProfileError, match=r"profile of ada:2: is not TOML here"):
        account_settings(account("ada", profile='name = "Ada"\n==\n'), GROUP)


def test_one_account_that_cannot_be_read_leaves_others_theirs() -> None:
    found = settings_of_accounts([account("ada"), account("eve", profile="")], GROUP)
    assert list(found) == ["ada", "eve"]
    assert not isinstance(found["ada"], ProfileError)
    assert isinstance(found["eve"], ProfileError)


def test_an_account_chooses_no_code_that_runs_on_the_server() -> None:
    plugins = (
        '[[deliver]]\nname = "files"\nplugin = "folder"\n[plugins]\nsavers = ["csv"]\n'
        'sources = ["atom-folder"]\nranker = "counts"\n'
    )
    stored = account_settings(account("ada", profile=FULL + plugins, criteria=CRITERIA), GROUP)
    assert stored.plugins == NO_PLUGINS
    assert [one.name for one in stored.channels] == ["post"]

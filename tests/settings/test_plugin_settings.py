"""The table [plugins], and channels that are plug-ins."""

from __future__ import annotations

from pathlib import Path

import pytest

from paperlark.domain.errors import ProfileError
from paperlark.settings import load_settings
from paperlark.settings.secrets import needed_secrets
from paperlark.settings.values import NO_PLUGINS, PluginSettings

HEAD = 'name = "Bats"\ncategories = ["cs.LG"]\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "criteria.md").write_text("## Bats\nRelevant: sonar.")
    return tmp_path


def _profile(home: Path, text: str) -> Path:
    file = home / "paperlark.toml"
    file.write_text(HEAD + text)
    return file


def test_plugins_are_named_and_each_has_a_table_of_its_own(home: Path) -> None:
    settings = load_settings(
        _profile(
            home,
            '[plugins]\njudge = "coin"\nsavers = ["csv"]\nat_most = 9\n'
            '[plugins.settings.csv]\nfile = "a.csv"\nkey_variable = "CSV_KEY"\nsides = 6\n'
            '[plugins.settings.inbox]\nfolders = ["a", "b"]\nloud = true\n'
            '[[deliver]]\nname = "files"\nplugin = "inbox"\n',
        )
    )
    assert settings.plugins == PluginSettings(
        judge="coin",
        savers=("csv",),
        at_most=9,
        tables={
            "csv": {"file": "a.csv", "key_variable": "CSV_KEY", "sides": 6},
            "inbox": {"folders": ["a", "b"], "loud": True},
        },
    )
    assert settings.channels[0].plugin == "inbox"
    assert [one.name for one in needed_secrets(settings)] == ["CSV_KEY"]


def test_a_profile_that_names_none_has_none(home: Path) -> None:
    assert load_settings(_profile(home, "")).plugins == NO_PLUGINS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[judge]\nmodel = "m"\n[plugins]\njudge = "coin"\n',
            "6: there is a table .judge. as well",
        ),
        ('[budget]\nday = 1\n[plugins]\njudge = "coin"\n', "6: a .budget. cannot be kept"),
        ('[plugins.settings.csv]\nfile = "a"\n', "3: no plug-in 'csv' is used"),
        ('[plugins]\nsavers = ["notes"]\n', "notes is a table of the profile"),
        ('[plugins]\nsavers = ["a", "a"]\n', "is there twice"),
        ('[plugins]\njudge = "../x"\n', "plugins.judge is '../x'"),
        ("[plugins]\nat_most = 0\n", "up to 3600"),
        ('[[deliver]]\nname = "a"\nplugin = "b"\nmail = "a@b.org"\n', "needs one of mail,"),
        (
            '[plugins]\njudge = "j"\n[plugins.settings.j]\nkey_variable = "sk-123-abc"\n',
            "key_variable is no name of a secret",
        ),
        (
            '[plugins]\njudge = "j"\n[plugins.settings.j]\nurl = "https://a:b@c.org"\n',
            "a password stands in url",
        ),
    ],
)
def test_mistakes_are_told_with_their_line(home: Path, text: str, expected: str) -> None:
    with pytest.raises(ProfileError, match=expected) as raised:
        load_settings(_profile(home, text))
    assert "sk-123" not in str(raised.value)

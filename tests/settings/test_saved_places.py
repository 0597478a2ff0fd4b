"""The tables [notes], [bibtex], [webhook] and the feeds of [site]."""

from __future__ import annotations

from pathlib import Path

import pytest

from paperlark.domain.errors import ProfileError
from paperlark.settings import load_settings
from paperlark.settings.values import NotesSettings, WebhookSettings

HEAD = 'name = "Bats"\ncategories = ["cs.LG"]\n'


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "criteria.md").write_text("## Bats\nRelevant: sonar.")
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    return tmp_path


def _profile(home: Path, text: str) -> Path:
    file = home / "paperlark.toml"
    file.write_text(HEAD + text)
    return file


def test_places_are_below_the_profile_or_the_readers_home(home: Path) -> None:
    settings = load_settings(
        _profile(
            home,
            '[notes]\nfolder = "~/vault/../papers"\nfile_name = "{year}/{title}"\n'
            '[bibtex]\nfile = "cited/p.bib"\n[webhook]\nurl = "https://example.org/${HOOK}/"\n'
            'private_addresses = true\n[site]\nsaved = true\nsearches = ["kv cache"]\n',
        )
    )
    assert settings.notes == NotesSettings(home / "me" / "papers", "{year}/{title}")
    assert settings.bibtex == home / "cited" / "p.bib"
    assert settings.webhook == WebhookSettings(
        "https://example.org/${HOOK}", "PAPERLARK_WEBHOOK_SECRET", private=True
    )
    assert (settings.site.saved, settings.site.searches) == (True, ("kv cache",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[notes]\nfolder = "n"\nfile_name = "{name}"\n', "names no file"),
        ('[notes]\nfolder = "n"\nfile_name = "../{title}"\n', "names no file"),
        ('[notes]\nfolder = "n"\nfile_name = "/{title}"\n', "names no file"),
        ('[notes]\nfolder = "n"\nfile_name = "{title.__class__}"\n', "names no file"),
        ('[notes]\nfolder = "n"\nfile_name = "{title!r}"\n', "names no file"),
        ('[bibtex]\nfile = "p.txt"\n', "bibtex.file is 'p.txt'"),
        ('[webhook]\nurl = "http://example.org/hook"\n', "is not encrypted"),
        ('[webhook]\nurl = "ftp://example.org"\n', "is no web address"),
        ('[webhook]\nurl = "https://a.org"\nsecret_variable = "whsec_AAA="\n', "revoke it"),
        ('[site]\nsearches = ["a", "a"]\n', "is there twice"),
    ],
)
def test_one_mistake_is_one_line(home: Path, text: str, expected: str) -> None:
    with pytest.raises(ProfileError) as raised:
        load_settings(_profile(home, text))
    (problem,) = raised.value.problems
    assert expected in str(problem)


def test_a_service_on_this_machine_needs_no_encryption(home: Path) -> None:
    text = '[webhook]\nurl = "http://127.0.0.1:8000/hook"\n'
    hook = load_settings(_profile(home, text)).webhook
    assert hook is not None
    assert hook.url == "http://127.0.0.1:8000/hook"

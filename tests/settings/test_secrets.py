from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paperlark.domain.errors import SecretUnusable
from paperlark.settings.secrets import FoundSecret, Secrets, how_to_keep

PLAIN = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


class FakeKeyring:
    """The system's passwords, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_password(self, _service: str, name: str, /) -> str | None:
        return self.kept.get(name)

    def set_password(self, _service: str, name: str, password: str, /) -> None:
        self.kept[name] = password

    def delete_password(self, _service: str, name: str, /) -> None:
        del self.kept[name]


class BrokenKeyring(FakeKeyring):
    """One that is locked."""

    def get_password(self, _service: str, _name: str, /) -> str | None:
        raise RuntimeError("locked")

    def set_password(self, _service: str, _name: str, _password: str, /) -> None:
        raise RuntimeError("locked")


def _secrets(home: Path, keyring: FakeKeyring | None = None, **environment: str) -> Secrets:
    return Secrets({"XDG_CONFIG_HOME": str(home), **environment}, keyring or FakeKeyring())


def test_the_environment_goes_before_the_file_and_the_file_before_the_keyring(
    tmp_path: Path,
) -> None:
    ring = FakeKeyring()
    ring.kept["KEY"] = "from the keyring"
    plain = tmp_path / "key.txt"
    plain.write_text("from a named file\n")
    plain.chmod(0o600)
    found = _secrets(tmp_path, ring).find("KEY")
    assert found is not None
    assert (found.secret, found.where) == ("from the keyring", "the keyring")
    _secrets(tmp_path, ring).keep_in_file("KEY", "from our file")
    for environment, secret in (
        ({}, "from our file"),
        ({"KEY_FILE": str(plain)}, "from a named file"),
        ({"KEY": " from the environment "}, "from the environment"),
    ):
        found = _secrets(tmp_path, ring, **environment).find("KEY")
        assert found is not None
        assert found.secret == secret


def test_what_nobody_knows_is_none(tmp_path: Path) -> None:
    assert _secrets(tmp_path).find("KEY") is None
    assert _secrets(tmp_path, BrokenKeyring()).find("KEY") is None
    assert _secrets(tmp_path, KEY="  ").find("KEY") is None


def test_our_file_is_its_owners_alone(tmp_path: Path) -> None:
    secrets = _secrets(tmp_path / "config")
    secrets.keep_in_file("KEY", "x")
    assert secrets.file.stat().st_mode & 0o777 == 0o600
    assert secrets.file.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_can_read_is_refused_with_the_mend(tmp_path: Path, mode: int) -> None:
    secrets = _secrets(tmp_path)
    secrets.keep_in_file("KEY", "hunter2")
    secrets.file.chmod(mode)
    with pytest.raises(SecretUnusable, match="others can read it: chmod 600") as told:
        secrets.find("KEY")
    assert "hunter2" not in str(told.value)
    named = tmp_path / "named"
    named.write_text("hunter2")
    named.chmod(mode)
    with pytest.raises(SecretUnusable, match="chmod 600"):
        _secrets(tmp_path, OTHER_FILE=str(named)).find("OTHER")


def test_a_file_that_is_no_toml_is_told_without_its_text(tmp_path: Path) -> None:
    secrets = _secrets(tmp_path)
    secrets.keep_in_file("KEY", "x")
    secrets.file.write_text("KEY = hunter2")
    with pytest.raises(SecretUnusable, match="is not TOML") as told:
        secrets.find("KEY")
    assert "hunter2" not in str(told.value)


def test_a_named_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SecretUnusable, match="cannot be read"):
        _secrets(tmp_path, KEY_FILE=str(tmp_path / "none")).find("KEY")


def test_a_secret_in_a_variable_and_in_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SecretUnusable, match="KEY and KEY_FILE are both set") as told:
        _secrets(tmp_path, KEY="hunter2-here", KEY_FILE=str(tmp_path / "none")).find("KEY")
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize(
    ("written", "read"),
    [("a b\n", "a b"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a", " a"), ("a", "a")],
)
def test_of_a_named_file_one_newline_is_left_out(tmp_path: Path, written: str, read: str) -> None:
    found = _secrets(tmp_path, KEY_FILE=str(_named(tmp_path, written.encode()))).find("KEY")
    assert found is not None
    assert found.secret == read


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (b"x" * 65_537, "larger than 64 kB"),
        (b"\xff", "UTF-8"),
    ],
)
def test_a_named_file_that_holds_no_secret_is_told(
    tmp_path: Path, written: bytes, told: str
) -> None:
    with pytest.raises(SecretUnusable, match=told):
        _secrets(tmp_path, KEY_FILE=str(_named(tmp_path, written))).find("KEY")


@pytest.mark.parametrize("written", [b"", b"\n"])
def test_an_empty_file_counts_as_missing(tmp_path: Path, written: bytes) -> None:
    secrets = _secrets(tmp_path, KEY_FILE=str(_named(tmp_path, written)))
    assert secrets.find("KEY") is None
    secrets.keep_in_file("KEY", "from our file")
    assert secrets.find("KEY") is not None


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(SecretUnusable, match="is no file"):
        _secrets(tmp_path, KEY_FILE=str(tmp_path / "pipe")).find("KEY")


def test_in_the_folder_of_systemds_credentials_all_may_read(tmp_path: Path) -> None:
    """Nobody else can enter it, and its files show the rights of their list as those of a group."""
    path = _named(tmp_path, b"horse 17\n")
    path.chmod(0o440)
    found = _secrets(tmp_path, KEY_FILE=str(path), CREDENTIALS_DIRECTORY=str(tmp_path)).find("KEY")
    assert found == FoundSecret("horse 17", f"the file {path}")
    with pytest.raises(SecretUnusable, match="others can read it"):
        _secrets(tmp_path, KEY_FILE=str(path), CREDENTIALS_DIRECTORY="/elsewhere").find("KEY")


def _named(folder: Path, content: bytes) -> Path:
    path = folder / "named.txt"
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def test_a_secret_is_forgotten_everywhere(tmp_path: Path) -> None:
    ring = FakeKeyring()
    secrets = _secrets(tmp_path, ring)
    secrets.keep_in_file("KEY", "x")
    secrets.keep_in_file("OTHER", "y")
    secrets.keep_in_keyring("KEY", "z")
    assert len(secrets.forget("KEY")) == 2
    assert secrets.find("KEY") is None
    assert secrets.find("OTHER") is not None
    assert secrets.forget("KEY") == ()


def test_a_keyring_that_takes_nothing_is_told_with_the_other_way(tmp_path: Path) -> None:
    with pytest.raises(SecretUnusable, match="paperlark secret set KEY --file"):
        _secrets(tmp_path, BrokenKeyring()).keep_in_keyring("KEY", "x")


def test_without_the_package_of_the_keyring_secrets_are_files_and_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    secrets = Secrets({"XDG_CONFIG_HOME": str(tmp_path)})
    assert not secrets.has_keyring
    secrets.keep_in_file("KEPT", "x")
    assert secrets.find("KEPT") is not None
    assert not caplog.messages
    assert secrets.find("ELSEWHERE") is None
    assert caplog.messages == [
        "did not look for ELSEWHERE in the keyring: pip install 'paperlark[keyring]'"
    ]
    assert how_to_keep("KEY") == (
        "paperlark secret set KEY; if the keyring has it, pip install 'paperlark[keyring]'"
    )


def test_a_secret_is_not_printed_by_accident(tmp_path: Path) -> None:
    found = _secrets(tmp_path, KEY="hunter2").find("KEY")
    assert "hunter2" not in repr(found)


@given(name=st.from_regex(r"\A[A-Za-z_][A-Za-z0-9_]{0,20}\Z"), secret=PLAIN)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_secret_is_found_again(tmp_path: Path, name: str, secret: str) -> None:
    secrets = _secrets(tmp_path)
    secrets.keep_in_file(name, secret)
    found = secrets.find(name)
    assert found is not None
    assert found.secret == secret

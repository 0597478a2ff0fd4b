from __future__ import annotations

import os
from pathlib import Path

import pytest

from paperlark.domain.errors import SecretUnusable
from paperlark.domain.redaction import redacted
from paperlark.settings.environment import Environment


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("PGPASSWORD", "PGPASSWORD_FILE"):
        monkeypatch.setenv(name, "")  # so that it is as before in the end
        monkeypatch.delenv(name)
    path = tmp_path / "database-password"
    path.write_text("horse staple 17\n")
    path.chmod(0o600)
    return path


def test_the_databases_password_comes_from_a_file_and_is_redacted(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD_FILE", str(file))
    Environment().provide_database_password()
    assert os.environ["PGPASSWORD"] == "horse staple 17"
    assert "staple" not in redacted("password is horse staple 17")


def test_a_process_that_is_started_from_there_may_do_the_same(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD_FILE", str(file))
    Environment().provide_database_password()
    Environment().provide_database_password()
    assert os.environ["PGPASSWORD"] == "horse staple 17"


def test_a_password_and_a_file_of_one_are_refused(file: Path) -> None:
    both = {"PGPASSWORD": "another one", "PGPASSWORD_FILE": str(file)}
    with pytest.raises(SecretUnusable, match="both set"):
        Environment(variables=both).provide_database_password()
    assert "PGPASSWORD" not in os.environ

"""An id is written into a profile, and nothing else of it is touched."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.settings.file_shape import ProfileShape
from paperlark.settings.identity import id_line, random_id, with_id, write_id

PLAIN = '# mine\nname = "Bats"\ncategories = ["cs.LG"]  # more?\n\n[site]\nfolder = "x"\n'
IDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)


def _lines(content: bytes | None) -> list[str]:
    assert content is not None
    return content.decode().splitlines()


def test_it_stands_below_the_name() -> None:
    lines = _lines(with_id(PLAIN.encode(), "bats"))
    assert lines == [*PLAIN.splitlines()[:2], id_line("bats"), *PLAIN.splitlines()[2:]]


@pytest.mark.parametrize(
    "text",
    [
        'name = """\nBats"""\ncategories = []\n',
        'categories = [\n"cs.LG"]\n"name" = "Bats"',
        "'name' = 'Bats'\r\ncategories = []\r\n",
        '\ufeffname = "Bats"\ncategories = []',
        'criteria = """\nname = 1\n"""\nname = "Bats"\n',
        "name = 'Bats' # \u2028 odd\ncategories = []\n",
        "site = { folder = 'x' }\nname='Bats'",
    ],
)
def test_it_can_be_written_into_any_profile(text: str) -> None:
    before = text.encode()
    after = with_id(before, 'b "x" \\')
    assert after is not None
    read = tomllib.loads(after.decode("utf-8-sig"))
    assert read == {**tomllib.loads(before.decode("utf-8-sig")), "id": 'b "x" \\'}
    line = id_line('b "x" \\').encode()
    assert after.count(line) == 1
    rest = after.replace(line + b"\r\n", b"").replace(line + b"\n", b"")
    assert rest.rstrip() == before.rstrip()
    assert after.startswith(b"\xef\xbb\xbf") == before.startswith(b"\xef\xbb\xbf")


@given(IDS)
def test_any_id_is_read_as_it_was_written(reader: str) -> None:
    after = with_id(PLAIN.encode(), reader)
    assert after is not None
    assert tomllib.loads(after.decode())["id"] == reader


@pytest.mark.parametrize("text", ['id = "a"\nname = "Bats"\n', "name = \n", "\xff"])
def test_a_profile_that_has_one_or_is_no_toml_is_left_alone(text: str) -> None:
    assert with_id(text.encode("latin-1"), "b") is None


def test_permissions_links_and_the_folder_stay_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "mine.toml", tmp_path / "paperlark.toml"
    real.write_text(PLAIN)
    real.chmod(0o640)
    link.symlink_to(real)
    assert write_id(link, "bats")
    assert link.is_symlink()
    assert 'id = "bats"' in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert list((tmp_path / "real").iterdir()) == [real]
    assert not write_id(tmp_path / "none.toml", "bats")


@given(st.text(min_size=1))
def test_what_is_generated_is_a_valid_setting(title: str) -> None:
    reader = random_id(title)
    shape = ProfileShape.model_validate(
        {"name": "x", "categories": ["cs.LG"], **tomllib.loads(id_line(reader))}
    )
    assert shape.id == reader
    assert random_id(title) != reader

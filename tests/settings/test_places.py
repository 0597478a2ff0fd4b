"""Where a profile is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from paperlark.domain.errors import ProfileError
from paperlark.settings import load_settings
from paperlark.settings.places import (
    DataPlaces,
    config_folder,
    data_folder,
    find_profile,
    folder_to_begin,
    missing_hint,
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


def _default(variables: dict[str, str]) -> Path:
    path = config_folder(variables) / "paperlark.toml"
    path.parent.mkdir(parents=True)
    path.write_text("")
    return path


def test_folders_follow_xdg_and_a_relative_one_is_ignored(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    assert config_folder(home) == tmp_path / ".config" / "paperlark"
    assert data_folder(home) == tmp_path / ".local" / "share" / "paperlark"
    assert config_folder(home | {"XDG_CONFIG_HOME": "/etc/xdg"}) == Path("/etc/xdg/paperlark")
    assert data_folder(home | {"XDG_DATA_HOME": "/srv"}) == Path("/srv/paperlark")
    relative = home | {"XDG_CONFIG_HOME": "mine", "XDG_DATA_HOME": "./data"}
    assert config_folder(relative) == config_folder(home)
    assert data_folder(relative) == data_folder(home)


def test_this_folder_s_profile_comes_before_the_default_one(
    here: Path, variables: dict[str, str]
) -> None:
    assert find_profile(None, variables) == Path("paperlark.toml")
    default = _default(variables)
    assert find_profile(None, variables) == default
    (here / "paperlark.toml").write_text("")
    assert find_profile(None, variables) == Path("paperlark.toml")


def test_a_folder_stands_for_the_profile_in_it(here: Path, variables: dict[str, str]) -> None:
    (here / "mine").mkdir()
    assert find_profile(Path("mine"), variables) == Path("mine/paperlark.toml")
    assert find_profile(Path("mine/other.toml"), variables) == Path("mine/other.toml")
    assert find_profile(Path("gone"), variables) == Path("gone")


def test_a_broken_link_in_this_folder_hides_nothing(here: Path, variables: dict[str, str]) -> None:
    (here / "paperlark.toml").symlink_to("gone.toml")
    default = _default(variables)
    assert find_profile(None, variables) == default


@pytest.mark.usefixtures("here")
def test_where_there_is_no_profile_the_error_says_where_it_was_looked_for() -> None:
    with pytest.raises(ProfileError, match=r"paperlark\.toml: there is no such file") as caught:
        load_settings(find_profile(None, {"HOME": "/nowhere"}))
    for place in (
        "paperlark init;",
        "--profile",
        "PAPERLARK_PROFILE",
        "in this folder",
        "paperlark",
    ):
        assert place in str(caught.value)
    hint = missing_hint(Path("paperlark.toml"), {"HOME": "/nowhere"})
    assert "/nowhere/.config/paperlark/paperlark.toml" in hint
    assert missing_hint(Path("mine/paperlark.toml")) == "make one with: paperlark init mine"
    assert missing_hint(Path("mine")) == "make one with: paperlark init mine"


def test_data_places_are_whole_paths() -> None:
    assert DataPlaces.inside(Path("/data")) == DataPlaces(
        "/data/pages", "/data/paperlark.db", "/data/site"
    )


@pytest.mark.parametrize(
    ("missing", "folder"),
    [
        ("paperlark.toml", None),
        ("mine/paperlark.toml", Path("mine")),
        ("mine", Path("mine")),
        ("/home/ada/mine", Path("/home/ada/mine")),
    ],
)
def test_a_new_profile_goes_where_it_will_be_looked_for(missing: str, folder: Path | None) -> None:
    assert folder_to_begin(Path(missing)) == folder


def test_a_profile_of_another_name_is_never_begun() -> None:
    with pytest.raises(ValueError, match="is called"):
        folder_to_begin(Path("mine.toml"))

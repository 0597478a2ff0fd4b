"""The gallery: every image is there, small, shown, and drawn by the command."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from make_gallery import GALLERY, IMAGES, LARGEST, View, draw

from standins.browsing import in_a_browser
from standins.written import links

ROOT = Path(__file__).parent.parent.parent


def _size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("view", GALLERY, ids=lambda view: view.name)
def test_an_image_is_there_small_and_of_its_window(view: View) -> None:
    png = (IMAGES / view.name).read_bytes()
    assert len(png) <= LARGEST
    assert _size(png) == (view.width, view.height), "run: make gallery"


def test_the_gallery_shows_all_images_and_no_other_is_kept() -> None:
    shown = {
        target.rpartition("/")[2]
        for target in links(ROOT / "docs" / "gallery.md")
        if target.endswith(".png")
    }
    assert shown == {view.name for view in GALLERY}
    assert {path.name for path in IMAGES.glob("*.png")} == shown


class TestInABrowser:
    pytestmark = in_a_browser

    @pytest.mark.parametrize("name", ["mail.png", "app.png"])
    def test_the_command_draws_an_image(self, name: str, tmp_path: Path) -> None:
        pytest.importorskip("PIL", reason="Pillow is not here: install requirements/dev.txt")
        views = [view for view in GALLERY if view.name == name]
        drawn = list(draw(views, tmp_path / "demo", tmp_path))
        assert [path.name for path in drawn] == [name]
        assert _size(drawn[0].read_bytes()) == (views[0].width, views[0].height)

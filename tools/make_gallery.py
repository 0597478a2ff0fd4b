"""Draw the images of the README and the site: the demo's pages in a browser. `make gallery`.

Each image is reduced to a palette, which text on plain paper loses nothing by.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path
from typing import Literal

import paperlark
from paperlark.domain.delivery import Bulletin, MessageFormat, Occasion, Style
from paperlark.renderers.letters import write

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
LARGEST = 150_000
"""Bytes of an image at most."""

_DAY = date(2025, 2, 26)
_PALETTES = (128, 64, 32)
_MAIL = MessageFormat(Style.MAIL, 100_000, 250)
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]


@dataclass(frozen=True, slots=True)
class View:
    """An image: its file, what is looked at, in which window and by which light."""

    name: str
    shows: Literal["page", "month", "search", "mail", "app"]
    width: int
    height: int
    scheme: Literal["light", "dark"] = "light"


GALLERY = (
    View("page.png", "page", 1000, 1100),
    View("page-dark.png", "page", 1000, 1100, "dark"),
    View("phone.png", "page", 390, 844),
    View("mail.png", "mail", 640, 900),
    View("app.png", "app", 1000, 900),
    View("month.png", "month", 1000, 900),
    View("search.png", "search", 1000, 700),
)


def main() -> None:
    """Draw all, or those that are named: `make_gallery.py page.png`."""
    wanted = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        for path in draw(
            [one for one in GALLERY if one.name in wanted or not wanted], Path(folder)
        ):
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")


def draw(views: list[View], scratch: Path, images: Path = IMAGES) -> Iterator[Path]:
    """Make the demo in `scratch`, look at it, and write an image for each view."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - the gallery's data is light

    mail = _make_demo(scratch)
    site = next(path.parent for path in (scratch / "site").glob("*/index.html"))
    addresses = {
        "page": site / f"{_DAY:%Y/%m/%d}" / "index.html",
        "month": (site / f"{_DAY:%Y/%m}" / "index.html"),
        "search": (site / "search" / "index.html"),
        "mail": mail,
    }
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        for view in views:
            page = browser.new_page(
                viewport={"width": view.width, "height": view.height}, color_scheme=view.scheme
            )
            if view.shows == "app":
                with _app(scratch / "reader") as address:
                    page.goto(address)
                    shot = page.screenshot()
            else:
                page.goto(addresses[view.shows].as_uri())
                if view.shows == "search":
                    page.get_by_role("searchbox").fill("sparse attention")
                    page.get_by_role("button", name="Search").click()
                    page.locator("#found li").first.wait_for()
                shot = page.screenshot()
            page.close()
            path = images / view.name
            path.write_bytes(_reduced(shot, view.name))
            yield path
        browser.close()


def _make_demo(scratch: Path) -> Path:
    """Make the demo's pages and site, and a mail of one day; return the mail's file."""
    with paperlark.open_sample(scratch) as sample:
        if failed := [one.error for one in sample.make_pages(date.min, date.max) if one.error]:
            raise failed[0]
        sample.build_site()
        digest = sample.digest(_DAY)
        bulletin = Bulletin(Occasion.DAY, _DAY, digest.profile, (digest,))
    mail = scratch / "mail.html"
    mail.write_text(write(bulletin, _MAIL)[0].html or "", "utf-8")
    return mail


@contextmanager
def _app(folder: Path) -> Iterator[str]:
    """Run the app for the demo's reader in a home of its own, and yield its address."""
    with as_file(files("paperlark").joinpath("sample")) as sample:
        folder.mkdir()
        for name in ("paperlark.toml", "criteria.md"):
            shutil.copy(sample / name, folder)
        program = [sys.executable, "-m", "paperlark"]
        feeds = f"--feeds={sample / 'feeds'}"
        home = {**os.environ, "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
        made = [*program, "run", "--from=2025-02-19", "--to=2025-03-25", feeds]
        subprocess.run(made, cwd=folder, env=home, check=True, capture_output=True)
        served = [*program, "read", "--no-open", "--port=0", feeds]
        with subprocess.Popen(
            served,
            cwd=folder,
            env=home,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            try:
                yield process.stdout.readline().strip() if process.stdout else ""
            finally:
                process.terminate()


def _reduced(shot: bytes, name: str) -> bytes:
    """Return a PNG with as many colours as fit. Raises ValueError where none does."""
    from PIL import Image  # noqa: PLC0415 - looked at without Pillow as well

    image = Image.open(BytesIO(shot)).convert("RGB")
    for colours in _PALETTES:
        written = BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
        if written.tell() <= LARGEST:
            return written.getvalue()
    raise ValueError(f"{name} has more than {LARGEST:,} bytes: make its window smaller")


if __name__ == "__main__":
    main()

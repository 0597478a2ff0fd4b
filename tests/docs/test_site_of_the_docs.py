"""The documentation's site: whole, without a dead link, and good to read in a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urldefrag

import pytest
from doc_site.build import DeadLinks, build
from doc_site.markdown import known_words
from doc_site.pages import read_pages
from make_reference import reference
from playwright.sync_api import Browser

from standins.browsing import OF_COLOUR, Watch, browser, in_a_browser, served, violations

__all__ = ["browser"]

ROOT = Path(__file__).parent.parent.parent
LOOKED_AT = [
    "index.html",
    "tutorial.html",
    "how-to/local-model.html",
    "reference/settings.html",
    "reference/commands.html",
    "ranking-figures.html",
    "changelog.html",
    "search.html",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    build(ROOT, folder)
    return folder


class _Links(HTMLParser):
    """The anchors of a page and what it links to or loads."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.anchors.append(value or "")
            elif name == "href" and tag == "a":
                self.links.append(value or "")
            elif name in {"src", "href", "srcset", "data", "poster"}:
                self.loads.append(value or "")


def _read(page: Path) -> _Links:
    parser = _Links()
    parser.feed(page.read_text("utf-8"))
    return parser


def test_no_link_of_the_site_is_dead_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    pages = {path: _read(path) for path in site.rglob("*.html")}
    assert len(pages) > 100
    dead = []
    for path, page in pages.items():
        assert len(page.anchors) == len(set(page.anchors)), path
        for link in page.links + page.loads:
            if link == "data:,":  # no icon, so that none is asked for
                continue
            if re.match(r"(https?|mailto):", link):
                assert link in page.links, f"{path} loads {link}"
                continue
            target, anchor = urldefrag(link)
            there = (path.parent / unquote(target)).resolve() if target else path
            if not there.is_file() or (anchor and anchor not in pages[there].anchors):
                dead.append(f"{path.relative_to(site)}: {link}")
    assert dead == []


def test_every_page_of_the_docs_is_in_the_contents_of_each(site: Path) -> None:
    expected = {page.address for page in read_pages(ROOT)}
    assert {"tutorial.html", "reference/api.html", "changelog.html"} <= expected
    for page in ("index.html", "how-to/lab.html", "search.html"):
        folder = PurePosixPath(page).parent
        navigation = (site / page).read_text("utf-8").partition('<nav id="contents"')[2]
        targets = re.findall(r'href="([^"]+)"', navigation)
        assert {
            str((site / folder / one).resolve().relative_to(site)) for one in targets
        } == expected


def test_every_command_and_setting_has_its_place_and_text_links_to_it(site: Path) -> None:
    words = known_words(read_pages(ROOT))
    commands = re.findall(r"^## (paperlark.*)$", reference()["commands.md"], re.MULTILINE)
    assert len(commands) > 30
    assert [name for name in commands if name not in words] == []
    assert words["judge.model"] == "reference/settings.html#judge.model"
    assert 'id="judge.model"' in (site / "reference/settings.html").read_text("utf-8")
    changes = (site / "changelog.html").read_text("utf-8")
    assert '<a href="reference/commands.html#paperlark-mcp" class="word">' in changes


def _project(root: Path, text: str) -> Path:
    look = root / "src/paperlark/renderers/templates/look.css"
    look.parent.mkdir(parents=True)
    look.write_text(":root {}")
    (root / "docs").mkdir()
    (root / "docs/README.md").write_text(text)
    return root


@pytest.mark.parametrize(
    "target", ["gone.md", "#nowhere", "README.md#nowhere", "../../outside.md", "gone.png"]
)
def test_a_dead_link_ends_the_build_before_anything_is_written(tmp_path: Path, target: str) -> None:
    root = _project(tmp_path, f"# Home\n\n[there]({target})\n")
    with pytest.raises(DeadLinks, match=re.escape(target)):
        build(root, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_html_in_a_page_is_refused_and_comments_are_not_shown(tmp_path: Path) -> None:
    root = _project(tmp_path, "# Home\n\n<!-- not run: a remark -->\n```sh\nls <here>\n```\n")
    build(root, tmp_path / "site")
    page = (tmp_path / "site/index.html").read_text()
    assert "remark" not in page
    assert "ls &lt;here&gt;" in page
    (root / "docs/README.md").write_text("# Home\n\n<script>alert(1)</script>\n")
    with pytest.raises(ValueError, match="HTML of its own"):
        build(root, tmp_path / "site")


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    root = _project(tmp_path, "# Home\n")
    kept = tmp_path / "mine" / "thesis.tex"
    kept.parent.mkdir()
    kept.write_text("years of work")
    with pytest.raises(FileExistsError, match="name an empty folder"):
        build(root, kept.parent)
    assert kept.read_text() == "years of work"


class TestInABrowser:
    pytestmark = in_a_browser

    @pytest.mark.parametrize("width", [390, 1200])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_pages_fit_and_keep_nobody_out(
        self, site: Path, browser: Browser, width: int, scheme: str
    ) -> None:
        watch = Watch()
        with served(site) as address:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme="dark" if scheme == "dark" else "light",
                bypass_csp=True,  # for axe-core, which is injected
            )
            page = context.new_page()
            watch.over(page)
            for name in LOOKED_AT:
                page.goto(f"{address}/{name}")
                room = page.evaluate("document.documentElement.scrollWidth")
                assert room <= width, name
                found = violations(page, *(OF_COLOUR if scheme == "dark" else ()))
                assert found == [], name
            context.close()
            assert [one for one in watch.requests if not one.startswith(address)] == []
        assert watch.said == []

    @pytest.mark.parametrize("way", ["folder", "server"])
    def test_searching_finds_a_setting(self, site: Path, browser: Browser, way: str) -> None:
        watch = Watch()
        with served(site) as address:
            page = browser.new_page()
            watch.over(page)
            page.goto(f"{site.as_uri() if way == 'folder' else address}/search.html")
            page.get_by_role("searchbox").fill("backups restore server")
            first = page.locator("#found a").first
            assert "restore" in (first.text_content() or "").lower()
            first.click()
            assert "backup-and-restore.html" in page.url
            page.close()
        assert watch.said == []

    def test_pages_are_whole_without_scripts(self, site: Path, browser: Browser) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{site.as_uri()}/index.html")
        page.get_by_role("navigation").get_by_text("How to", exact=True).click()
        page.get_by_role("navigation").get_by_role("link", name="Zotero", exact=False).first.click()
        assert page.url.endswith("how-to/zotero.html")
        assert page.locator("h1").count() == 1
        context.close()

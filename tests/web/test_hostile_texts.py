"""Markup and scripts in every text from outside: the app shows them as text, and runs nothing."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from urllib.parse import quote
from xml.sax.saxutils import escape

import httpx
import pytest
from playwright.sync_api import Browser
from selectolax.lexbor import LexborHTMLParser

from standins.browsing import in_a_browser
from standins.reading import App, app

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]
DAY = "2025-03-25"
SCRIPT = "<script>window.ran = 1</script>"
PICTURE = '<img src=x onerror="window.ran = 1">\'" onfocus=window.ran=1 autofocus x=\''
HOSTILE = (
    f"{SCRIPT} {PICTURE} javascript:window.ran=1 {{{{ 7 * 7 }}}} $\\href{{javascript:ran=1}}{{x}}$"
)
"""In title, abstract, names, categories, licence, criteria, profile, note and question alike."""
SCRIPTS = ("/static/early.js", "/static/read.js", "/static/tune.js")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Run the app over a day of papers whose every field is hostile."""
    home = tmp_path_factory.mktemp("attacked")
    with app(home, made=False) as running:
        running.end()
        for path in running.feeds.glob("*.xml.gz"):
            path.write_bytes(gzip.compress(_hostile(gzip.decompress(path.read_bytes()))))
        criteria = f"# Relevant\n\n- {HOSTILE}\n- language models {HOSTILE}\n"
        (home / "criteria.md").write_text(criteria)
        profile = home / "paperlark.toml"
        name = f"name = '''{SCRIPT}'''"
        profile.write_text(re.sub(r"(?m)^name = .*$", lambda _: name, profile.read_text()))
        running.profile.make_page(running.profile.latest_day())
        running.start()
        yield running


@pytest.fixture(scope="module")
def client(attacked: App) -> Iterator[httpx.Client]:
    """Open a session, and write a hostile note to a saved paper."""
    with httpx.Client(base_url=attacked.origin, follow_redirects=True, timeout=60) as found:
        found.get(attacked.address)
        page = LexborHTMLParser(found.get(f"/day/{DAY}?all").text)
        paper = page.css("[data-paper]")[0].attributes["data-paper"] or ""
        profile = attacked.profile
        profile.reading.triage(paper, "save")
        profile.reading.triage(paper, "later")
        profile.reading.triage(paper, "note", text=HOSTILE)
        yield found


def _hostile(content: bytes) -> bytes:
    """Write the hostile text into every field of every item."""
    feed, text = content.decode(), escape(HOSTILE)
    for field in ("title", "dc:creator", "dc:rights"):
        start = re.compile(rf"<item>.*?<{field}>", re.DOTALL)
        feed = start.sub(lambda found: f"{found[0]}{text} ", feed)
    feed = feed.replace("\nAbstract: ", f"\nAbstract: {text} ")
    return feed.replace("</category>", f"</category><category>{text}</category>").encode()


def _views(client: httpx.Client) -> list[str]:
    """Return the address of every view, with a hostile word wherever an address has one."""
    word = quote(HOSTILE, safe="")
    page = LexborHTMLParser(client.get(f"/day/{DAY}?all").text)
    paper = page.css("[data-paper]")[0].attributes["data-paper"]
    lists = [one.attributes["href"] or "" for one in page.css("nav.ways a[href]")]
    return [
        *(f"/day/{DAY}", f"/day/{DAY}?all", f"/days/2025-01-01/{DAY}", *lists),
        *(f"/note/{paper}", f"/search?q={word}", f"/topics?topic={word}", "/search?q=models"),
        *(f"/list/{word}", f"/day/{word}", f"/note/{word}", f"/day/{DAY}?{word}={word}"),
    ]


def test_outside_text_is_only_text_in_every_view(client: httpx.Client) -> None:
    shown = 0
    for path in _views(client):
        answer = client.get(path)
        tree = LexborHTMLParser(answer.text)
        if not answer.headers["content-type"].startswith("text/html"):
            assert answer.headers["x-content-type-options"] == "nosniff", path
            continue
        sources = [one.attributes.get("src") or "" for one in tree.css("script")]
        assert {one.partition("?v=")[0] for one in sources} <= set(SCRIPTS), path
        assert tree.css("img, iframe, object, embed, base, style, [style], [autofocus]") == [], path
        for one in tree.css("*"):
            assert not {name for name in one.attributes if name.startswith("on")}, (path, one.html)
            for name in ("href", "src", "action", "formaction"):
                scheme = (one.attributes.get(name) or "").strip().lower().partition(":")[0]
                assert scheme not in {"javascript", "data", "vbscript"}, (path, one.html)
        shown += "window.ran = 1" in tree.text()
    assert shown > 8  # or nothing of it was shown anywhere


@pytest.mark.browser
@in_a_browser[-1]
def test_no_view_runs_it(client: httpx.Client, attacked: App, browser: Browser) -> None:
    """Without the policy that would stop it, so that only the text itself is trusted."""
    with browser.new_context(bypass_csp=True, service_workers="block") as context:
        page = context.new_page()
        page.goto(attacked.address)
        for path in _views(client):
            page.goto(attacked.origin + path)
            for key in ("j", "o", "j", "k", "?", "Escape"):
                page.keyboard.press(key)
            assert page.evaluate("window.ran") is None, path

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from importlib import resources

from paperlark.domain.digest import Digest
from paperlark.domain.paper import Author
from paperlark.renderers.html import HtmlRenderer, style
from standins.digests import HOSTILE, digest, entry, hostile, ordinary, partial, without_judge


class Seen(HTMLParser):
    """Remembers the elements of a page, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]


def rendered(digest: Digest) -> str:
    return HtmlRenderer().render(digest).content.decode()


def test_a_hostile_day_has_no_script_no_picture_and_no_style_of_its_own() -> None:
    # The vote pad, which is ours, comes after all that papers wrote.
    page, pad = rendered(hostile()).split('<template id="pad"')
    assert [tag for tag in Seen(pad).tags() if tag == "script"] == ["script"]
    seen = Seen(page)
    assert not set(seen.tags()) & {"script", "img", "iframe", "object", "form", "input"}
    names = {name for _, attributes in seen.elements for name in attributes}
    assert not {name for name in names if name.startswith("on")} | (names & {"style", "src"})
    links = {str(a["href"]) for tag, a in seen.elements if tag == "a"}
    assert all(link.startswith(("https://", "#")) for link in links)
    assert seen.tags().count("article") == len(HOSTILE)


def _hash_of(element: str, page: str) -> str:
    (text,) = re.findall(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_policy_allows_only_the_style_and_the_script_of_the_page() -> None:
    page = rendered(ordinary())
    assert (
        f"default-src 'none'; style-src 'sha256-{_hash_of('style', page)}';"
        f" script-src 'sha256-{_hash_of('script', page)}'; base-uri 'none'; form-action 'none'\""
    ) in page


def test_a_page_without_papers_has_no_script() -> None:
    page = rendered(digest([]))
    assert "<script" not in page
    assert "script-src" not in page


def test_the_script_of_the_pad_is_small() -> None:
    (script,) = re.findall(r"<script>(.*?)</script>", rendered(ordinary()), re.DOTALL)
    assert 1_000 < len(script.encode()) < 6_000


def test_headings_and_landmarks_are_in_order() -> None:
    tags = Seen(rendered(ordinary()).split("<template")[0]).tags()
    landmarks = [t for t in tags if t in ("header", "nav", "main", "footer")]
    assert landmarks == ["header", "nav", "main", "footer"]
    assert [t for t in tags if re.fullmatch("h[1-6]", t)] == ["h1", "h2", "h2"] + ["h3"] * 3 + [
        "h2"
    ]


def test_the_contents_lead_to_every_paper() -> None:
    elements = Seen(rendered(ordinary())).elements
    links = [
        a["href"] for tag, a in elements if tag == "a" and str(a["href"]).startswith("#paper-")
    ]
    anchors = [a["id"] for tag, a in elements if tag == "article"]
    assert links == [f"#{anchor}" for anchor in anchors]


def test_a_star_has_a_label_for_screen_readers() -> None:
    assert 'role="img" aria-label="by an author you follow">★' in rendered(ordinary())


def test_many_authors_are_folded_and_none_is_lost() -> None:
    authors = tuple(Author(f"Author No{number}") for number in range(1, 3_431))
    page = rendered(digest([entry(authors=authors)]))
    assert "<summary>and 3,420 more</summary>" in page
    assert all(re.search(rf"Author No{number}\b", page) for number in range(1, 3_431))


def test_without_a_judge_the_reason_is_what_the_ranker_saw() -> None:
    page = rendered(without_judge())
    assert "No model: ordered by the embedded ranker." in page
    assert "<dt>Matched terms<dd>networks<" in page
    assert "Relevance" not in page


def test_what_was_not_judged_is_listed_with_its_reason() -> None:
    page = rendered(partial())
    assert page.count('<span class="reason">the reply was no JSON</span>') == 2
    assert "The recording has no judgement of 3 papers; this is not an error." in page
    assert "unknown" in page


def test_a_compact_style_sheet_keeps_what_it_writes() -> None:
    for sheet in ("look.css", "page.css", "pad.css"):
        text = (
            resources.files("paperlark.renderers").joinpath("templates", sheet).read_text("utf-8")
        )
        # Comments are left out, and may quote.
        bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        made, _ = style(("paperlark.renderers", sheet))
        for written in re.findall(r'"[^"]*"', bare):
            assert written in made
    assert "\n}" not in made

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from paperlark.domain.digest import Digest
from paperlark.ports import Renderer
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.markdown import MarkdownRenderer
from standins.digests import hostile, ordinary, partial, quiet, without_judge

RENDERERS: tuple[Renderer, ...] = (MarkdownRenderer(), JsonRenderer(), HtmlRenderer())
DAYS = [ordinary, without_judge, partial, quiet, hostile]


@pytest.mark.parametrize("make", DAYS)
def test_the_three_name_the_same_papers_in_the_same_order(make: Callable[[], Digest]) -> None:
    digest = make()
    markdown, document, html = (r.render(digest).content.decode() for r in RENDERERS)
    expected = [entry.paper.anchor for entry in digest.entries]
    assert re.findall(r'^### .*<a id="([^"]+)"></a>$', markdown, re.MULTILINE) == expected
    assert [entry["anchor"] for entry in json.loads(document)["entries"]] == expected
    assert re.findall(r'<article id="([^"]+)"', html) == expected


@pytest.mark.parametrize("make", DAYS)
@pytest.mark.parametrize("renderer", RENDERERS)
def test_the_same_digest_gives_the_same_bytes(
    renderer: Renderer, make: Callable[[], Digest]
) -> None:
    assert renderer.render(make()) == renderer.render(make())


def test_pages_are_named_by_their_day() -> None:
    pages = [renderer.render(ordinary()) for renderer in RENDERERS]
    assert [str(page.path) for page in pages] == [
        "2025-02-26.md",
        "2025-02-26.json",
        "2025-02-26.html",
    ]
    assert [page.media_type for page in pages] == ["text/markdown", "application/json", "text/html"]


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = (
        "import sys, paperlark.renderers.html, paperlark.renderers.json, "
        "paperlark.renderers.markdown;"
        "print({'jinja2', 'pydantic', 'latex2mathml'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)  # noqa: S603
    assert done.stdout == "set()\n"

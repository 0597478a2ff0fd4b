from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from paperlark.domain.digest import Digest
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.manifest import ManifestRenderer
from paperlark.renderers.restore import restore
from standins.digests import (
    bounded,
    imported,
    in_private,
    narrowed,
    ordinary,
    read_thrice,
    with_something_else,
)


@pytest.mark.parametrize(
    "make",
    [ordinary, narrowed, with_something_else, read_thrice, in_private, bounded, imported],
)
def test_a_digest_comes_back_from_its_page_and_manifest(make: Callable[[], Digest]) -> None:
    page, manifest = JsonRenderer().render(make()), ManifestRenderer().render(make())
    back = restore(page.content, manifest.content, "2025-02-26")
    assert _without_scores(back) == _without_scores(make())


def test_pages_of_before_there_were_exploration_readings_or_precedents_come_back() -> None:
    page = json.loads(JsonRenderer().render(ordinary()).content)
    manifest = json.loads(ManifestRenderer().render(ordinary()).content)
    for part, names in (
        (page, ("unread", "missed", "recall", "agreement")),
        (page["funnel"], ("explored", "unread", "followed_asked")),
        (manifest, ("explored", "readings", "agreement")),
        *((entry, ("outside", "precedents")) for entry in page["entries"]),
        *((entry["match"], ("nearest",)) for entry in page["entries"]),
    ):
        for name in names:
            del part[name]
    back = restore(json.dumps(page).encode(), json.dumps(manifest).encode(), "2025-02-26")
    assert _without_scores(back) == _without_scores(ordinary())


def _without_scores(digest: Digest) -> Digest:
    """Leave out the ranker's scores, which no page carries."""
    entries = (
        replace(one, match=one.match and replace(one.match, score=0.0)) for one in digest.entries
    )
    return replace(digest, entries=tuple(entries))

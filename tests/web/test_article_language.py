"""Papers in the app: in the language of the profile, within pages that are in English."""

from __future__ import annotations

from paperlark.web.pages import article
from standins.digests import ordinary
from standins.english_left import english_left


def test_a_paper_states_its_language_where_it_is_not_that_of_the_page_around() -> None:
    for entry in ordinary().entries:
        written = entry.judgement.comment if entry.judgement else ""
        own = frozenset({written, entry.match.topic or "" if entry.match else ""})
        german = article(entry, "de")
        assert german.startswith(f'<article id="{entry.paper.anchor}" lang="de">')
        assert "Zusammenfassung" in german
        assert list(english_left("de", german, own)) == []


def test_an_english_paper_is_kept_apart_from_one_in_another_language() -> None:
    entry = ordinary().entries[0]
    assert "lang=" not in article(entry)
    assert "lang=" in article(entry, "zh")
    assert "lang=" not in article(entry)

"""Write the index of the site's search: sections, and for each word the sections that have it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from doc_site.markdown import Rendered
from doc_site.pages import Page
from paperlark.site.search_index import words

_TITLE = 1
_EXCERPT = 160


def index_script(rendered: Mapping[str, tuple[Page, Rendered]]) -> str:
    """Return a script that hands the index over: also a page in a folder may load scripts.

    A posting is a section's number, doubled, plus one where its heading has the word; each is
    stored as the distance from the one before.
    """
    sections, postings = list[list[str]](), defaultdict[str, list[int]](list)
    for address, (page, result) in rendered.items():
        for section in result.sections:
            number = len(sections)
            target = f"{address}#{section.anchor}" if section.anchor else address
            excerpt = " ".join(section.text.split())[:_EXCERPT]
            sections.append([section.title, target, page.title, excerpt])
            titled = set(words(f"{page.title} {section.title}"))
            for word in titled | set(words(section.text)):
                postings[word].append(2 * number + (_TITLE if word in titled else 0))
    terms = {word: _steps(sorted(postings[word])) for word in sorted(postings)}
    content = json.dumps(
        {"sections": sections, "terms": terms}, ensure_ascii=False, separators=(",", ":")
    )
    return f"indexed({content});\n"


def _steps(numbers: Iterable[int]) -> list[int]:
    return [after - before for before, after in pairwise([0, *numbers])]

"""Criteria as people write them: each phrase counts for, against, or is told."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.criteria import Criteria, parse_criteria


@dataclass(frozen=True)
class Written:
    """A text, the phrases that count for and against, and the least number of topics."""

    text: str
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...] = ()
    topics: int = 1


LISTS = (
    Written("1. Ice shelves\n2. Glacier sliding\n", ("ice shelves", "glacier sliding"), (), 2),
    Written(
        " 1. How ice shelves break;\n 2. A new law of friction (soft beds)\n\n"
        " She likes clever field work.\n",
        ("ice shelves", "law of friction", "clever field work"),
        (),
        2,
    ),
    Written(
        "1. Tidal heating\n\nHow much, and where.\n\n2. Volcanism on Io\n\nPlumes and lava lakes.\n\n"
        "Please no papers on volcanoes of the Earth.",
        ("tidal heating", "how much", "plumes and lava lakes"),
        ("volcanoes of the earth",),
        2,
    ),
    Written(
        "(a) tidal heating\n(b) volcanism on Io\n(c) no terrestrial volcanoes\n",
        ("tidal heating", "volcanism on io"),
        ("terrestrial volcanoes",),
        2,
    ),
    Written(
        "* ice shelves\n   * buckling\n   * calving\n* glacier sliding\n   * not landslides\n",
        ("ice shelves", "buckling", "calving", "glacier sliding"),
        ("landslides",),
        2,
    ),
    Written("• ice shelves\n• glacier sliding - friction\n", ("ice shelves", "friction"), (), 2),
    Written("- [x] ice shelves\n- [ ] sliding\n\nSkip: snow\n", ("ice shelves",), ("snow",), 2),
    Written("ice shelves\nglacier sliding\ncalving laws\n", ("ice shelves", "calving laws"), (), 3),
    Written("ice shelves, glacier sliding, calving laws", ("glacier sliding",), (), 3),
    Written(
        "ice shelves; glacier sliding; not avalanches", ("glacier sliding",), ("avalanches",), 2
    ),
    Written(
        "Ice shelves: buckling and melt.\nGlacier sliding: friction laws.\nNo avalanches.\n",
        ("ice shelves", "buckling", "friction laws"),
        ("avalanches",),
        2,
    ),
)
HEADED = (
    Written("## Ice shelves\n\n## Glacier sliding\n", ("ice shelves", "glacier sliding"), (), 2),
    Written(
        "# Ice shelves\nBuckling.\n\n# Sliding\nFriction.\n\n# Out of scope\nAvalanches\n",
        ("ice shelves", "buckling", "friction"),
        ("avalanches",),
        2,
    ),
    Written(
        "## Interests\nTides in icy moons.\nNot relevant: sea ice\n",
        ("tides in icy moons",),
        ("sea ice",),
    ),
    Written(
        "TOPICS\nbird song\nwhale calls\n\nNOT INTERESTED\nspeech\n",
        ("bird song", "whale calls"),
        ("speech",),
        2,
    ),
    Written(
        "Topics\n------\n- bird song\n- whale calls\n\nNot relevant\n------------\n- speech\n",
        ("bird song", "whale calls"),
        ("speech",),
        2,
    ),
    Written(
        "Likes:\n- bird song\n- whale calls\nDislikes:\n- speech\nKeywords: sonogram\n",
        ("bird song", "whale calls", "sonogram"),
        ("speech",),
        2,
    ),
    Written(
        "My interests are:\n\n* bird song\n* whale calls (not ship noise)\n\n"
        "I am not interested in:\n\n* speech recognition\n* music\n",
        ("bird song", "whale calls"),
        ("ship noise", "speech recognition", "music"),
        2,
    ),
    Written(
        "topics:\n  - ice shelves\n  - sliding\nexclude: [avalanches, snow]\n",
        ("ice shelves", "sliding"),
        ("avalanches", "snow"),
        2,
    ),
    Written(
        "**Interests:** ice shelves, sliding\n**Not interested:** avalanches\n**Keywords:** calving",
        ("ice shelves", "sliding", "calving"),
        ("avalanches",),
        2,
    ),
    Written(
        "<h2>Bird song</h2><p>How songs are learnt.</p><p>Not relevant: poultry</p>"
        "<ul><li>zebra <b>finches</b></li></ul>",
        ("bird song", "songs are learnt", "zebra finches"),
        ("poultry",),
    ),
    Written(
        "\\section{Bird song}\n\\begin{itemize}\n\\item finches\n\\item canaries, but not parrots\n"
        "\\end{itemize}\n\\section*{Irrelevant}\nPoultry",
        ("bird song", "finches", "canaries"),
        ("parrots", "poultry"),
    ),
    Written(
        "| Topic | Details |\n|---|---|\n| Ice shelves | buckling |\n| Sliding | friction |\n",
        ("ice shelves", "buckling", "sliding", "friction"),
        (),
        2,
    ),
    Written(
        "== Ice shelves ==\nbuckling\n\n== Exclude ==\navalanches\n",
        ("ice shelves", "buckling"),
        ("avalanches",),
    ),
)
SENTENCES = (
    Written(
        "I'm a student of glaciers. My thesis is on buckling of ice shelves; I also follow sea level."
        " I don't want to see anything about avalanches, or snow sports.",
        ("buckling of ice shelves", "sea level"),
        ("avalanches", "snow sports"),
    ),
    Written(
        "I work on ice shelves and how they\nbreak up under warm water, and\nnot on avalanches.",
        ("ice shelves", "warm water"),
        ("avalanches",),
    ),
    Written(
        "Ice shelves are my main interest. Sea ice is out of scope, and so are icebergs.",
        ("ice shelves",),
        ("sea ice", "icebergs"),
    ),
    Written(
        "Everything on lakes except saline lakes; rivers, but only if they freeze.",
        ("lakes", "rivers", "freeze"),
        ("saline lakes",),
    ),
    Written(
        "I don't care about permafrost. I do care about frost heave, without road building.",
        ("frost heave",),
        ("permafrost", "road building"),
    ),
    Written(
        "Theory of sliding rather than field campaigns.",
        ("theory of sliding",),
        ("field campaigns",),
    ),
    Written("Anything but string theory, and more hydrology.", ("hydrology",), ("string theory",)),
    Written("No reviews unless they are about lakes.", ("about lakes",), ("reviews",)),
    Written("Only papers on lakes, nothing on rivers.", ("lakes",), ("rivers",)),
    Written("Lakes! Rivers! NO glaciers!!", ("lakes", "rivers"), ("glaciers",)),
    Written(
        "Lakes (not salt lakes), rivers (no floods)", ("lakes", "rivers"), ("salt", "floods"), 1
    ),
    Written("Lakes and rivers, but no floods", ("lakes and rivers",), ("floods",)),
    Written("Neither dams nor canals. Lakes.", ("lakes",), ("dams", "canals")),
    Written("Less theory, more experiments on ice.", ("experiments on ice",), ("theory",)),
    Written(
        "Dear reader, please find papers on lakes. But please leave out rivers, and avoid anything"
        " related to boats. Thank you!",
        ("lakes",),
        ("rivers", "boats"),
    ),
)
NO_NEGATION = (
    Written("Methods that do not need calibration: blind deconvolution.", ("calibration",)),
    Written("No-slip flow, non-Newtonian fluids, never-melting ice.", ("no-slip", "non-newtonian")),
    Written("I don't want to miss anything on sea ice.", ("sea ice",)),
    Written("Not only lakes but also rivers.", ("lakes", "rivers")),
    Written("Learning without labels; skip connections.", ("labels", "skip connections")),
    Written("Problems that cannot be solved exactly.", ("solved exactly",)),
    Written("No free lunch theorems and no-go theorems", ("free lunch", "no-go theorems")),
)


def counted(criteria: Criteria) -> tuple[str, str]:
    """Return everything that counts for and everything that counts against, in lower case."""
    wanted = [part for topic in criteria.topics for part in (topic.name, topic.relevant)]
    against = [topic.irrelevant for topic in criteria.topics]
    return (
        "\n".join([*wanted, *criteria.keywords, criteria.remarks]).lower(),
        "\n".join([*against, *criteria.unwanted]).lower(),
    )


def check(written: Written) -> None:
    criteria = parse_criteria(written.text)
    wanted, unwanted = counted(criteria)
    assert [one for one in written.wanted if one not in wanted] == []
    assert [one for one in written.unwanted if one not in unwanted] == []
    assert [one for one in written.unwanted if one in wanted] == []
    assert len(criteria.topics) >= written.topics


@pytest.mark.parametrize("written", [*LISTS, *HEADED, *SENTENCES], ids=lambda one: one.text[:40])
def test_what_is_wanted_counts_for_and_what_is_not_against(written: Written) -> None:
    check(written)


@pytest.mark.parametrize("written", NO_NEGATION, ids=lambda one: one.text[:40])
def test_what_only_looks_like_a_negation_is_left_alone(written: Written) -> None:
    check(written)
    assert not counted(parse_criteria(written.text))[1].strip()


def test_all_recorded_texts_are_understood(shared: Path) -> None:
    cases = (shared / "cases" / "criteria" / "cases.jsonl").read_text("utf-8").splitlines()
    assert len(cases) >= 17
    for case in map(json.loads, cases):
        check(Written(case["text"], tuple(case["wanted"]), tuple(case["unwanted"]), case["topics"]))


def test_a_name_made_from_the_text_is_not_a_title() -> None:
    (topic,) = parse_criteria("I work on the motion of glaciers over soft beds.").topics
    assert topic.name == "the motion of glaciers over soft beds"
    assert not topic.titled


def test_a_file_title_and_a_group_are_remarks() -> None:
    criteria = parse_criteria(
        "# Ice and snow\n\n## Methods\n\n### Radar\n\n### Drilling\n\ncores\n"
    )
    assert [topic.name for topic in criteria.topics] == ["Radar", "Drilling"]
    assert criteria.remarks == "Ice and snow\nMethods"


def test_authors_and_categories_are_told_to_belong_elsewhere() -> None:
    criteria = parse_criteria("Topics: lakes\nAuthors: Ada Byron, Carl Gauss\nCategories: cs.LG\n")
    assert len(criteria.warnings) == 2
    assert "Ada Byron, Carl Gauss" in criteria.warnings[0]
    assert "cs.LG" in criteria.warnings[1]


def test_a_phrase_that_is_wanted_and_unwanted_is_told() -> None:
    (warning,) = parse_criteria("- lakes\n- rivers\n\nNot relevant: rivers\n").warnings
    assert '"rivers"' in warning


def test_an_exception_to_what_is_unwanted_is_wanted() -> None:
    criteria = parse_criteria("## Lakes\nNot relevant: surveys, except of salt lakes\n")
    assert criteria.topics[0].relevant == "of salt lakes"
    assert criteria.topics[0].irrelevant == "surveys"


def test_statements_quote_each_line_with_its_number() -> None:
    criteria = parse_criteria("<!-- a\nb -->\n## Lakes\nsalt\n\nNot relevant: fish\n")
    assert [(one.lines, one.part.value) for one in criteria.statements] == [
        ((3,), "for"),
        ((4,), "for"),
        ((6,), "against"),
    ]


WORD = st.integers(100, 999).map(lambda number: f"zorb{number}")
PHRASE = st.lists(WORD, min_size=1, max_size=5).map(" ".join)
MARKS = st.sampled_from(
    ["", "- ", "* ", "1. ", "2) ", "## ", "# ", "  - ", "not ", "Not relevant: ", "Topics: ", "**"]
    + [
        "Keywords: ",
        "no ",
        "I do not want ",
        "> ",
        "| ",
        "<li>",
        "\\item ",
        "Avoid:\n",
        "\n",
        "Note: ",
    ]
)
ENDS = st.sampled_from(
    ["\n", "\n\n", ".\n", ", ", "; ", ":\n", " but not ", " except ", "**\n", " - "]
)


@given(st.lists(st.tuples(MARKS, PHRASE, ENDS), min_size=1, max_size=12))
def test_no_word_of_any_text_vanishes(parts: list[tuple[str, str, str]]) -> None:
    text = "".join(mark + phrase + end for mark, phrase, end in parts)
    criteria = parse_criteria(text)
    everything = "\n".join([*counted(criteria), *criteria.warnings]).lower()
    words = {word for _, phrase, _ in parts for word in phrase.split()}
    assert {word for word in words if word not in everything} == set()


@pytest.mark.parametrize(
    "text",
    [
        "not " * 20_000,
        "(" * 50_000,
        "!" * 50_000 + "a",
        "a, " * 30_000,
        "- x\n" * 20_000,
        "[" * 50_000,
    ]
    + [
        "I do not want " * 5_000,
        "**" * 30_000,
        "<b " * 20_000,
        "## a\n" * 10_000,
        "a\n\n" * 20_000,
        "# " * 30_000,
        "a\u0301" * 50_000,
    ],
    ids=lambda text: text[:8],
)
def test_a_hostile_text_is_read_in_time(text: str) -> None:
    started = time.process_time()
    parse_criteria(text)
    assert time.process_time() - started < 5

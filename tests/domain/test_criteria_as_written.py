"""Criteria as people write them: each phrase counts for, against, or is told."""

# ruff: noqa: E501  # a text stands on one line with what counts for it and against

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.criteria import parse_criteria
from standins.as_written import Written, check, counted

# fmt: off
LISTS = (
    Written("1. Ice shelves\n2. Glacier sliding\n", ("ice shelves", "glacier sliding"), (), 2),
    Written(" 1. How ice shelves break;\n 2. A new law of friction (soft beds)\n\n She likes clever field work.\n", ("ice shelves", "law of friction", "clever field work"), (), 2),
    Written("1. Tidal heating\n\nHow much, and where.\n\n2. Volcanism on Io\n\nPlumes and lava lakes.\n\nPlease no papers on volcanoes of the Earth.", ("tidal heating", "how much", "plumes and lava lakes"), ("volcanoes of the earth",), 2),
    Written("(a) tidal heating\n(b) volcanism on Io\n(c) no terrestrial volcanoes\n", ("tidal heating", "volcanism on io"), ("terrestrial volcanoes",), 2),
    Written("* ice shelves\n   * buckling\n   * calving\n* glacier sliding\n   * not landslides\n", ("ice shelves", "buckling", "calving", "glacier sliding"), ("landslides",), 2),
    Written("\u2022 ice shelves\n\u2022 glacier sliding - friction\n", ("ice shelves", "friction"), (), 2),
    Written("- [x] ice shelves\n- [ ] sliding\n\nSkip: snow\n", ("ice shelves",), ("snow",), 2),
    Written("ice shelves\nglacier sliding\ncalving laws\n", ("ice shelves", "calving laws"), (), 3),
    Written("ice shelves, glacier sliding, calving laws", ("glacier sliding",), (), 3),
    Written("ice shelves; glacier sliding; not avalanches", ("glacier sliding",), ("avalanches",), 2),
    Written("Ice shelves: buckling and melt.\nGlacier sliding: friction laws.\nNo avalanches.\n", ("ice shelves", "buckling", "friction laws"), ("avalanches",), 2),
)
HEADED = (
    Written("## Ice shelves\n\n## Glacier sliding\n", ("ice shelves", "glacier sliding"), (), 2),
    Written("# Ice shelves\nBuckling.\n\n# Sliding\nFriction.\n\n# Out of scope\nAvalanches\n", ("ice shelves", "buckling", "friction"), ("avalanches",), 2),
    Written("## Interests\nTides in icy moons.\nNot relevant: sea ice\n", ("tides in icy moons",), ("sea ice",)),
    Written("TOPICS\nbird song\nwhale calls\n\nNOT INTERESTED\nspeech\n", ("bird song", "whale calls"), ("speech",), 2),
    Written("Topics\n------\n- bird song\n- whale calls\n\nNot relevant\n------------\n- speech\n", ("bird song", "whale calls"), ("speech",), 2),
    Written("Likes:\n- bird song\n- whale calls\nDislikes:\n- speech\nKeywords: sonogram\n", ("bird song", "whale calls", "sonogram"), ("speech",), 2),
    Written("My interests are:\n\n* bird song\n* whale calls (not ship noise)\n\nI am not interested in:\n\n* speech recognition\n* music\n", ("bird song", "whale calls"), ("ship noise", "speech recognition", "music"), 2),
    Written("topics:\n  - ice shelves\n  - sliding\nexclude: [avalanches, snow]\n", ("ice shelves", "sliding"), ("avalanches", "snow"), 2),
    Written("**Interests:** ice shelves, sliding\n**Not interested:** avalanches\n**Keywords:** calving", ("ice shelves", "sliding", "calving"), ("avalanches",), 2),
    Written("<h2>Bird song</h2><p>How songs are learnt.</p><p>Not relevant: poultry</p><ul><li>zebra <b>finches</b></li></ul>", ("bird song", "songs are learnt", "zebra finches"), ("poultry",)),
    Written("\\section{Bird song}\n\\begin{itemize}\n\\item finches\n\\item canaries, but not parrots\n\\end{itemize}\n\\section*{Irrelevant}\nPoultry", ("bird song", "finches", "canaries"), ("parrots", "poultry")),
    Written("| Topic | Details |\n|---|---|\n| Ice shelves | buckling |\n| Sliding | friction |\n", ("ice shelves", "buckling", "sliding", "friction"), (), 2),
    Written("== Ice shelves ==\nbuckling\n\n== Exclude ==\navalanches\n", ("ice shelves", "buckling"), ("avalanches",)),
)
SIGNS = (
    Written("bats\n| owls, | no | yes |\n|moths\n", ("bats", "owls", "moths")),
    Written("moths\tbutterflies\r\nbeetles\r\n\r\nNot relevant:\r\n- silk worms\r\n- cockroaches\r\n", ("moths", "butterflies", "beetles"), ("silk worms", "cockroaches")),
    Written("=====================\nMy interests\n=====================\n\nMoths\n~~~~~\nwing patterns\n\nNot interested\n~~~~~~~~~~~~~~\nmosquitoes\n", ("moths", "wing patterns"), ("mosquitoes",)),
    Written("*** MOTHS ***\nwing patterns\n\n*** NOT WANTED ***\nmosquitoes\n", ("moths", "wing patterns"), ("mosquitoes",)),
    Written("--- Moths ---\nwing patterns\n--- Exclude ---\nmosquitoes\n", ("moths", "wing patterns"), ("mosquitoes",)),
    Written("[Interests]\nmoths\nbeetles\n\n[Exclude]\nmosquitoes\n", ("moths", "beetles"), ("mosquitoes",), 2),
    Written("+ moths\n+ beetles\n- mosquitoes\n- ticks\n", ("moths", "beetles"), ("mosquitoes", "ticks"), 2),
    Written("+moths\n+beetles\n-mosquitoes\n-ticks\n", ("moths", "beetles"), ("mosquitoes", "ticks"), 2),
    Written("NOT: mosquitoes, ticks\nYES: moths, beetles\n", ("moths", "beetles"), ("mosquitoes", "ticks")),
    Written("Moths and beetles.\n\nNOT: mosquitoes; ticks", ("moths", "beetles"), ("mosquitoes", "ticks")),
    Written("Hi,\n\nthanks for setting this up! I mostly read about:\n\n - moth migration\n - beetle horns\n\nI don't need:\n\n - pest control\n - honey bees\n\nBest wishes,\nMarta\n\n--\nDr. Marta Lind\nUniversity of X\n", ("moth migration", "beetle horns"), ("pest control", "honey bees"), 2),
    Written("> On Monday Marta wrote:\n> I like moth migration\n> but not pest control\n\nSame for me, plus beetles.", ("moth migration", "beetles"), ("pest control",)),
    Written("I would like to read about\n- moth migration\n- beetle horns\nand never about\n- pest control\n", ("moth migration", "beetle horns"), ("pest control",), 2),
    Written("My topics\n- moth migration\n- beetle horns\nNo\n- pest control\n", ("moth migration", "beetle horns"), ("pest control",), 2),
    Written("- Moths\n  - migration\n  - wings\n    - scales\n    - not paint\n- Beetles\n  - horns\n  - exclude: dung\n", ("moths", "migration", "wings", "scales", "beetles", "horns"), ("paint", "dung"), 2),
    Written("1) Moths\n\ta) migration\n\tb) wings\n2) Beetles\n\ta) horns\n3) Not: ticks\n", ("moths", "migration", "beetles", "horns"), ("ticks",), 2),
    Written("I. Moths\nII. Beetles\nIII. Flies, except mosquitoes\n", ("moths", "beetles", "flies"), ("mosquitoes",), 3),
    Written("Moths: yes\nBeetles: yes\nMosquitoes: no\n", ("moths", "beetles"), ("mosquitoes",), 2),
    Written("Moths - yes please\nMosquitoes - no thanks\n", ("moths",), ("mosquitoes",)),
    Written("Moths (high priority)\nBeetles (low priority)\nMosquitoes (never)\n", ("moths", "beetles"), ("mosquitoes",), 2),
    Written("| want | don't want |\n|---|---|\n| moths | mosquitoes |\n| beetles | ticks |\n", ("moths", "beetles"), ("mosquitoes", "ticks")),
    Written("## Moths\n- migration\n- wings\n\n**Not relevant:**\n- pests\n- paint\n\n## Beetles\n- horns\n", ("moths", "migration", "beetles", "horns"), ("pests", "paint"), 2),
    Written("## Moths\n*Relevant*: migration. *Irrelevant*: pests, paint.\n", ("moths", "migration"), ("pests", "paint")),
    Written("## Moths\nRelevant: migration; Not relevant: pests, paint\n", ("moths", "migration"), ("pests", "paint")),
    Written("Moths (Relevant: migration; Not relevant: pests)\n", ("moths", "migration"), ("pests",)),
    Written("Must have: moths\nNice to have: beetles\nMust not have: ticks\n", ("moths", "beetles"), ("ticks",), 2),
    Written("Inclusion criteria:\n1. moths\n2. beetles\nExclusion criteria:\n1. ticks\n2. mites\n", ("moths", "beetles"), ("ticks", "mites"), 2),
    Written("\u2705 moths\n\u2705 beetles\n\u274c ticks\n\u274c mites\n", ("moths", "beetles"), ("ticks", "mites"), 2),
    Written("\U0001f44d moths, beetles\n\U0001f44e ticks\n", ("moths", "beetles"), ("ticks",)),
    Written("- detect and remove noise\n- how to avoid overfitting\n- skip lists\n- drop impact\n- hide and seek games\n- Exclude zones\n", ("detect and remove noise", "avoid overfitting", "skip lists", "drop impact", "hide and seek"), (), 6),
    Written("What I don't want: ponds, puddles\nWhat I want: lakes", ("lakes",), ("ponds", "puddles")),
    Written("Things I'm interested in\n\n  lakes\n  rivers\n\nThings I'm not interested in\n\n  ponds\n  puddles\n", ("lakes", "rivers"), ("ponds", "puddles"), 2),
    Written("Interested: lakes, rivers | Not interested: ponds", ("lakes", "rivers"), ("ponds",)),
    Written("**lakes**, **rivers**, _glaciers_ (~~ponds~~)", ("lakes", "rivers", "glaciers"), (), 2),
    Written("Lakes\n=====\n\nHow they freeze.\n\nNot relevant\n------------\n\n* ponds\n* puddles\n\nRivers\n======\n\nFloods\n", ("lakes", "freeze", "rivers", "floods"), ("ponds", "puddles"), 2),
    Written("<ol><li>lakes</li><li>rivers</li></ol><p>not relevant:</p><ul><li>ponds</li></ul>", ("lakes", "rivers"), ("ponds",), 2),
    Written("<b>Interests</b><br>lakes<br>rivers<br><br><b>Not interested</b><br>ponds<br>", ("lakes", "rivers"), ("ponds",), 2),
    Written("\u2022\tLakes\r\n\u2022\tRivers\r\no\tdeltas\r\no\tnot canals\r\n\u2022\tGlaciers\r\n", ("lakes", "rivers", "deltas", "glaciers"), ("canals",), 3),
    Written("\xb7 Lakes\n\xb7 Rivers\n", ("lakes", "rivers"), (), 2),
    Written("Subject: my interests\nFrom: Ana <ana@x.org>\n\nLakes, rivers.\nNo ponds.\n\nSent from my iPhone", ("lakes", "rivers"), ("ponds",)),
    Written("Dear colleagues,\nI am a hydrologist. I'd like to see papers on lakes and rivers.\nPlease, no ponds, puddles or pools.\nThanks,\nAna", ("lakes and rivers",), ("ponds", "puddles", "pools")),
    Written("Lakes.\nRivers.\nGlaciers.\nNot ponds.\n", ("lakes", "rivers", "glaciers"), ("ponds",)),
    Written("1. Lakes.\n2. Rivers.\n3. I do not want ponds or puddles.\n", ("lakes", "rivers"), ("ponds", "puddles"), 2),
    Written("- Lakes\n- Rivers\n- NOT ponds\n- NOT: puddles\n- no pools\n- nothing on wells\n- skip dams\n- exclude canals\n", ("lakes", "rivers"), ("ponds", "puddles", "pools", "wells", "dams", "canals"), 2),
    Written("Topics of interest:\nlakes, rivers\n\nTopics of no interest:\nponds, puddles\n", ("lakes", "rivers"), ("ponds", "puddles"), 2),
    Written("Interests\n---------\n1. lakes\n2. rivers\n\nNon-interests\n-------------\n1. ponds\n", ("lakes", "rivers"), ("ponds",), 2),
    Written("Lakes.\n\nP.S. no ponds!", ("lakes",), ("ponds",)),
    Written("lakes , rivers ,, glaciers,\n", ("lakes", "rivers", "glaciers"), (), 3),
    Written("- no ticks\n  - hard ticks\n  - soft ticks\n- moths\n", ("moths",), ("ticks", "hard ticks", "soft ticks")),
    Written("- moths\n- Not:\n  - ticks\n  - mites\n- beetles\n", ("moths", "beetles"), ("ticks", "mites"), 2),
    Written("Moths\n  - hawk moths\n  + silk moths\nBeetles\n  + dung beetles\n", ("moths", "beetles", "dung beetles", "silk moths"), ("hawk moths",)),
    Written("- moths\n    + silk moths\n    + hawk moths\n- beetles\n    + dung beetles\n", ("moths", "silk moths", "hawk moths", "beetles", "dung beetles"), (), 2),
    Written("-moths\n-beetles\n", ("moths", "beetles"), (), 2),
    Written("Insects\n\nEverything else is irrelevant.", ("insects",)),
    Written("Insects.\n\nThings to avoid: moths, ticks.", ("insects",), ("moths", "ticks")),
    Written("Insects.\n\nThings to leave out\n* moths\n* ticks\n", ("insects",), ("moths", "ticks")),
    Written("Insects.\n\nI'd like you to leave out:\n* moths\n* ticks\n\nThank you!", ("insects",), ("moths", "ticks")),
    Written("# Insects #\n\n## Likes ##\n\nwings\n\n## Dislikes ##\n\nlegs\n", ("insects", "wings"), ("legs",)),
    Written("INSECTS\n\nwings; antennae\n\nIRRELEVANT:\n\nlegs; eyes\n", ("wings", "antennae"), ("legs", "eyes")),
    Written("1 Insects\n2 Spiders\n3 Not ticks\n", ("insects", "spiders"), ("ticks",), 2),
    Written("1: Insects\n2: Spiders\n", ("insects", "spiders"), (), 2),
    Written("a. insects\nb. spiders\nc. no ticks\n", ("insects", "spiders"), ("ticks",), 2),
    Written("#1 insects\n#2 spiders\n", ("insects", "spiders"), (), 2),
    Written("1.1 insects\n1.2 spiders\n2.1 ticks\n", ("insects", "spiders", "ticks"), (), 3),
    Written("Topic 1: insects\nTopic 2: spiders\nNot: ticks\n", ("insects", "spiders"), ("ticks",), 2),
    Written("Priority 1: insects\nPriority 2: spiders\nNever: ticks\n", ("insects", "spiders"), ("ticks",), 2),
    Written("\\begin{enumerate}\r\n\\item insects\r\n\\item spiders \\textbf{not ticks}\r\n\\end{enumerate}\r\n", ("insects", "spiders"), ("ticks",), 2),
    Written("<p>I study <b>insects</b>, <i>not</i> ticks.</p>", ("insects",), ("ticks",)),
    Written("I study **insects**, *not* ticks.", ("insects",), ("ticks",)),
    Written("Keywords: insects, spiders, not ticks\nNegative keywords: mites", ("insects", "spiders"), ("ticks", "mites"), 0),
    Written("Relevant = insects, spiders\nIrrelevant = ticks\n", ("insects", "spiders"), ("ticks",)),
    Written("include = insects, spiders\nexclude = ticks\n", ("insects", "spiders"), ("ticks",)),
    Written("- topic: insects\n  include: wings\n  exclude: legs\n- topic: spiders\n  exclude: webs\n", ("insects", "wings", "spiders"), ("legs", "webs"), 2),
)
# fmt: on


@pytest.mark.parametrize("written", [*LISTS, *HEADED, *SIGNS], ids=lambda one: one.text[:40])
def test_what_is_wanted_counts_for_and_what_is_not_against(written: Written) -> None:
    check(written)


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
MARKS = st.sampled_from([
    "", "- ", "+ ", "* ", "1. ", "2) ", "## ", "# ", "  - ", "not ", "Not relevant: ", "Topics: ",
    "**", "Keywords: ", "no ", "I do not want ", "> ", "| ", "<li>", "\\item ", "Avoid:\n", "\n",
    "Note: ", "II. ", "\u274c ", "-", "| no | yes |\n|", "except ", "(not ", "P.S. no ",
])  # fmt: skip
ENDS = st.sampled_from([
    "\n", "\n\n", ".\n", ", ", "; ", ":\n", " but not ", " except ", "**\n", " - ", ": no\n", ") ",
    "? No. ", " are out. ", " | ", ", and ", " = ", " / not: ", "\r\n",
])  # fmt: skip


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
        "not " * 20_000, "(" * 50_000, "!" * 50_000 + "a", "a, " * 30_000, "- x\n" * 20_000,
        "[" * 50_000, "I do not want " * 5_000, "**" * 30_000, "<b " * 20_000, "## a\n" * 10_000,
        "a\n\n" * 20_000, "# " * 30_000, "a\u0301" * 50_000, "  " * 40_000 + "a", "\n" * 90_000 + "x",
        "(no a) " * 6_000, "a; " * 30_000, "| yes | no |\n" * 5_000, "not a; " * 9_000,
        "Topics: a / b: " * 5_000, "- x\n+ y\n" * 10_000, "? No. " * 9_000,
    ],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_a_hostile_text_is_read_in_time(text: str) -> None:
    started = time.process_time()
    parse_criteria(text)
    assert time.process_time() - started < 5


def test_a_text_that_no_encoding_has_is_accepted() -> None:
    assert parse_criteria("lakes \ud800").topics

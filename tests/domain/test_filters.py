from __future__ import annotations

import random
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.filters import LONGEST_RULE, FilterRule, Filters, RuleKind
from paperlark.domain.paper import Author, Paper, PaperDetails
from paperlark.testing import a_paper

PAPER = a_paper(
    title=r"A survey of self-supervised Schr\"odinger bridges",
    abstract="We look at neural networks, which are large language models.",
    authors=(Author("Jane Q. Doe"), Author("Łukasz Kuśmierz")),
    categories=("cs.LG", "math.PR"),
    details=PaperDetails(comments="Accepted at ICML 2025, 12 pages"),
)


def rules(*texts: str) -> tuple[FilterRule, ...]:
    return tuple(map(FilterRule.parse, texts))


def meets(text: str, paper: Paper = PAPER) -> bool:
    return Filters(exclude=rules(text)).excludes(paper) is not None


@pytest.mark.parametrize(
    "text",
    [
        "word:survey",
        "word:SURVEY OF",
        "word:self supervised",
        "word:Self-Supervised",
        "word:schrodinger",
        "word:Schrödinger bridge*",
        "word:language model?",
        "word:large*model*",
        "word:*pervised",
        "author:Jane Doe",
        "author:Lukasz Kusmierz",
        "category:cs.LG",
        "category:math",
        "comments:ICML*",
        "comments:accepted*pages",
        "comments:*2025*",
        " word : survey ",
    ],
)
def test_a_rule_that_a_paper_meets(text: str) -> None:
    assert meets(text)


@pytest.mark.parametrize(
    "text",
    [
        "word:surve",
        "word:urvey",
        "word:bridge",
        "word:networks of",
        "word:ICML",
        "author:John Roe",
        "author:Mary Doe",
        "category:cs.AI",
        "category:stat",
        "comments:ICM",
        "comments:*withdrawn*",
    ],
)
def test_a_rule_that_a_paper_does_not_meet(text: str) -> None:
    assert not meets(text)


def test_without_comments_no_rule_about_them_is_met() -> None:
    assert not meets("comments:*a*", a_paper())
    assert Filters(require=rules("comments:*a*")).excludes(a_paper()) == "require comments:*a*"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("survey", 'write it like "word:survey"'),
        ("title:survey", "one of word, author, category, comments"),
        ("word:", "no letter and no digit"),
        ("word:***", "no letter and no digit"),
        ("category:cs.lg", "did you mean 'cs.LG'?"),
        ("author:J. D.", "initials are not enough"),
        ("author:Doe", "a single name"),
        ("word:" + "x" * LONGEST_RULE, "at most 200 characters"),
    ],
)
def test_a_rule_that_means_nothing_is_told_how_to_write_it(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"rule|write|category|letter|name") as error:
        FilterRule.parse(text)
    assert words in str(error.value)


def test_a_paper_must_meet_one_required_rule_of_each_kind_and_no_excluded_one() -> None:
    required = rules("category:cs.AI", "category:cs.LG", "word:survey")
    assert Filters(required).excludes(PAPER) is None
    both = Filters((*required, *rules("comments:*code*")))
    assert both.excludes(PAPER) == "require comments:*code*"
    either = Filters(rules("word:bats", "word:whales"))
    assert either.excludes(PAPER) == "require word:bats or word:whales"
    mixed = Filters(required, rules("author:Jane Doe"))
    assert mixed.excludes(PAPER) == "exclude author:Jane Doe"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("comment:*withdrawn*", 'write it like "comments:\\*withdrawn\\*"'),
        ("authors:Jane Doe", 'write it like "author:Jane Doe"'),
        ("categories:cs.LG", 'write it like "category:cs.LG"'),
        ("title:survey", 'write it like "word:survey"'),
        ("survey", 'write it like "word:survey"'),
        ("word:bats OR whales", "write a rule for each"),
        ("word:bats|whales", "write a rule for each"),
    ],
)
def test_a_rule_of_another_program_is_told_in_our_words(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault) as error:
        FilterRule.parse(text)
    assert "\n" not in str(error.value)


def test_a_kind_is_known_in_any_case() -> None:
    assert FilterRule.parse("Word:survey") == FilterRule.parse("word:survey")


def test_a_paper_of_a_followed_author_is_left_out_only_by_a_rule_that_names_an_author() -> None:
    filters = Filters(rules("word:bats"), rules("word:survey", "category:cs"))
    assert filters.excludes(PAPER) == "exclude category:cs"
    assert filters.excludes(PAPER, followed=True) is None
    named = Filters(exclude=rules("author:Jane Doe"))
    assert named.excludes(PAPER, followed=True) == "exclude author:Jane Doe"


WORDS = st.sampled_from(["bats", "sonar", "whales", "a b", "survey", "b*", "?ats", "*"])
RULES = st.one_of(
    st.builds(lambda word: f"word:{word}x", WORDS),
    st.builds(lambda word: f"word:x{word} bats", WORDS),
    st.sampled_from(["word:bats", "word:so*", "word:whales", "comments:*icml*", "comments:9*"]),
    st.sampled_from(["category:cs.LG", "category:cs", "category:stat.ML", "author:Ada Lovelace"]),
).map(FilterRule.parse)
PAPERS = st.builds(
    lambda title, abstract, comments, categories: a_paper(
        title=title,
        abstract=abstract,
        categories=categories,
        details=PaperDetails(comments=comments),
    ),
    st.sampled_from(["Bats", "Sonar of bats", "Whales", "Xa bats"]),
    st.sampled_from(["On whales.", "Nothing.", "Xbats bats"]),
    st.sampled_from([None, "ICML 2025", "9 pages"]),
    st.sampled_from([("cs.LG",), ("stat.ML", "cs.AI"), ("q-bio.NC",)]),
)


@given(st.lists(RULES, max_size=6), st.lists(RULES, max_size=6), PAPERS, st.randoms())
def test_the_order_of_rules_does_not_matter(
    require: list[FilterRule], exclude: list[FilterRule], paper: Paper, chance: random.Random
) -> None:
    one = Filters(tuple(require), tuple(exclude))
    chance.shuffle(require)
    chance.shuffle(exclude)
    other = Filters((*require, *require[:1]), tuple(exclude))
    assert one == other
    assert one.excludes(paper) == other.excludes(paper)


@given(st.lists(RULES, max_size=5), st.lists(RULES, max_size=5), PAPERS)
def test_both_lists_together_leave_out_what_either_does(
    require: list[FilterRule], exclude: list[FilterRule], paper: Paper
) -> None:
    together = Filters(tuple(require), tuple(exclude)).excludes(paper)
    alone = [
        Filters(tuple(require)).excludes(paper),
        Filters(exclude=tuple(exclude)).excludes(paper),
    ]
    assert (together is None) == (alone == [None, None])
    met = {rule for rule in exclude if Filters(exclude=(rule,)).excludes(paper)}
    assert (alone[1] is not None) == bool(met)
    kinds = {rule.kind for rule in require}
    lacking = {
        kind
        for kind in kinds
        if all(
            Filters(require=(rule,)).excludes(paper) is not None
            for rule in require
            if rule.kind is kind
        )
    }
    assert (alone[0] is not None) == bool(lacking)


@given(st.text(max_size=300), st.text(max_size=120))
def test_any_text_is_a_rule_or_a_clear_error_and_any_paper_is_looked_at(
    text: str, title: str
) -> None:
    for kind in RuleKind:
        try:
            rule = FilterRule.parse(f"{kind}:{text}")
        except ValueError:
            continue
        assert FilterRule.parse(str(rule)) == rule
        Filters(exclude=(rule,)).excludes(a_paper(title=title, abstract=title))


def test_a_pattern_of_many_wildcards_ends() -> None:
    """The steps are counted by the engine's own: this one would take ages with backtracking."""
    paper = a_paper(abstract="a " * 10_000)
    begun = perf_counter()
    assert not meets("word:" + "*a" * 90 + "*b", paper)
    # Backtracking would not end within a lifetime; the bound is no measure of speed.
    assert perf_counter() - begun < 60

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.errors import PaperlarkError, ProfileError, SecretMissing
from paperlark.domain.profile import Cutoffs, Exploration, FollowedAuthor
from paperlark.settings import PeopleSettings, load_settings
from paperlark.settings.environment import Environment
from paperlark.settings.load import read_criteria
from paperlark.settings.secrets import needed_secrets

WHOLE = """\
name = "Bats"
categories = ["cs.SD", "q-bio.NC"]
announce_types = ["new", "replace"]
primary_only = true
page_size = 7
least_h_index = 12
output = "out"
database = "/var/bats.db"

[cutoffs]
relevance = 8
novelty = 5

[[follow]]
name = "Ada Lovelace"
aliases = ["A. Lovelace"]
id = "1741101"

[judge]
model = "tiny"
base_url = "http://localhost:8000/v1/"
recall = 0.9

[exploration]
share = 0.1
shown = 1

[sources]
contact = "me@example.org"
semantic_scholar = "http://localhost:8001/graph/v1/"
semantic_scholar_key_variable = "S2_KEY"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "criteria.md").write_text("## Bats\nRelevant: sonar.")
    return tmp_path


def _problems(home: Path, text: str) -> list[str]:
    (home / "paperlark.toml").write_text(text, "utf-8")
    with pytest.raises(ProfileError) as raised:
        load_settings(home / "paperlark.toml")
    return [str(problem).replace(f"{home}/", "") for problem in raised.value.problems]


def test_every_setting_arrives(home: Path) -> None:
    (home / "paperlark.toml").write_text(WHOLE)
    settings = load_settings(home / "paperlark.toml")
    profile = settings.profile
    assert (profile.title, profile.categories) == ("Bats", ("cs.SD", "q-bio.NC"))
    assert profile.announce_types == (AnnounceType.NEW, AnnounceType.REPLACE)
    assert profile.primary_only
    assert profile.page_size == 7
    assert profile.cutoffs == Cutoffs(8, 5)
    assert profile.followed == (FollowedAuthor("Ada Lovelace", ("A. Lovelace",), "1741101"),)
    assert profile.min_h_index == 12
    assert profile.recall == 0.9
    assert profile.exploration == Exploration(0.1, 1)
    assert settings.people == PeopleSettings("http://localhost:8001/graph/v1", "S2_KEY")
    assert profile.criteria.topics[0].name == "Bats"
    assert settings.output == home / "out"
    assert settings.database == Path("/var/bats.db")
    assert settings.arxiv.contact == "me@example.org"
    assert settings.model is not None
    assert settings.model.base_url == "http://localhost:8000/v1"
    assert settings.model.key_variable is None


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        ("", False),
        ('[[follow]]\nname = "Ada Lovelace"', False),
        ('[[follow]]\nname = "Ada Lovelace"\nid = "1741101"', True),
        ("least_h_index = 1", True),
    ],
)
def test_who_an_author_is_matters_to_an_id_and_to_a_gate(
    home: Path, lines: str, *, asked: bool
) -> None:
    (home / "paperlark.toml").write_text(f'name = "x"\ncategories = ["cs.LG"]\n{lines}')
    people = load_settings(home / "paperlark.toml").people
    usual = "https://api.semanticscholar.org/graph/v1", "SEMANTIC_SCHOLAR_API_KEY"
    assert people == (PeopleSettings(*usual) if asked else None)


def test_a_hosted_model_wants_a_key_and_may_name_its_variable(home: Path) -> None:
    for line, variable in (("", "OPENAI_API_KEY"), ('key_variable = "MY_KEY"', "MY_KEY")):
        (home / "paperlark.toml").write_text(
            f'name = "x"\ncategories = ["cs.LG"]\n[judge]\nmodel = "gpt"\n{line}'
        )
        model = load_settings(home / "paperlark.toml").model
        assert model is not None
        assert model.key_variable == variable


def test_every_mistake_is_told_at_once_with_its_line_and_what_was_expected(home: Path) -> None:
    text = """\
name = ""
categories = ["cs.lg", "knitting"]
colour = "red"
page_size = "20"
[cutoffs]
relevance = 11
[[follow]]
name = "Ada Lovelace"
[[follow]]
alias = ["A"]
id = 1741101
[judge]
base_url = "ftp://x"
"""
    assert _problems(home, text) == [
        "paperlark.toml:1: name is ''; expected the page's title",
        "paperlark.toml:2: categories: arXiv has no category 'cs.lg'; did you mean 'cs.LG'?",
        "paperlark.toml:2: categories: arXiv has no category 'knitting';"
        " see https://arxiv.org/category_taxonomy",
        'paperlark.toml:3: unknown setting "colour"; expected one of name, id, categories,'
        " criteria, language, announce_types, primary_only, page_size, judge_updates,"
        " judge_followed, show_criteria, least_h_index, output, database, cutoffs, exploration,"
        " filters, follow, judge, budget, sources, run, site, read, mcp, zotero, notes, bibtex,"
        " webhook, mail, deliver",
        "paperlark.toml:4: page_size is '20'; expected 1 to 1000 papers on a page made without a"
        " model",
        "paperlark.toml:6: cutoffs.relevance is 11; expected a whole number from 1 to 10",
        "paperlark.toml:9: follow.name is missing; expected a full name as printed on papers",
        'paperlark.toml:10: unknown setting "follow.alias" (did you mean aliases?)',
        "paperlark.toml:11: follow.id is 1741101; expected Semantic Scholar's id of this person,"
        " which excludes namesakes: the number at the end of the address of their page there, in"
        ' quotes, such as "1741101"',
        "paperlark.toml:12: judge.model is missing; expected a model's name as its server knows it",
        "paperlark.toml:13: judge.base_url: 'ftp://x' is no web address",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('name = "x"\ncategories = [cs.LG]', "paperlark.toml:2: is not TOML here: Invalid value"),
        ('name = "x', "paperlark.toml:1: is not TOML here"),
        ('name = "x"\ncategories = []', "paperlark.toml:2: categories is []; expected a list of"),
        ('categories = ["cs.LG"]', "paperlark.toml: name is missing; expected the page's title"),
        ('name="x"\ncategories = ["cs.LG", "cs.LG"]',
         "paperlark.toml:2: categories: cs.LG is there twice"),
        ('name="x"\ncategories = ["cs.LG"]\nannounce_types = ["newest"]',
         "paperlark.toml:3: announce_types is 'newest'; expected a list of some of new, cross"),
        ('name="x"\ncategories = ["cs.LG"]\ncutoffs.relevance = 0',
         "paperlark.toml:3: cutoffs.relevance is 0; expected a whole number"),
        ('name="x"\ncategories = ["cs.LG"]\ncriteria = "gone.md"',
         "gone.md: there is no such file"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_line(home: Path, text: str, expected: str) -> None:
    [problem] = _problems(home, text)
    assert problem.startswith(expected)


def test_criteria_that_say_nothing_are_a_mistake(home: Path) -> None:
    (home / "criteria.md").write_text("# Title\n\n")
    [problem] = _problems(home, 'name = "x"\ncategories = ["cs.LG"]')
    assert problem == "criteria.md: is empty; expected your interests, in your own words"


def test_no_profile_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="paperlark init"):
        load_settings(tmp_path / "paperlark.toml")


def test_a_pipe_or_a_device_is_no_profile(home: Path) -> None:
    """Nobody may ever write into the one, and the other has no end."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes on this machine")
    os.mkfifo(home / "pipe")
    for path in (home / "pipe", Path(os.devnull)):
        with pytest.raises(ProfileError, match="is not a file that can be read again"):
            load_settings(path)


def test_a_file_of_a_gigabyte_is_no_criteria(tmp_path: Path) -> None:
    with (tmp_path / "criteria.md").open("wb") as file:
        file.truncate(2**30)
    with pytest.raises(ProfileError, match="has more than 16 MB"):
        read_criteria(tmp_path / "criteria.md")


def test_bytes_that_are_no_text_are_named(home: Path) -> None:
    (home / "paperlark.toml").write_bytes(b'name = "\xff"')
    with pytest.raises(ProfileError, match="not UTF-8"):
        load_settings(home / "paperlark.toml")


@given(st.text(alphabet=st.sampled_from('[]="\n. abcnamefollowjudge0123{},')))
def test_any_file_is_settings_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.mktemp("any") / "paperlark.toml"
    file.write_text(text, "utf-8")
    try:
        load_settings(file)
    except PaperlarkError as error:
        assert str(file) in str(error)  # noqa: PT017


@pytest.mark.parametrize("written", ["pagesize", "page-size", "Page_Size", "page_sizes"])
def test_a_slip_in_a_setting_is_answered_with_the_setting_meant(home: Path, written: str) -> None:
    (problem,) = _problems(home, f'name = "x"\ncategories = ["cs.LG"]\n{written} = 5\n')
    assert problem == f'paperlark.toml:3: unknown setting "{written}" (did you mean page_size?)'


HELD = "write the name of a secret there, such as ${GATEWAY_SECRET}, and keep it:"


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (
            '[judge]\nmodel = "m"\nbase_url = "https://ada:hidden1@h/v1"',
            f"a password stands in it; {HELD}",
        ),
        (
            '[judge]\nmodel = "m"\nbase_url = "https://h/v1?key=hidden1"',
            f"'key', stands in it; {HELD}",
        ),
        (
            '[judge]\nmodel = "m"\nbase_url = ["https://a:hidden1@h"]',
            "a text that may hold a secret",
        ),
        ('[judge]\nmodel = "m"\nbase_url = "ada:hidden1@h/v1"', "a text that may hold a secret"),
        ('[judge]\nmodel = "m"\nkey_variable = "hf_hidden1aBcDeF234"', "revoke it"),
        ('[site]\naddress = "https://ada:hidden1@h"', "write the address without it"),
        ('[site]\naddress = "https://ada:${HIDDEN}@h"', "write the address without it"),
        ('[sources]\nrss = "https://ada:hidden1@h"', "write the address without it"),
        ('[mail]\nsender = "a@b.org"\nserver = "smtp://u:hidden1@h"', "such as smtp.example.org"),
        ('[[deliver]]\nname = "x"\nmail = "mailto://u:hidden1@h"', "may hold a secret"),
        ('deliver = {url = "slack://hidden1aBc/hidden1"}', "may hold a secret"),
    ],
)
def test_a_secret_in_the_profile_is_refused_with_the_mend_and_not_repeated(
    home: Path, setting: str, told: str
) -> None:
    [problem] = _problems(home, f'name = "x"\ncategories = ["cs.LG"]\n{setting}\n')
    assert told in problem
    assert "hidden1" not in problem
    assert "\n" not in problem


def test_an_address_may_name_secrets_which_are_filled_in_where_it_is_asked(home: Path) -> None:
    (home / "paperlark.toml").write_text(
        'name = "x"\ncategories = ["cs.LG"]\n[judge]\nmodel = "m"\nkey_variable = ""\n'
        'base_url = "https://ada:${GW_PASSWORD}@h/v1?key=${GW_KEY}"\n'
    )
    settings = load_settings(home / "paperlark.toml")
    assert [one.name for one in needed_secrets(settings)] == ["GW_PASSWORD", "GW_KEY"]
    assert settings.model is not None
    known = {"GW_PASSWORD": "p@ss-w0rd", "GW_KEY": "k3y-4711"}
    address = settings.model.address(Environment(variables=known))
    assert address == "https://ada:p%40ss-w0rd@h/v1?key=k3y-4711"
    with pytest.raises(SecretMissing, match=r"no secret GW_KEY: keep it: paperlark secret set"):
        settings.model.address(Environment(variables={"GW_PASSWORD": "x"}))


def test_a_setting_with_a_very_long_name_is_told_in_a_short_line(tmp_path: Path) -> None:
    path = tmp_path / "paperlark.toml"
    path.write_text(f'name = "Me"\ncategories = ["cs.LG"]\n{"na-" * 9000} = 1\n')
    (tmp_path / "criteria.md").write_text("Bats.")
    with pytest.raises(ProfileError, match="no setting has so long a name") as raised:
        load_settings(path)
    assert len(str(raised.value)) < 1000


FILTERED = """\
name = "x"
categories = ["cs.LG"]
[filters]
require = ["category:cs.LG"]
exclude = [ {} ]
"""


def test_filters_arrive_in_one_order_whatever_they_were_written_in(home: Path) -> None:
    written = '"word: survey", "author:Jane Doe", "comments:*withdrawn*"'
    (home / "paperlark.toml").write_text(FILTERED.format(written))
    filters = load_settings(home / "paperlark.toml").profile.filters
    assert list(map(str, filters.require)) == ["category:cs.LG"]
    assert list(map(str, filters.exclude)) == [
        "author:Jane Doe", "comments:*withdrawn*", "word:survey",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("survey", 'does not say what to look at; write it like "word:survey"'),
        ("category:cs.lg", "arXiv has no such category; did you mean 'cs.LG'?"),
        ("author:Doe", "a single name; write a whole name, as printed on papers"),
        ("category:cs.LG", "'category:cs.LG' is required and excluded: no paper could pass"),
    ],
)
def test_a_wrong_filter_is_one_clear_line(home: Path, rule: str, words: str) -> None:
    [problem] = _problems(home, FILTERED.format(f'"{rule}"'))
    assert problem.startswith("paperlark.toml:")
    assert words in problem


@pytest.mark.parametrize(("written", "kept"), [("", 600), ("250", 250), ("0", 0), ('"all"', None)])
def test_how_much_of_an_abstract_a_mail_has(home: Path, written: str, kept: int | None) -> None:
    line = f"abstracts = {written}\n" if written else ""
    (home / "paperlark.toml").write_text(
        'name = "x"\ncategories = ["cs.LG"]\n[mail]\nserver = "localhost"\nsecurity = "none"\n'
        f'sender = "ada@example.org"\n{line}'
    )
    mail = load_settings(home / "paperlark.toml").mail
    assert mail is not None
    assert mail.abstracts == kept


@pytest.mark.parametrize("written", ["-1", "true", '"some"', "1.5", "20001"])
def test_a_length_of_abstracts_that_means_nothing_is_told_what_to_write(
    home: Path, written: str
) -> None:
    problems = _problems(
        home,
        'name = "x"\ncategories = ["cs.LG"]\n[mail]\nserver = "localhost"\n'
        f'sender = "ada@example.org"\nabstracts = {written}\n',
    )
    assert all("expected a whole number of characters" in one for one in problems)
    assert len(problems) == 1

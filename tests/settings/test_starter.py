from __future__ import annotations

import tomllib
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.errors import ProfileError
from paperlark.domain.spending import Prices
from paperlark.domain.taxonomy import CATEGORIES
from paperlark.settings import Settings, load_settings
from paperlark.settings.answers import (
    FIELDS,
    AnswerKind,
    Chat,
    Mail,
    Model,
    SetupAnswers,
    complaint,
    field_criteria,
    field_of,
    security_of,
)
from paperlark.settings.places import DataPlaces
from paperlark.settings.starter import (
    check_folder,
    criteria_text,
    profile_text,
    unusable_interests,
    write_files,
)
from paperlark.settings.values import Security

FULL = SetupAnswers(
    name='Grüße "x"',
    categories=("math.NT", "cs.LG"),
    interests="Primes in short intervals.\nNothing about magic squares.",
    followed=("Ada Lovelace", "Kurt Gödel"),
    model=Model("llama3.2", "http://localhost:11434/v1", "", None),
    delivery=Mail("ada@example.org", "smtp.example.org", "lark@example.org", "ada"),
)
TYPED = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)


def _written(folder: Path, answers: SetupAnswers) -> Settings:
    profile, _ = write_files(folder, profile_text(answers), criteria_text(answers))
    return load_settings(profile)


def test_the_usual_answers_work_as_they_are(tmp_path: Path) -> None:
    settings = _written(tmp_path / "mine", SetupAnswers())
    assert settings.profile.title == "My papers"
    assert settings.profile.categories == ("cs.LG", "cs.CL")
    assert settings.profile.criteria.topics[0].name == "Why deep networks generalize"
    assert settings.profile.followed == ()
    assert (settings.model, settings.mail, settings.channels) == (None, None, ())


def test_what_was_answered_stands_in_the_profile(tmp_path: Path) -> None:
    settings = _written(tmp_path, FULL)
    assert settings.profile.title == 'Grüße "x"'
    assert settings.profile.categories == ("math.NT", "cs.LG")
    assert [one.name for one in settings.profile.followed] == ["Ada Lovelace", "Kurt Gödel"]
    assert settings.model is not None
    assert (settings.model.model, settings.model.key_variable) == ("llama3.2", None)
    assert not settings.model.budget.bounded
    assert settings.mail is not None
    assert (settings.mail.server, settings.mail.user) == ("smtp.example.org", "ada")
    assert (settings.mail.port, settings.mail.sender) == (465, "lark@example.org")
    assert len(settings.channels) == 1


def test_nothing_is_paid_for_a_server_on_this_machine(tmp_path: Path) -> None:
    model = _written(tmp_path / "here", FULL).model
    assert model is not None
    assert model.prices == Prices(Decimal(0), Decimal(0))
    elsewhere = replace(FULL, model=Model("llama3.2", "http://gpu.example.org/v1", "", None))
    assert "[judge.prices]" not in profile_text(elsewhere)


def test_a_profile_with_data_of_its_own_says_where(tmp_path: Path) -> None:
    places = DataPlaces.inside(tmp_path / "data")
    write_files(tmp_path / "mine", profile_text(FULL, places), criteria_text(FULL))
    settings = load_settings(tmp_path / "mine" / "paperlark.toml")
    assert settings.output == tmp_path / "data" / "pages"
    assert settings.database == tmp_path / "data" / "paperlark.db"
    assert settings.site.folder == tmp_path / "data" / "site"
    beside = _written(tmp_path / "beside", FULL)
    assert beside.output == tmp_path / "beside" / "pages"
    assert beside.site.folder == tmp_path / "beside" / "site"


def test_a_library_that_cannot_be_read_brings_nobody_elses_field() -> None:
    answers = SetupAnswers(categories=("astro-ph.GA",), nobodys=True)
    assert "## Astrophysics of Galaxies" in criteria_text(answers)


@pytest.mark.parametrize(
    ("server", "port", "security"),
    [
        ("smtp.example.org", 465, "tls"),
        ("smtp.example.org", 587, "starttls"),
        ("smtp.example.org", 2465, "tls"),
        ("localhost", 25, "none"),
        ("localhost", 587, "none"),
    ],
)
def test_a_port_tells_how_a_mail_server_is_spoken_to(server: str, port: int, security: str) -> None:
    assert security_of(server, port) == security


def test_a_chat_and_a_budget_stand_there_too(tmp_path: Path) -> None:
    model = Model("gpt-4o-mini", budget=Decimal("2.50"))
    settings = _written(tmp_path, SetupAnswers(model=model, delivery=Chat("MY_CHAT")))
    assert settings.model is not None
    assert settings.model.key_variable == "OPENAI_API_KEY"
    assert settings.model.budget.month == Decimal("2.50")
    [channel] = settings.channels
    assert channel.url_variable == "MY_CHAT"


def test_a_mail_server_on_this_machine_asks_nobody(tmp_path: Path) -> None:
    mail = Mail("ada@localhost", "localhost", "ada@localhost", None, Security.NONE, 2525)
    settings = _written(tmp_path, SetupAnswers(delivery=mail))
    assert settings.mail is not None
    assert (settings.mail.port, settings.mail.user) == (2525, None)


def test_what_stands_there_as_an_example_is_a_profile_too() -> None:
    blocks = profile_text(SetupAnswers()).split("\n\n")
    examples = [block[block.index("# [") :] for block in blocks if "\n# [" in f"\n{block}"]
    tables = tomllib.loads("\n".join(examples).replace("# ", ""))
    assert tables.keys() == {"follow", "judge", "budget", "deliver", "mail", "site"}


@given(TYPED, TYPED, TYPED, st.lists(TYPED, max_size=3))
def test_whatever_is_typed_is_read_back_as_it_was(
    name: str, model: str, server: str, followed: list[str]
) -> None:
    answers = SetupAnswers(
        name=name,
        model=Model(model, f"https://{server}"),
        followed=tuple(followed),
        delivery=Mail("a@b.org", server, "a@b.org", name),
    )
    found = tomllib.loads(profile_text(answers))
    assert found["name"] == name
    assert found["judge"]["model"] == model
    assert [one["name"] for one in found.get("follow", [])] == followed
    assert found["mail"]["server"] == server
    assert found["mail"]["user"] == name


@given(TYPED, st.text(), st.lists(TYPED, max_size=2))
def test_what_is_not_complained_about_loads(
    tmp_path_factory: pytest.TempPathFactory, name: str, interests: str, followed: list[str]
) -> None:
    if complaint(AnswerKind.TEXT, name) or unusable_interests(interests):
        return
    answers = SetupAnswers(name=name, interests=interests, followed=tuple(followed))
    settings = _written(tmp_path_factory.mktemp("any"), answers)
    assert settings.profile.title == name
    assert [one.name for one in settings.profile.followed] == followed


def test_own_words_become_a_topic_with_help_that_is_no_interest() -> None:
    criteria = parse_criteria(criteria_text(SetupAnswers(interests="I like sonar.")))
    assert [(topic.name, topic.titled) for topic in criteria.topics] == [("sonar", False)]
    assert criteria.topics[0].relevant == "I like sonar."
    assert criteria.keywords == criteria.unwanted == ()
    assert "Not relevant" in criteria_text(SetupAnswers(interests="I like sonar."))


def test_words_with_topics_stay_as_they_are() -> None:
    words = "## Bats\nRelevant: sonar.\n## Keywords\nears"
    assert criteria_text(SetupAnswers(interests=words)) == f"{words}\n"


@pytest.mark.parametrize("words", ["", " \n", "# Title", "<!-- hm -->", "\ud800 bats", "\x00"])
def test_words_that_say_nothing_are_refused(words: str) -> None:
    assert unusable_interests(words) is not None


def test_every_field_has_good_criteria_and_real_categories() -> None:
    folder = files("paperlark.settings").joinpath("templates", "criteria")
    assert {path.name for path in folder.iterdir()} == {f"{name}.md" for name in FIELDS}
    for name, categories in FIELDS.items():
        criteria = parse_criteria(field_criteria(name))
        assert 3 <= len(criteria.topics) <= 4, name
        assert all(topic.relevant and topic.irrelevant for topic in criteria.topics), name
        assert len(criteria.keywords) >= 3, name
        assert len(criteria.unwanted) >= 3, name
        assert criteria.remarks == "", name
        assert set(categories.split()) <= CATEGORIES, name


def test_no_category_is_in_two_fields() -> None:
    every = [category for categories in FIELDS.values() for category in categories.split()]
    assert len(every) == len(set(every))


def test_the_first_category_that_has_a_field_names_it() -> None:
    assert field_of(("math.LO", "hep-th", "cs.CL")) == "high-energy-theory"
    assert field_of(("math.LO",)) is None


def test_where_no_field_suits_the_categories_names_are_the_interests(tmp_path: Path) -> None:
    settings = _written(tmp_path, SetupAnswers(categories=("math.LO", "physics.optics")))
    assert [topic.name for topic in settings.profile.criteria.topics] == ["Logic", "Optics"]


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (AnswerKind.TEXT, ""),
        (AnswerKind.TEXT, "a\u2028b"),
        (AnswerKind.TEXT, "\udce4"),
        (AnswerKind.TEXT, "\x7f"),
        (AnswerKind.ADDRESS, "localhost:8000"),
        (AnswerKind.MAILBOX, "ada"),
        (AnswerKind.SERVER, "smtp.example.org:465"),
        (AnswerKind.NAME_OF_SECRET, "sk-a-key"),
    ],
)
def test_what_cannot_stand_in_a_profile_is_complained_about(kind: AnswerKind, answer: str) -> None:
    assert complaint(kind, answer)


@pytest.mark.parametrize("there", ["paperlark.toml", "criteria.md"])
def test_nothing_is_overwritten_and_nothing_half_done_left(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    with pytest.raises(ProfileError, match="already exists"):
        write_files(tmp_path, "a", "b")
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


def test_a_file_in_the_folder_s_place_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("a file")
    with pytest.raises(ProfileError, match="cannot be written"):
        check_folder(tmp_path / "mine" / "here")


def test_a_text_that_cannot_be_written_leaves_none(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_files(tmp_path, "fine", "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_a_model_of_one_s_own_may_have_any_name() -> None:
    answers = replace(FULL, model=Model('a"\\b', "http://localhost:1/v1", "", Decimal("1e-9")))
    found = tomllib.loads(profile_text(answers))
    assert found["judge"]["model"] == 'a"\\b'
    assert found["budget"]["month"] == 1e-9

"""`paperlark init`: asked at a terminal, answered by options, and what comes of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer

from paperlark.cli import cli
from paperlark.domain.spending import Prices
from paperlark.llm.local_models import local_models
from paperlark.settings import load_settings
from paperlark.settings.environment import Environment
from standins.commands import Paperlark
from standins.feeds import item, rss
from standins.terminal import Terminal

Answer = Callable[..., Result]
NOTHING = ("", "", "", "", "", "", "y", "n")
"""Enter at each of the six questions, and then both files and no page."""


@pytest.fixture
def answer(home: Path, environment: Environment) -> Answer:  # noqa: ARG001  # run in there
    """Run `paperlark init mine` and type these lines."""

    def run(*lines: str, options: tuple[str, ...] = (), end: str = "\n") -> Result:
        arguments = ("init", "mine", "--ask", *options)
        typed = "\n".join(lines) + end
        return CliRunner().invoke(
            cli, arguments, input=typed, prog_name="paperlark", obj=environment
        )

    return run


def test_enter_at_every_question_makes_a_profile_that_works(answer: Answer, home: Path) -> None:
    result = answer(*NOTHING)
    assert result.exit_code == 0, result.output
    settings = load_settings(home / "mine" / "paperlark.toml")
    assert settings.profile.categories == ("cs.LG", "cs.CL")
    assert settings.model is None
    assert "6 of 6" in result.output
    assert "paperlark today --profile mine/paperlark.toml" in result.output
    assert "are an example: replace them with your own" in result.output


def test_every_answer_stands_in_the_profile(answer: Answer, home: Path) -> None:
    result = answer(
        "galaxies, black holes", "2",
        "Dwarf galaxies.", "And their haloes.", "", "y",
        "Rubin, Vera; Ada Lovelace",
        "2", "",
        "2", "vera@example.org", "", "", "",
        "3",
        "y", "n",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    settings = load_settings(home / "mine" / "paperlark.toml")
    profile = settings.profile
    assert profile.categories == ("astro-ph.GA", "gr-qc")
    written = (home / "mine" / "criteria.md").read_text()
    assert written.endswith("Dwarf galaxies.\nAnd their haloes.\n")
    assert profile.criteria.topics[0].name == "Dwarf galaxies"
    assert [one.name for one in profile.followed] == ["Vera Rubin", "Ada Lovelace"]
    assert settings.model is not None
    assert (settings.model.model, settings.model.budget.month) == ("gpt-4o-mini", Decimal(5))
    assert settings.mail is not None
    assert (settings.mail.server, settings.mail.user) == ("smtp.example.org", "vera@example.org")
    assert (settings.mail.port, settings.mail.security) == (465, "tls")
    assert "paperlark secret set OPENAI_API_KEY" in result.output
    assert "paperlark secret set PAPERLARK_MAIL_PASSWORD" in result.output
    assert "paperlark schedule cron --profile mine/paperlark.toml" in result.output


def test_a_bad_answer_is_asked_again_with_the_reason(answer: Answer, home: Path) -> None:
    result = answer(
        "knitting", "robots, machine learning", "7", "1, 2",
        "#", "", "gone.bib", "?", "example robotics",
        "A, B, C", "Gödel", "",
        "7", "4", "localhost", "http://localhost:9/v1", "", "mine",
        "3", "not-a-name", "MY_CHAT",
        "by hand", "1",
        "maybe", "y", "n",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    for reason in (
        "arXiv has no category like 'knitting'",
        "type numbers from 1 to 2",
        "that is empty",
        "there is no file gone.bib",
        "`example NAME` begins with one of language-models",
        "is 'A, B, C' one name?",
        "'Gödel': a single name matches nobody",
        "type a number from 1 to 4",
        "'localhost' is no web address",
        "this cannot be empty",
        "'not-a-name' is not a secret's name",
        "type a number from 1 to 5",
    ):
        assert reason in " ".join(result.output.split()), reason
    settings = load_settings(home / "mine" / "paperlark.toml")
    assert settings.profile.categories == ("cs.RO", "cs.LG", "stat.ML")
    assert settings.profile.criteria.topics[0].name == "Learning to manipulate"
    assert settings.model is not None
    assert settings.model.key_variable is None
    [channel] = settings.channels
    assert channel.url_variable == "MY_CHAT"


@pytest.mark.parametrize("answered", range(len(NOTHING) - 1))
def test_whoever_leaves_at_a_question_leaves_nothing_behind(
    answer: Answer, home: Path, answered: int
) -> None:
    result = answer(*NOTHING[:answered], end="\n" if answered else "")
    assert result.exit_code == 1
    assert "nothing was written" in result.output
    assert not (home / "mine").exists()


def test_whoever_says_no_at_the_end_leaves_nothing_behind(answer: Answer, home: Path) -> None:
    result = answer(*NOTHING[:-2], "s", "n")
    assert result.exit_code == 1
    assert '\nname = "My papers"' in result.output
    assert not (home / "mine").exists()


def test_both_files_can_be_seen_and_neither_written(paperlark: Paperlark, home: Path) -> None:
    result = paperlark("init", "mine", "--show", "--name", "Bats")
    assert result.exit_code == 0
    assert '\nname = "Bats"' in result.output
    assert "## Why deep networks generalize" in result.output
    assert not (home / "mine").exists()


def test_what_options_answer_is_not_asked(answer: Answer, home: Path) -> None:
    options = (
        "--category", "galaxies", "--template", "exoplanets", "--follow", "Ada Lovelace",
        "--model", "none", "--mail", "none", "--schedule", "none",
    )  # fmt: skip
    result = answer("y", "n", options=options)
    assert result.exit_code == 0, result.output
    assert "of 6" not in result.output
    settings = load_settings(home / "mine" / "paperlark.toml")
    assert settings.profile.criteria.topics[0].name == "Atmospheres of exoplanets"


def test_unattended_it_asks_nothing_and_takes_what_is_usual(
    paperlark: Paperlark, home: Path
) -> None:
    result = paperlark(
        "init", "mine", "--interests", "Bats.", "--model", "llama3.2", "--base-url",
        "http://localhost:11434/v1", "--mail", "a@example.org", "--mail-server", "localhost",
        "--mail-port", "2525", "--schedule", "docker",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    settings = load_settings(home / "mine" / "paperlark.toml")
    assert settings.profile.criteria.topics[0].relevant == "Bats."
    assert settings.model is not None
    assert settings.model.key_variable is None
    assert not settings.model.budget.bounded
    assert settings.model.prices == Prices(Decimal(0), Decimal(0))
    assert settings.mail is not None
    assert (settings.mail.security, settings.mail.port) == ("none", 2525)
    assert "paperlark schedule docker" in result.output
    assert not (home / "mine" / "pages").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--category", "machine learning"),
        ("--category", "cs.LGG"),
        ("--interests", "#"),
        ("--follow", "A, B, C"),
        ("--base-url", "http://localhost:1/v1"),
        ("--base-url", "localhost", "--model", "m"),
        ("--model", "m", "--key-variable", "sk-not-a-name"),
        ("--budget", "nan"),
        ("--mail", "a@example.org"),
        ("--mail-server", "none", "--mail", "ada"),
        ("--mail", "a@example.org", "--mail-server", "mx.example.org", "--mail-security", "none"),
        ("--mail", "a@example.org", "--mail-server", "localhost", "--deliver-variable", "CHAT"),
        ("--deliver-variable", "ntfy://secret"),
    ],
)
def test_an_option_that_cannot_be_is_a_mistake_and_nothing_is_written(
    paperlark: Paperlark, home: Path, options: tuple[str, ...]
) -> None:
    result = paperlark("init", "mine", *options)
    assert result.exit_code == 2, result.output
    assert not (home / "mine").exists()


def test_what_is_there_is_told_before_anything_is_asked(answer: Answer, home: Path) -> None:
    (home / "mine").mkdir()
    (home / "mine" / "criteria.md").write_text("mine")
    result = answer(*NOTHING)
    assert result.exit_code == 1
    assert "already exists" in result.output
    assert "1 of 6" not in result.output
    assert (home / "mine" / "criteria.md").read_text() == "mine"


def test_the_first_page_is_made_at_once(answer: Answer, home: Path) -> None:
    options = ("--category", "cs.LG", "--feeds", "feeds")
    result = answer(*NOTHING[1:-1], "", options=options)
    assert result.exit_code == 0, result.output
    assert " of 3 papers" in result.output
    assert (home / "mine" / "pages" / "2025-02-26.html").is_file()


def test_a_first_page_of_recorded_feeds_is_of_their_last_day(
    paperlark: Paperlark, home: Path
) -> None:
    result = paperlark(
        "init", "mine", "--category", "cs.LG", "--first-page", "--feeds", "feeds"
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert " of 3 papers" in result.output
    assert (home / "mine" / "pages" / "2025-02-26.html").is_file()


def test_on_a_sunday_the_page_is_friday_s(home: Path, environment: Environment) -> None:
    sunday = replace(environment, now=lambda: datetime(2025, 3, 2, 12, tzinfo=UTC))
    result = CliRunner().invoke(
        cli, ("init", "mine", "--category", "cs.LG", "--first-page"), obj=sunday
    )
    assert "this is the page of Friday, 28 February 2025" in result.output
    assert (home / "mine" / "paperlark.toml").is_file()


def test_without_its_key_the_first_page_is_made_without_the_model(
    paperlark: Paperlark, home: Path
) -> None:
    result = paperlark(
        "init", "mine", "--category", "cs.LG", "--model", "gpt-4o-mini", "--first-page", "--feeds",
        "feeds", "--key-variable", "NOBODYS_KEY",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "there is no secret NOBODYS_KEY yet: this page is made without" in result.output
    assert (home / "mine" / "pages" / "2025-02-26.html").is_file()


def test_without_its_server_the_first_page_is_made_without_the_model(
    paperlark: Paperlark, home: Path
) -> None:
    result = paperlark(
        "init", "mine", "--category", "cs.LG", "--model", "m", "--base-url",
        "http://127.0.0.1:9/v1", "--first-page", "--feeds", "feeds",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "no model server answers at http://127.0.0.1:9/v1 now" in result.output
    assert (home / "mine" / "pages" / "2025-02-26.html").is_file()


def test_a_first_page_that_fails_leaves_the_profile(paperlark: Paperlark, home: Path) -> None:
    (home / "empty").mkdir()
    result = paperlark("init", "mine", "--first-page", "--feeds", "empty")
    assert result.exit_code == 1
    assert "the profile was written all the same" in result.output
    assert load_settings(home / "mine" / "paperlark.toml").profile.title == "My papers"


def test_a_library_is_imported_after_the_files_are_written(answer: Answer, home: Path) -> None:
    (home / "library.bib").write_text(
        "@article{a, title={Sonar of bats}, abstract={Bats hear with sonar.}}"
    )
    result = answer(
        "", "library.bib", "Bats.", "", "y", "", "", "", "", "y", "n",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "library.bib: 1 paper, to be imported as liked" in result.output
    assert "1 liked paper" in result.output
    assert (home / "mine" / "paperlark.db").is_file()


def test_an_import_that_fails_leaves_the_profile_and_is_told(
    paperlark: Paperlark, home: Path
) -> None:
    result = paperlark("init", "mine", "--import", "gone.bib")
    assert result.exit_code == 1
    assert "there is no file gone.bib" in result.output
    assert load_settings(home / "mine" / "paperlark.toml").profile.title == "My papers"


def test_a_text_file_holds_the_interests_as_they_are(answer: Answer, home: Path) -> None:
    (home / "mine.md").write_text("## Bats\n\nRelevant: sonar.\n")
    result = answer("", "mine.md", "y", "", "", "", "", "y", "n")
    assert result.exit_code == 0, result.output
    assert (home / "mine" / "criteria.md").read_text() == "## Bats\n\nRelevant: sonar.\n"


def test_a_server_on_this_machine_is_asked_for_its_models(loopback: HTTPServer) -> None:
    loopback.clear()
    loopback.expect_request("/v1/models").respond_with_json(
        {"data": [{"id": "llama3.2"}, {"id": 7}, {"id": "\x1b[2J"}]}
    )
    assert local_models(loopback.url_for("/v1")) == ("llama3.2",)
    assert local_models(loopback.url_for("/elsewhere")) == ()
    assert local_models("http://127.0.0.1:9/v1") is None


@pytest.mark.parametrize("named", [(), ("config/paperlark",)])
def test_the_default_place_has_the_profile_and_its_data_are_elsewhere(
    paperlark: Paperlark, home: Path, named: tuple[str, ...]
) -> None:
    (home / "paperlark.toml").unlink()
    first = ("--category", "cs.LG", "--first-page", "--feeds", "feeds")
    result = paperlark("init", *named, *first)
    assert result.exit_code == 0, result.output
    assert f"wrote {home}/config/paperlark/paperlark.toml and" in result.output
    assert "paperlark open  " in result.output
    assert sorted(path.name for path in (home / "config" / "paperlark").iterdir()) == [
        "criteria.md", "paperlark.toml"
    ]  # fmt: skip
    assert (home / "data" / "paperlark" / "pages" / "2025-02-26.html").is_file()
    profile = (home / "config" / "paperlark" / "paperlark.toml").read_text()
    for name in ("output", "database", "folder"):
        assert f'\n{name} = "{home}/data/paperlark/' in profile
    assert paperlark("site").output.endswith(f"{home}/data/paperlark/site/index.html\n")
    again = paperlark("init")
    assert again.exit_code == 1
    assert "already exists" in again.output
    assert "paperlark init FOLDER" in again.output


def test_this_folder_s_profile_comes_first_so_the_new_one_is_named(
    paperlark: Paperlark, home: Path
) -> None:
    result = paperlark("init")
    assert f"paperlark today --profile {home}/config/paperlark/paperlark.toml" in result.output


def test_a_profile_that_the_environment_names_need_not_be_named_again(
    paperlark: Paperlark, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAPERLARK_PROFILE", str(home / "mine"))
    result = paperlark("init", "mine")
    assert "paperlark today   make" in result.output
    assert paperlark("secret", "list").exit_code == 0


@pytest.mark.parametrize("timer", ["github", "docker"])
def test_what_runs_elsewhere_has_all_in_one_folder(
    paperlark: Paperlark, home: Path, timer: str
) -> None:
    assert paperlark("init", "--schedule", timer).exit_code == 0
    settings = load_settings(home / "config" / "paperlark" / "paperlark.toml")
    assert settings.output == home / "config" / "paperlark" / "pages"


def test_a_corrected_category_is_shown_before_it_is_taken(answer: Answer, home: Path) -> None:
    result = answer("cs.LGG; stat.MLL", "y", "n", "cs.CL", *NOTHING[1:])
    assert result.exit_code == 0, result.output
    assert "cs.LGG → cs.LG (Machine Learning)? (y, n) [y]" in result.output
    settings = load_settings(home / "mine" / "paperlark.toml")
    assert settings.profile.categories == ("cs.LG", "cs.CL")


def test_lists_go_on_after_a_separator_and_codes_need_none(answer: Answer, home: Path) -> None:
    result = answer("cs.LG stat.ML,", "galaxies", "", "Ada Lovelace;", "Emmy Noether", *NOTHING[3:])
    assert result.exit_code == 0, result.output
    profile = load_settings(home / "mine" / "paperlark.toml").profile
    assert profile.categories == ("cs.LG", "stat.ML", "astro-ph.GA")
    assert [one.name for one in profile.followed] == ["Ada Lovelace", "Emmy Noether"]


def test_the_mail_port_is_asked_and_says_how_it_is_encrypted(answer: Answer, home: Path) -> None:
    result = answer("", "", "", "", "2", "ada@example.org", "", "none", "587", "", "", "y", "n")
    assert result.exit_code == 0, result.output
    assert "its port [465]" in result.output
    assert "a port is a number from 1 to 65535" in result.output
    mail = load_settings(home / "mine" / "paperlark.toml").mail
    assert mail is not None
    assert (mail.port, mail.security) == (587, "starttls")


def test_every_prompt_explains_itself(answer: Answer) -> None:
    lines = [
        "?", "", "?", "", "?", "", "?", "4", "?", "http://gpu.example.org/v1", "?", "m", "?", "",
        "?", "2", "?", "ada@example.org", "?", "", "?", "", "?", "", "?", "", "?", "y", "?", "n",
    ]  # fmt: skip
    result = answer(*lines)
    assert result.exit_code == 0, result.output
    assert " ".join(result.output.split()).count("Ctrl-C quits, and nothing is written.") == 15


@pytest.mark.slow
def test_a_reader_at_a_real_terminal_has_a_page_after_nine_answers(tmp_path: Path) -> None:
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    paper = item(title="Sonar of bats", abstract="Bats hear.", categories=("q-bio.NC",))
    (feeds / "2025-02-26.q-bio.NC.rss.xml").write_bytes(
        rss(paper, title="q-bio.NC updates on arXiv.org")
    )
    terminal = Terminal(
        [sys.executable, "-m", "paperlark", "init", "--feeds", "feeds"],
        tmp_path,
        {
            "HOME": str(tmp_path),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(sys.path),
            "TERM": "xterm",
        },
    )
    terminal.answer("fields [", "neuroscience")
    terminal.answer("   interests: ", "How bats hear.")
    terminal.answer("...", "")
    terminal.answer("right?", "")
    for question in ("   names: ", "model [1]", "delivery [1]", "when [1]"):
        terminal.answer(question, "")
    terminal.answer("Write them?", "")
    terminal.answer("Make the first page now?", "")
    assert terminal.finish() == 0, terminal.seen
    assert "Sonar of bats" in terminal.seen
    data = tmp_path / ".local" / "share" / "paperlark"
    assert (data / "pages" / "2025-02-26.html").is_file()
    assert (data / "paperlark.db").is_file()
    config = tmp_path / ".config" / "paperlark"
    assert sorted(path.name for path in config.iterdir()) == ["criteria.md", "paperlark.toml"]


@pytest.mark.parametrize("wait", [lambda one: one.answer("fields [", ""), Terminal.finish])
def test_who_waits_in_vain_at_a_terminal_is_told_what_stood_there(
    tmp_path: Path, wait: Callable[[Terminal], object]
) -> None:
    silent = [sys.executable, "-c", "import time; print('Which papers?'); time.sleep(600)"]
    terminal = Terminal(silent, tmp_path, {})
    terminal.wait_for("Which papers?")
    terminal.patience = 0.1
    with pytest.raises(AssertionError, match=r"in vain for .*stood:\n(.*\n)*Which papers\?"):
        wait(terminal)


@pytest.mark.slow
def test_ctrl_c_at_a_real_terminal_leaves_nothing_behind(tmp_path: Path) -> None:
    terminal = Terminal(
        [sys.executable, "-m", "paperlark", "init"],
        tmp_path,
        {"HOME": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm"},
    )
    terminal.answer("fields [", "")
    # Python may only hear of Ctrl-C with the next key, where it was on its way to read one.
    terminal.press("   interests: ", "\x03\n")
    assert terminal.finish() == 1
    assert "nothing was written" in terminal.seen
    assert list(tmp_path.iterdir()) == []

from __future__ import annotations

import re
from pathlib import Path

import pytest

from paperlark import open_profile
from paperlark.settings.environment import Environment
from paperlark.store.link_key import link_key_path
from paperlark.store.lock import run_lock
from standins.commands import Paperlark
from standins.mail_server import MailServer

RUN = ("run", "--date", "2025-02-26", "--feeds", "feeds")


def _make_two_days(paperlark: Paperlark, home: Path) -> None:
    """Make the pages of Tuesday and Wednesday, of different papers."""
    feed = (home / "feeds" / "2025-02-26.cs.LG.rss.xml").read_text()
    tuesday = home / "feeds" / "2025-02-25.cs.LG.rss.xml"
    tuesday.write_text(feed.replace("26 Feb", "25 Feb").replace("2502.0000", "2502.0010"))
    for day in ("2025-02-25", "2025-02-26"):
        made = paperlark("run", "--date", day, "--feeds", "feeds")
        assert made.exit_code in {0, 3}, made.output


def test_a_page_is_brought_by_hand_once_and_again_when_asked(
    paperlark: Paperlark, environment: Environment, mail: MailServer
) -> None:
    assert paperlark(*RUN).exit_code == 0
    assert mail.taken == []
    assert "delivered" in paperlark("deliver").stdout
    assert "already handled" in paperlark("deliver").stdout
    assert len(mail.taken) == 1
    environment.sleep(60)
    assert paperlark("deliver", "--again", "--channel", "inbox").exit_code == 0
    # Another mail to the mailbox, too: it would not show a copy.
    assert len(mail.mailbox) == 2


def test_a_page_of_another_day_is_brought_when_it_is_named(
    paperlark: Paperlark, home: Path, mail: MailServer
) -> None:
    old = home / "feeds" / "2025-01-15.cs.LG.rss.xml"
    feed = (home / "feeds" / "2025-02-26.cs.LG.rss.xml").read_text()
    old.write_text(feed.replace("26 Feb 2025", "15 Jan 2025").replace("Wed, 15", "Wed, 15"))
    assert paperlark("run", "--date", "2025-01-15", "--feeds", "feeds").exit_code == 0
    assert paperlark("deliver", "--date", "2025-01-15").exit_code == 0
    assert "15 January 2025" in mail.taken[0].as_string()


@pytest.mark.parametrize(
    "said",
    [("de", "Mittwoch, 26. Februar 2025", "Zum Abbestellen"), ("zh", "2025年2月26日", "如需停止")],
)
def test_a_page_is_shown_and_brought_in_the_language_of_the_profile(
    paperlark: Paperlark, home: Path, mail: MailServer, said: tuple[str, str, str]
) -> None:
    language, subject, words = said
    profile = home / "paperlark.toml"
    profile.write_text(f'language = "{language}"\n{profile.read_text()}')
    assert paperlark(*RUN).exit_code == 0
    assert subject in paperlark("show", "2025-02-26").stdout.splitlines()[0]
    assert paperlark("deliver").exit_code == 0
    assert subject in str(mail.taken[0]["Subject"])
    body = mail.taken[0].get_body(("plain",))
    assert body is not None
    assert words in body.get_content()


def test_an_alarm_tells_all_channels_one_sentence(paperlark: Paperlark, mail: MailServer) -> None:
    for _ in range(2):
        assert paperlark("deliver", "--alarm", "Hello from paperlark").exit_code == 0
    assert len(mail.taken) == 2
    body = mail.taken[0].get_body(("plain",))
    assert body is not None
    assert "Hello from paperlark" in body.get_content()


def test_a_trial_says_that_it_is_one(paperlark: Paperlark, mail: MailServer) -> None:
    assert paperlark("deliver", "--try").exit_code == 0
    assert "Test message" in str(mail.taken[0]["Subject"])
    body = mail.taken[0].get_body(("plain",))
    assert body is not None
    assert "It works: pages of 'Bats' will come here." in body.get_content()


def test_a_trial_does_not_make_a_channel_an_old_one(
    paperlark: Paperlark, home: Path, mail: MailServer
) -> None:
    _make_two_days(paperlark, home)
    assert paperlark("deliver", "--try").exit_code == 0
    assert paperlark("deliver").exit_code == 0
    assert len(mail.taken) == 2


def test_a_day_that_is_named_comes_alone(
    paperlark: Paperlark, home: Path, mail: MailServer
) -> None:
    _make_two_days(paperlark, home)
    assert paperlark("deliver", "--date", "2025-02-25").exit_code == 0
    (one,) = mail.taken
    assert "25 February" in str(one["Subject"])
    result = paperlark("deliver", "--date", "2025-01-01")
    assert result.exit_code == 1
    assert "no page for 2025-01-01: make it: paperlark run" in result.stderr


def test_a_database_that_is_busy_is_told_to_no_channel(
    paperlark: Paperlark, home: Path, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    paperlark(*RUN)
    monkeypatch.setattr("paperlark.cli._options.PATIENCE", 0.0)
    with run_lock(home / "paperlark.db", patience=0.0):
        result = paperlark("deliver")
    assert result.exit_code == 4
    assert "is at work on" in result.stderr
    assert mail.taken == []


def test_two_alarms_are_two_mails_to_the_mailbox(
    paperlark: Paperlark, environment: Environment, mail: MailServer
) -> None:
    paperlark("deliver", "--alarm", "one")
    environment.sleep(60)
    paperlark("deliver", "--alarm", "two")
    assert len(mail.mailbox) == 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("deliver", "--channel", "nobody"), "there is no channel 'nobody'; expected one of"),
    ],
)
def test_a_mistake_is_told(
    paperlark: Paperlark, mail: MailServer, arguments: tuple[str, ...], why: str
) -> None:
    result = paperlark(*arguments)
    assert result.exit_code == 2
    assert why in result.stderr
    assert mail.taken == []


def test_a_profile_without_a_channel_has_nothing_to_deliver_to(paperlark: Paperlark) -> None:
    result = paperlark("deliver")
    assert result.exit_code == 2
    assert "add a table [[deliver]]" in result.stderr


def test_nothing_is_brought_twice_because_of_another_title(
    paperlark: Paperlark, home: Path, mail: MailServer
) -> None:
    assert paperlark(*RUN).exit_code == 0
    assert "delivered" in paperlark("deliver").stdout
    profile = home / "paperlark.toml"
    profile.write_text(profile.read_text().replace('name = "Bats"', 'name = "Mammals"'))
    assert "already handled" in paperlark("deliver").stdout
    assert len(mail.taken) == 1
    assert paperlark(*RUN).exit_code == 0
    paperlark("deliver")
    assert len(mail.taken) == 1


def test_a_mail_has_links_to_vote_where_the_app_has_an_address(
    paperlark: Paperlark, home: Path, environment: Environment, mail: MailServer
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write('[read]\naddress = "https://papers.example.org/lark/"\n')
    assert paperlark(*RUN).exit_code == 0
    assert paperlark("deliver").exit_code == 0
    parts = [mail.taken[0].get_body((kind,)) for kind in ("plain", "html")]
    plain, html = (part.get_content() for part in parts if part is not None)
    links = re.findall(r"https://papers\.example\.org/lark(/vote/\S+)", plain)
    assert sorted(re.findall(r'href="https://papers\.example\.org/lark(/vote/[^"]+)"', html)) == (
        sorted(links)
    )
    opened = open_profile(home, environment=environment)
    voting = [link for link in links if not link.endswith("?do=save")]
    # The same link saves: what is behind the path is not signed.
    assert [f"{link}?do=save" for link in voting] == [one for one in links if one not in voting]
    allowed = [opened.reading.check_vote_link(link) for link in voting]
    assert {one.paper_id for one in allowed} == {f"2502.0000{number}" for number in (7, 8, 9)}
    assert [one.place for one in allowed] == [1, 2, 3]


def test_a_mail_has_no_link_to_vote_where_the_app_has_no_address(
    paperlark: Paperlark, home: Path, mail: MailServer
) -> None:
    assert paperlark(*RUN).exit_code == 0
    assert paperlark("deliver").exit_code == 0
    assert "vote" not in mail.taken[0].as_string().lower()
    assert not link_key_path(home / "paperlark.db").exists()


def test_a_key_that_cannot_be_read_keeps_no_mail_back(
    paperlark: Paperlark, home: Path, mail: MailServer
) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write('[read]\naddress = "https://papers.example.org"\n')
    link_key_path(home / "paperlark.db").write_bytes(b"short")
    assert paperlark(*RUN).exit_code == 0
    assert paperlark("deliver").exit_code == 0
    body = mail.taken[0].get_body(("plain",))
    assert body is not None
    assert "! There are no links to vote:" in body.get_content()
    assert "/vote/" not in body.get_content()

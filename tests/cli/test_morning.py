from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from paperlark.cli import cli
from paperlark.runs import morning
from paperlark.settings.environment import Environment
from standins import mail_server, webhooks
from standins.arxiv import StandInArxiv, status
from standins.commands import At, Paperlark
from standins.mail_server import PASSWORD, USER, MailServer
from standins.trust import Trust
from standins.webhooks import SLACK, Webhooks

TOKEN = "TIiajkdnlazkcOXrIdevi7FQ"  # noqa: S105  # it opens nothing
SECRETS = {
    "PAPERLARK_MAIL_PASSWORD": PASSWORD,
    "LAB_SLACK": f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}",
}


@pytest.fixture
def hooks(trusted: Trust, monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhooks]:
    standing = Webhooks()
    with webhooks.serving(standing, trusted.server) as proxy:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy)
        for name, secret in SECRETS.items():
            monkeypatch.setenv(name, secret)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        yield standing


@pytest.fixture
def mail(trusted: Trust) -> Iterator[MailServer]:
    standing = MailServer()
    with mail_server.serving(standing, trusted.server):
        yield standing


@pytest.fixture
def channels(home: Path, arxiv: StandInArxiv, hooks: Webhooks, mail: MailServer) -> StandInArxiv:
    """Return arXiv to a profile with a mailbox and a chat."""
    del hooks
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(
            f'[mail]\nserver = "127.0.0.1"\nport = {mail.port}\nuser = "{USER}"\n'
            f'sender = "{USER}"\n'
            '[[deliver]]\nname = "inbox"\nmail = "reader@example.org"\n'
            '[[deliver]]\nname = "lab"\nurl_variable = "LAB_SLACK"\n'
        )
    return arxiv


def test_a_morning_makes_the_page_and_brings_it_once(
    channels: StandInArxiv, paperlark: Paperlark, home: Path, mail: MailServer, hooks: Webhooks
) -> None:
    del channels
    result = paperlark("morning")
    assert result.exit_code == 0, result.output
    assert (home / "pages" / "2025-02-26.html").exists()
    assert "inbox: day of 2025-02-26 delivered" in result.stdout
    assert "lab: day of 2025-02-26 delivered" in result.stdout
    assert len(mail.taken) == 1
    assert len(hooks.of(SLACK)) >= 1
    chats = len(hooks.of(SLACK))
    again = paperlark("morning")
    assert again.exit_code == 0
    assert "nothing is due" in again.stdout
    assert "already handled" in again.stdout
    assert (len(mail.taken), len(hooks.of(SLACK))) == (1, chats)


def test_one_channel_that_fails_does_not_stop_the_next_and_is_tried_again(
    channels: StandInArxiv, paperlark: Paperlark, mail: MailServer, hooks: Webhooks
) -> None:
    del channels
    mail.fault = lambda: mail_server.REFUSED
    result = paperlark("morning")
    assert result.exit_code == 4
    assert "inbox: day of 2025-02-26 not delivered yet: the mail server" in result.stderr
    assert len(hooks.of(SLACK)) >= 1
    mail.fault = lambda: mail_server.WELL
    again = paperlark("morning")
    assert again.exit_code == 0
    assert len(mail.taken) == 1


def test_a_secret_that_is_not_there_is_told_with_what_to_do(
    channels: StandInArxiv,
    paperlark: Paperlark,
    mail: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del channels
    monkeypatch.delenv("LAB_SLACK")
    result = paperlark("morning")
    assert result.exit_code == 4
    assert "there is no secret LAB_SLACK: keep it: paperlark secret set LAB_SLACK" in result.stderr
    assert len(mail.taken) == 1


def test_a_day_without_a_page_is_told_once_and_the_page_comes_later(
    channels: StandInArxiv, paperlark: Paperlark, mail: MailServer
) -> None:
    channels.misbehave(status(503))
    for _ in range(2):
        assert paperlark("morning", "--no-wait").exit_code == 1
    assert len(mail.taken) == 1
    assert "No page" in str(mail.taken[0]["Subject"])
    channels.behave()
    assert paperlark("morning").exit_code == 0
    assert len(mail.taken) == 2
    assert "No page" not in str(mail.taken[1]["Subject"])


def test_missed_days_are_caught_up_and_brought(
    channels: StandInArxiv, at: At, home: Path, mail: MailServer
) -> None:
    assert at("2025-02-25T12:00", "morning", "--no-wait").exit_code in {0, 3}
    (home / "pages" / "2025-02-25.html").unlink(missing_ok=True)
    channels.today = channels.today.replace(day=26)
    result = at("2025-02-26T12:00", "morning")
    assert result.exit_code == 0, result.output
    assert len(mail.taken) == 2


def test_an_hour_too_early_nothing_is_done(
    channels: StandInArxiv, at: At, mail: MailServer
) -> None:
    # 04:20 UTC is 23:20 of the day before in New York, in winter.
    assert at("2025-02-26T12:00", "morning").exit_code == 0
    asked = len(channels.log)
    early = at("2025-02-27T04:20", "morning")
    assert early.exit_code == 0
    assert "Wednesday, 26 February 2025: nothing is due" in early.stdout
    assert len(channels.log) == asked
    assert len(mail.taken) == 1


def test_the_site_is_built_where_it_has_an_address_and_mails_link_to_it(
    channels: StandInArxiv, paperlark: Paperlark, home: Path, mail: MailServer
) -> None:
    del channels
    with (home / "paperlark.toml").open("a") as profile:
        profile.write('[site]\naddress = "https://example.org/papers"\n')
    result = paperlark("morning")
    assert result.exit_code == 0, result.output
    page = home / "site" / "bats" / "2025" / "02" / "26" / "index.html"
    assert page.exists()
    html = mail.taken[0].get_body(("html",))
    assert html is not None
    assert "https://example.org/papers/bats/2025/02/26/" in html.get_content()


def test_a_break_down_is_told_to_every_channel(
    channels: StandInArxiv,
    paperlark: Paperlark,
    mail: MailServer,
    hooks: Webhooks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del channels

    def broken(*_: object) -> int:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(morning, "_publish_site", broken)
    result = paperlark("morning")
    assert isinstance(result.exception, RuntimeError)
    assert "broke down" in str(mail.taken[0].get_body(("plain",)))
    assert "broke down" in hooks.of(SLACK)[0].text


def test_a_damaged_database_is_told_too(
    channels: StandInArxiv, paperlark: Paperlark, home: Path, mail: MailServer
) -> None:
    del channels
    (home / "paperlark.db").write_bytes(b"no database at all" * 1000)
    result = paperlark("morning", "--no-wait")
    assert result.exit_code == 1
    assert len(mail.taken) == 1
    assert "damaged" in mail.taken[0].as_string()


def test_no_secret_is_in_anything_that_was_written_or_said(
    channels: StandInArxiv, paperlark: Paperlark, home: Path, hooks: Webhooks, mail: MailServer
) -> None:
    del channels
    hooks.fault = lambda asked: webhooks.WELL if asked.startswith("connect") else webhooks.GONE
    result = paperlark("morning")
    assert result.exit_code == 4
    said = result.output.encode()
    written = b"".join(one.read_bytes() for one in home.rglob("*") if one.is_file())
    sent = b"".join(one.as_bytes() for one in mail.taken)
    for secret in (TOKEN, PASSWORD):
        assert secret.encode() not in said + written + sent


@pytest.mark.slow
def test_repeating_begins_each_announcement_day_just_after_midnight_in_new_york(
    channels: StandInArxiv, environment: Environment, home: Path, mail: MailServer
) -> None:
    del channels, home
    begun: list[datetime] = []

    class Enough(BaseException):
        pass

    def sleep(seconds: float) -> None:
        environment.sleep(seconds)
        begun.append(environment.now())
        if len(begun) > 200:
            raise Enough

    with pytest.raises(Enough):
        CliRunner().invoke(
            cli,
            ["morning", "--repeat", "--no-wait"],
            obj=replace(environment, sleep=sleep),
            catch_exceptions=False,
        )
    assert datetime(2025, 2, 27, 5, 20, tzinfo=UTC) in begun
    assert datetime(2025, 2, 28, 5, 20, tzinfo=UTC) in begun
    assert len([one for one in mail.taken if "26 February" in str(one["Subject"])]) == 1


@pytest.mark.slow
def test_repeating_outlives_a_break_down_and_tells_of_it_once_a_day(
    channels: StandInArxiv,
    environment: Environment,
    mail: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del channels

    class Enough(BaseException):
        pass

    tried: list[date] = []

    def broken(*_: object) -> int:
        tried.append(environment.now().date())
        if len(tried) > 6:
            raise Enough
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(morning, "_publish_site", broken)
    with pytest.raises(Enough):
        CliRunner().invoke(
            cli, ["morning", "--repeat", "--no-wait"], obj=environment, catch_exceptions=False
        )
    wednesday, thursday, friday = (date(2025, 2, day) for day in (26, 27, 28))
    assert tried == [wednesday] * 3 + [thursday] * 3 + [friday]
    alarms = [one for one in mail.taken if "wrong" in str(one["Subject"])]
    assert len(alarms) == 2


def test_weekly_channels_get_one_message_for_the_week(
    channels: StandInArxiv, at: At, home: Path, mail: MailServer
) -> None:
    text = (home / "paperlark.toml").read_text()
    weekly = text.replace('mail = "reader@', 'rhythm = "weekly"\npapers = 2\nmail = "reader@')
    (home / "paperlark.toml").write_text(weekly)
    assert at("2025-02-26T12:00", "morning").exit_code == 0
    assert mail.taken == []
    channels.misbehave(status(404))
    at("2025-03-01T12:00", "morning", "--no-wait")
    (week,) = mail.taken
    body = week.get_body(("plain",))
    assert body is not None
    assert "Wed" in body.get_content()
    at("2025-03-03T12:00", "morning", "--no-wait")
    assert [one for one in mail.taken if "week" in str(one["Subject"]).lower()] == [week]


def test_the_manifest_names_no_secret(
    channels: StandInArxiv, paperlark: Paperlark, home: Path
) -> None:
    del channels
    paperlark("morning")
    manifest = json.loads((home / "pages" / "2025-02-26.manifest.json").read_text())
    assert TOKEN not in json.dumps(manifest)

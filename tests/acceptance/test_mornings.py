from __future__ import annotations

from pathlib import Path

import pytest

from paperlark.delivery import due, send
from paperlark.delivery.deliveries import Outboxes
from paperlark.domain.delivery import MessageStatus, Parcel
from standins import mail_server, webhooks
from standins.looking_back import Tally
from standins.mail_server import MailServer
from standins.mornings import Mornings, unthrottled
from standins.trust import Trust, trust, trusted
from standins.webhooks import Webhooks

__all__ = ["trust", "trusted"]

pytestmark = pytest.mark.slow


def _live(
    folder: Path, trusted: Trust, monkeypatch: pytest.MonkeyPatch, *, seed: int, mornings: int
) -> Tally:
    hooks, mail = Webhooks(), MailServer()
    with (
        webhooks.serving(hooks, trusted.server) as proxy,
        mail_server.serving(mail, trusted.server),
        unthrottled(),
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("https_proxy", proxy)
        return Mornings(folder, hooks, mail, seed).live(mornings)


@pytest.mark.usefixtures("on_engine")
@pytest.mark.parametrize(
    ("engine", "seed", "mornings"),
    [
        *(("sqlite", seed, mornings) for seed, mornings in ((1, 15), (2, 15), (25, 6), (40, 6))),
        *(("postgresql", seed, mornings) for seed, mornings in ((2, 15), (40, 6))),
    ],
    indirect=["engine"],
)
def test_every_page_arrives_once_and_every_lasting_failure_is_told(
    tmp_path: Path, trusted: Trust, monkeypatch: pytest.MonkeyPatch, seed: int, mornings: int
) -> None:
    tally = _live(tmp_path, trusted, monkeypatch, seed=seed, mornings=mornings)
    assert not tally.breaches
    assert tally.seen["arrived"] > 20
    assert tally.seen["page ranked without a model"] > 0
    assert tally.seen["completion arrived"] > 0


def test_a_lost_answer_that_is_sent_again_is_found_out(
    tmp_path: Path, trusted: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mornings would notice: here every message is sent again until it is answered."""
    monkeypatch.setattr(send, "_resolve_interrupted", lambda parcel, *_: parcel)
    usual = send._send

    def careless(*arguments: object) -> tuple[MessageStatus, str | None]:
        fate, problem = usual(*arguments)  # type: ignore[arg-type]
        return (MessageStatus.WAITING if fate is MessageStatus.UNKNOWN else fate), problem

    monkeypatch.setattr(send, "_send", careless)
    tally = _live(tmp_path, trusted, monkeypatch, seed=3, mornings=15)
    assert any("came twice" in breach for breach in tally.breaches)


def test_a_page_that_is_never_sent_again_is_found_out(
    tmp_path: Path, trusted: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mornings would notice: here what was not taken once is given up."""
    usual = send._send

    def faint_hearted(*arguments: object) -> tuple[MessageStatus, str | None]:
        fate, problem = usual(*arguments)  # type: ignore[arg-type]
        return (MessageStatus.DELIVERED if fate is MessageStatus.WAITING else fate), problem

    monkeypatch.setattr(send, "_send", faint_hearted)
    tally = _live(tmp_path, trusted, monkeypatch, seed=2, mornings=15)
    assert any("a receipt and no page" in breach for breach in tally.breaches)


def test_a_message_that_is_left_out_is_found_out(
    tmp_path: Path, trusted: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mornings would notice: here of a long page only the first message is sent."""
    usual = send._send

    def lazy(parcel: Parcel, number: int, *others: object) -> tuple[MessageStatus, str | None]:
        return (MessageStatus.DELIVERED, None) if number else usual(parcel, number, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(send, "_send", lazy)
    tally = _live(tmp_path, trusted, monkeypatch, seed=2, mornings=15)
    assert any("papers that did not come" in breach for breach in tally.breaches)


def test_a_completion_that_is_forgotten_is_found_out(
    tmp_path: Path, trusted: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mornings would notice: here nobody is told that a page is complete."""
    monkeypatch.setattr(due, "_to_be_completed", lambda *_: False)
    tally = _live(tmp_path, trusted, monkeypatch, seed=2, mornings=10)
    assert any("completed and never told" in breach for breach in tally.breaches)


def test_a_run_that_hangs_in_silence_is_found_out(
    tmp_path: Path, trusted: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mornings would notice: here the channels hear nothing of a run that hangs."""
    monkeypatch.setattr(Outboxes, "tell_hanging", lambda *_: None)
    tally = _live(tmp_path, trusted, monkeypatch, seed=40, mornings=6)
    assert any("'hangs: it is at work' told 0 times" in breach for breach in tally.breaches)

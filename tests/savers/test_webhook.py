"""A webhook over real HTTP: signed as others verify it, each event once, and tried again."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from paperlark.domain.digest import Entry
from paperlark.domain.errors import SavingError
from paperlark.domain.saving import CopyState, SavedPaper
from paperlark.renderers.saved_payload import payload
from paperlark.renderers.webhook_schema import WebhookEvent, webhook_schema
from paperlark.savers.webhook import PAUSES, SAVED, UPDATED, WebhookClock, WebhookSaver
from paperlark.testing import FakeSavedCopies, a_paper
from standins.digests import entry
from standins.hostile import HOSTILE
from standins.webhook_receiver import LOST, SECRET, Receiver, receiving

DAY = date(2025, 2, 26)


@dataclass
class Pauses:
    """The clock of the machine, and pauses that take no time."""

    slept: list[float] = field(default_factory=list)

    @property
    def clock(self) -> WebhookClock:
        return WebhookClock(lambda: datetime.now(UTC), self.slept.append)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


def _saved(number: int = 1, **changes: Any) -> SavedPaper:
    note = changes.pop("note", "")
    page = entry(1)
    paper = a_paper(f"2502.{number:05}", **changes)
    saved = datetime(2025, 2, 27, 8, tzinfo=UTC)
    return SavedPaper(
        type(page)(1, paper, page.type, page.match, judgement=page.judgement), saved, DAY, note
    )


def _saver(receiver: Receiver, pauses: Pauses, **changes: Any) -> WebhookSaver:
    known = {"url": receiver.url, "secret": SECRET, "private": True, **changes}
    url, secret = known.pop("url"), known.pop("secret")
    return WebhookSaver(url, secret, payload, pauses.clock, place="hook", **known)


def test_a_saved_paper_is_told_once_and_again_when_it_changed(
    receiver: Receiver, pauses: Pauses
) -> None:
    copies, saver = FakeSavedCopies(), _saver(receiver, pauses)
    saver.bring([_saved(1)], copies)
    saver.bring([_saved(1)], copies)
    saver.bring([_saved(1, note="read it"), _saved(2)], copies)
    events = [(one["type"], one["data"]["arxiv"]) for one in receiver.taken.values()]
    assert events == [(SAVED, "2502.00001"), (UPDATED, "2502.00001"), (SAVED, "2502.00002")]
    assert [one["data"]["note"] for one in receiver.taken.values()] == [None, "read it", None]
    assert receiver.invalid == 0
    assert {one.state for one in copies.kept.values()} == {CopyState.THERE}


def test_what_is_sent_keeps_to_the_published_schema(receiver: Receiver, pauses: Pauses) -> None:
    plain = SavedPaper(Entry(1, a_paper("hep-th/9901001"), None, None), datetime.now(UTC))
    hostile = [
        _saved(number, title=one.title, abstract=one.abstract, note=one.title)
        for number, one in enumerate(HOSTILE.values(), 10)
    ]
    _saver(receiver, pauses).bring([_saved(1, note="x"), plain, *hostile], FakeSavedCopies())
    assert len(receiver.bodies) == len(hostile) + 2
    schema = json.loads(webhook_schema())
    for body in receiver.bodies:
        Draft202012Validator(schema).validate(json.loads(body))
        WebhookEvent.model_validate_json(body)


def test_an_event_keeps_its_id_and_its_body_until_it_is_taken(
    receiver: Receiver, pauses: Pauses
) -> None:
    copies, saver = FakeSavedCopies(), _saver(receiver, pauses)
    receiver.answers = [LOST, 500, (503, {"Retry-After": "30"})]
    with pytest.raises(SavingError, match="it answered 503"):
        saver.bring([_saved()], copies)
    saver.bring([_saved()], copies)
    assert len(set(receiver.seen)) == 1
    assert len(receiver.seen) == 4
    assert len({bytes(one) for one in receiver.bodies}) == 1
    assert len(receiver.taken) == 1
    assert pauses.slept == [*PAUSES]


def test_a_service_that_asks_for_time_gets_it_or_is_left_to_the_next_run(
    receiver: Receiver, pauses: Pauses
) -> None:
    copies, saver = FakeSavedCopies(), _saver(receiver, pauses)
    receiver.answers = [(429, {"Retry-After": "40"}), 200, (429, {"Retry-After": "4000"})]
    saver.bring([_saved(1)], copies)
    assert pauses.slept == [40]
    with pytest.raises(SavingError, match="429"):
        saver.bring([_saved(1), _saved(2)], copies)
    assert pauses.slept == [40]


def test_a_paper_that_the_service_refuses_stops_no_other(
    receiver: Receiver, pauses: Pauses
) -> None:
    copies = FakeSavedCopies()
    receiver.answers = [422, 200]
    _saver(receiver, pauses).bring([_saved(1), _saved(2)], copies)
    states = {one.paper_id: (one.state, one.problem) for one in copies.kept.values()}
    assert states == {
        "2502.00001": (CopyState.FAILED, "the webhook answered 422"),
        "2502.00002": (CopyState.THERE, None),
    }


@pytest.mark.parametrize(("status", "told"), [(302, "a redirect"), (404, "404"), (410, "410")])
def test_a_redirect_or_a_gone_address_is_one_line_and_nothing_more_is_sent(
    receiver: Receiver, pauses: Pauses, status: int, told: str
) -> None:
    receiver.answers = [(status, {"Location": f"{receiver.url}/other"})]
    with pytest.raises(SavingError, match=told) as raised:
        _saver(receiver, pauses).bring([_saved(1), _saved(2)], FakeSavedCopies())
    assert "\n" not in str(raised.value)
    assert receiver.paths == ["/hook"]


def test_a_wrong_secret_is_one_line(receiver: Receiver, pauses: Pauses) -> None:
    other = "whsec_" + "A" * 40
    with pytest.raises(SavingError, match="401"):
        _saver(receiver, pauses, secret=other).bring([_saved()], FakeSavedCopies())
    assert receiver.taken == {}


@pytest.mark.parametrize("secret", ["sesame", "whsec_!!!", "whsec_QUJD", "A" * 40])
def test_a_secret_that_is_none_is_told_without_it(
    receiver: Receiver, pauses: Pauses, secret: str
) -> None:
    with pytest.raises(SavingError, match="24 to 64 bytes") as raised:
        _saver(receiver, pauses, secret=secret)
    assert secret not in str(raised.value)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "192.168.1.1", "169.254.169.254"]
)
def test_a_private_address_is_asked_only_where_the_profile_allows_it(
    receiver: Receiver, pauses: Pauses, host: str
) -> None:
    saver = _saver(receiver, pauses, url=f"http://{host}:9/hook", private=False)
    with pytest.raises(SavingError, match="private_addresses = true"):
        saver.bring([_saved()], FakeSavedCopies())
    assert receiver.paths == []


def test_the_secret_and_the_address_are_in_no_log(
    receiver: Receiver, pauses: Pauses, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    receiver.answers = [500, 200]
    saver = _saver(receiver, pauses, url=f"{receiver.url}?token=sesame-open")
    saver.bring([_saved()], FakeSavedCopies())
    assert "webhook: attempt failed" in caplog.text
    assert SECRET.removeprefix("whsec_") not in caplog.text
    assert "sesame-open" not in caplog.text


def test_nothing_is_asked_where_nothing_is_due(receiver: Receiver, pauses: Pauses) -> None:
    # Not even the name of a host that there is not.
    saver = _saver(receiver, pauses, url="https://nowhere.invalid/hook", private=False)
    saver.bring([], FakeSavedCopies())


class _Killed(BaseException):
    pass


@dataclass
class _KilledStore(FakeSavedCopies):
    """Copies whose run is killed before or after a store, by chance."""

    dice: random.Random = field(default_factory=random.Random)
    chance: float = 0.1

    def keep(self, copies: Any) -> None:
        if self.dice.random() < self.chance:
            raise _Killed
        super().keep(copies)
        if self.dice.random() < self.chance:
            raise _Killed


@pytest.mark.parametrize("seed", range(8))
def test_whatever_fails_each_paper_is_there_once_as_it_is_last(
    receiver: Receiver, pauses: Pauses, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311  # chances that can be repeated
    copies = _KilledStore(dice=dice)
    papers: dict[int, SavedPaper] = {}
    numbers = count(1)

    def day(*, calm: bool) -> None:
        receiver.answers = [] if calm else dice.choices([200, LOST, 500, 429, 422, 404], k=6)
        try:
            _saver(receiver, pauses).bring(list(papers.values()), copies)
        except (SavingError, _Killed):
            assert not calm

    for _ in range(25):
        number = next(numbers)
        papers[number] = _saved(number)
        if dice.random() < 0.4:
            changed = dice.choice(list(papers))
            papers[changed] = _saved(changed, note=f"note {number}")
        day(calm=False)
    copies.chance = 0.0
    day(calm=True)
    told: dict[str, list[Any]] = {}
    for event in receiver.taken.values():
        told.setdefault(event["data"]["arxiv"], []).append(event)
    for saved in papers.values():
        events = told.pop(saved.paper.id)
        assert events[-1]["data"]["note"] == (saved.note or None)
        states = [json.dumps(one["data"], sort_keys=True) for one in events]
        assert len(states) == len(set(states))
    assert told == {}
    assert receiver.invalid == 0

"""Two workers, and a sender that is killed: what is paid for and sent all the same."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_httpserver import HTTPServer

from paperlark.domain.database_place import DatabaseServer
from standins.fleet_books import PaidCalls
from standins.fleet_group import FleetGroup, Process
from standins.fleet_roles import opened
from standins.mail_server import MailServer, serving
from standins.openai import stand_in
from standins.postgresql import Server, running, server_programs
from standins.small_fleet import SmallFleet

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240), pytest.mark.enable_socket]
DAY = date(2025, 3, 4)
_SEED = 5
"""Of a morning in which a worker and the server are killed."""


class _Deadly(MailServer):
    """Kills who sends the third mail: it is taken, and the sender does not come to note that."""

    victim: Process | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        if len(self.taken) == 3 and self.victim is not None:
            self.victim.send_signal(signal.SIGKILL)
            self.victim.wait(30)
        return answer


@pytest.fixture
def mail() -> Iterator[_Deadly]:
    server = _Deadly()
    with serving(server, None, login=False):
        yield server


@pytest.fixture
def group(server: Server, tmp_path: Path, mail: MailServer) -> Iterator[FleetGroup]:
    address = server.database()
    place = DatabaseServer(address, tmp_path / "paperlark")
    yield FleetGroup(tmp_path, place, DAY, readers=8, papers=6, mail=mail.port)
    server.drop(address)


def test_one_of_two_workers_pays_for_criteria_that_readers_of_both_have(group: FleetGroup) -> None:
    with ExitStack() as stack:
        http = stack.enter_context(HTTPServer(host="127.0.0.1", threaded=True))
        model, paid = stack.enter_context(stand_in(http)), PaidCalls()
        model.always, group.model, group.paid = paid, model.base_url, 2
        fleet, stop = opened(group.lay_out().file, DAY), threading.Event()
        fleet.morning(DAY, shard_size=1).begin(stop)
        workers = [fleet.worker(stop) for _ in range(2)]
        threads = [threading.Thread(target=one.run, args=(DAY,)) for one in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
    assert sum(one.made for one in workers) == 8
    assert all(one.made for one in workers)
    # Two criteria, of two readers each, and the six papers of their category.
    times = Counter(one.name for one in paid.papers)
    assert (len(times), set(times.values())) == (12, {1})
    assert sorted(group.digests()) == group.names


def test_a_sender_that_is_killed_over_a_mail_repeats_it_under_the_same_name_and_no_other(
    group: FleetGroup, mail: _Deadly
) -> None:
    fleet, stop = opened(group.lay_out().file, DAY), threading.Event()
    fleet.morning(DAY).begin(stop)
    fleet.worker(stop).run(DAY)
    mail.victim = group.start("deliver", f"--date={DAY}", "--at-once=1")
    mail.victim.communicate(timeout=100)
    assert mail.victim.returncode == -signal.SIGKILL
    assert len(mail.taken) == 3
    for _ in range(2):
        assert fleet.deliver(DAY, stop=stop).complete
    names = Counter(str(one["Message-ID"]) for one in mail.taken)
    assert len(names) == len({str(one["To"]) for one in mail.taken}) == 8
    # Of the three, only the mail that nobody noted is sent again; in which order is the threads'.
    assert [names[str(one["Message-ID"])] for one in mail.taken[:3]] == [1, 1, 2]
    assert names.total() == 9


def test_a_morning_whose_processes_are_killed_keeps_what_it_promises() -> None:
    """`benchmarks/fleet_kills.py` lives through hundreds of them."""
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        paths = (str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH"))
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
        fleet = SmallFleet(8, stack, stack.enter_context(running(programs)))
        morning = fleet.morning(_SEED)
        morning.live_through()
    assert morning.broken == []
    assert morning.seen["mails"] == 8

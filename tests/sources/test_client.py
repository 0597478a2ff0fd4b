from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.announcement import Feed, Via
from paperlark.domain.errors import SourceError, SourceUnreachable
from paperlark.sources import _client
from paperlark.sources._client import (
    PATIENCE,
    PAUSE,
    ArxivClient,
    ResponseClass,
    classify_response,
)
from paperlark.sources._http_cache import CachedResponse, HttpCache
from standins.arxiv import (
    Behaviour,
    StandInArxiv,
    hangs_up,
    rate_exceeded,
    says,
    slow,
    status,
    wrong_encoding,
)
from standins.watches import FakeWatch

TUESDAY = date(2025, 2, 25)
NOW = 1_740_000_000.0  # Wed, 19 Feb 2025 21:20:00 GMT


@pytest.fixture
def url(arxiv: StandInArxiv) -> str:
    return f"{arxiv.url('rss')}/cs.LG"


def test_requests_are_three_seconds_apart_at_every_endpoint(
    arxiv: StandInArxiv, client: ArxivClient, rate_limit_clock: FakeWatch
) -> None:
    for url in (f"{arxiv.url('rss')}/cs.LG", f"{arxiv.url('list')}/list/cs.LG/new"):
        client.get(url)
        client.get(url)
    assert rate_limit_clock.sleeps == [PAUSE] * 3
    assert PAUSE == 3.0


def test_a_pause_that_has_passed_by_itself_is_not_waited_for_again(
    client: ArxivClient, rate_limit_clock: FakeWatch, url: str
) -> None:
    client.get(url)
    rate_limit_clock.passes(2.0)
    client.get(url)
    rate_limit_clock.passes(60.0)
    client.get(url)
    assert rate_limit_clock.sleeps == [1.0]


@pytest.mark.parametrize(
    ("status_", "content", "meaning"),
    [
        (200, b"<rss/>", ResponseClass.OK),
        (200, b"Rate exceeded.", ResponseClass.RATE_LIMITED),
        (200, b" rate EXCEEDED\n", ResponseClass.RATE_LIMITED),
        (200, b"Rate exceeded." + b" " * 300, ResponseClass.OK),
        (304, b"", ResponseClass.NOT_MODIFIED),
        (400, b"", ResponseClass.REFUSED),
        (403, b"", ResponseClass.FORBIDDEN),
        (404, b"", ResponseClass.REFUSED),
        (406, b"", ResponseClass.NOT_ACCEPTABLE),
        (408, b"", ResponseClass.SERVER_ERROR),
        (429, b"", ResponseClass.RATE_LIMITED),
        (500, b"", ResponseClass.SERVER_ERROR),
        (503, b"", ResponseClass.RATE_LIMITED),
        (599, b"", ResponseClass.SERVER_ERROR),
        (204, b"", ResponseClass.REFUSED),
    ],
)
def test_every_answer_is_treated_as_what_it_is(
    status_: int, content: bytes, meaning: ResponseClass
) -> None:
    assert classify_response(status_, content) is meaning


def test_a_status_that_the_caller_reads_is_an_answer() -> None:
    assert classify_response(400, b"<rss/>", {400}) is ResponseClass.OK
    assert classify_response(400, b"Rate exceeded.", {400}) is ResponseClass.RATE_LIMITED


@pytest.mark.parametrize(
    ("behaviour", "waits"),
    [
        (status(429), [6.0]),
        (status(429, retry_after="20"), [20.0]),
        (status(503, retry_after="0"), [3.0]),
        (rate_exceeded, [6.0]),
        (status(500), [6.0]),
        (status(406), [30.0]),
        (hangs_up, [6.0]),
        (wrong_encoding, [6.0]),
    ],
)
def test_temporary_failures_are_retried_after_a_wait(
    arxiv: StandInArxiv,
    client: ArxivClient,
    rate_limit_clock: FakeWatch,
    *,
    behaviour: Behaviour,
    waits: list[float],
) -> None:
    arxiv.misbehave(behaviour, times=1)
    assert client.get(f"{arxiv.url('rss')}/cs.LG").status == 200
    assert rate_limit_clock.sleeps == waits


def test_waits_double_and_retries_end(
    arxiv: StandInArxiv, client: ArxivClient, rate_limit_clock: FakeWatch, url: str
) -> None:
    arxiv.misbehave(rate_exceeded)
    with pytest.raises(SourceUnreachable, match="rate is exceeded"):
        client.get(url)
    assert rate_limit_clock.sleeps == [6.0, 12.0, 24.0]
    assert len(arxiv.log) == 4


def test_after_406_there_is_only_one_more_attempt(
    arxiv: StandInArxiv, client: ArxivClient, rate_limit_clock: FakeWatch, url: str
) -> None:
    arxiv.misbehave(status(406))
    with pytest.raises(SourceUnreachable, match="HTTP 406"):
        client.get(url)
    assert len(arxiv.log) == 2
    assert rate_limit_clock.sleeps == [30.0]


def test_after_403_no_more_requests_are_sent(
    arxiv: StandInArxiv, client: ArxivClient, url: str
) -> None:
    arxiv.misbehave(status(403), times=1)
    with pytest.raises(SourceUnreachable, match="HTTP 403") as raised:
        client.get(url)
    assert "stop" in str(raised.value)
    with pytest.raises(SourceUnreachable, match=r"was asked nothing more, because .* HTTP 403"):
        client.get(f"{arxiv.url('list')}/list/cs.LG/new")
    assert len(arxiv.log) == 1


def test_the_next_run_remembers_a_403_for_six_hours(
    arxiv: StandInArxiv, tmp_path: Path, rate_limit_clock: FakeWatch, url: str
) -> None:
    def run(address: str) -> int:
        clock = rate_limit_clock.rate_limit_clock
        with ArxivClient("x", tmp_path, rate_limit_clock=clock) as client:
            return client.get(address).status

    arxiv.misbehave(status(403), times=1)
    with pytest.raises(SourceUnreachable, match="HTTP 403: arXiv asks us to stop"):
        run(url)
    with pytest.raises(SourceUnreachable, match=r"HTTP 403: it is not asked again for 6\.0 hours"):
        run(url)
    assert len(arxiv.log) == 1
    rate_limit_clock.passes(6 * 3600)
    assert run(url) == 200


@pytest.mark.parametrize("code", [404, 410, 204])
def test_refused_requests_are_not_repeated(
    arxiv: StandInArxiv, client: ArxivClient, url: str, code: int
) -> None:
    arxiv.misbehave(status(code))
    with pytest.raises(SourceUnreachable, match=f"HTTP {code}"):
        client.get(url)
    assert len(arxiv.log) == 1


def test_the_next_run_keeps_a_pause_of_a_day_too(
    arxiv: StandInArxiv, tmp_path: Path, rate_limit_clock: FakeWatch, url: str
) -> None:
    arxiv.misbehave(status(429, retry_after="86400"), times=1)
    for _ in range(2):
        with (
            ArxivClient(
                "x", tmp_path, rate_limit_clock=rate_limit_clock.rate_limit_clock
            ) as client,
            pytest.raises(SourceUnreachable, match="asked for a pause, of which 86400 s are left"),
        ):
            client.get(url)
    assert len(arxiv.log) == 1
    assert rate_limit_clock.sleeps == []
    rate_limit_clock.passes(86400 - PATIENCE)
    with ArxivClient("x", tmp_path, rate_limit_clock=rate_limit_clock.rate_limit_clock) as client:
        assert client.get(url).status == 200


def test_a_used_up_time_limit_is_an_error(
    arxiv: StandInArxiv, tmp_path: Path, rate_limit_clock: FakeWatch, url: str
) -> None:
    with ArxivClient(
        "x", tmp_path, budget=10, rate_limit_clock=rate_limit_clock.rate_limit_clock
    ) as client:
        client.get(url)
        rate_limit_clock.passes(11)
        with pytest.raises(SourceUnreachable, match="the 10 s allowed for it are used up"):
            client.get(url)
    assert len(arxiv.log) == 1


def test_waits_longer_than_the_time_limit_are_not_begun(
    arxiv: StandInArxiv, tmp_path: Path, rate_limit_clock: FakeWatch, url: str
) -> None:
    arxiv.misbehave(status(503, retry_after="60"))
    with (
        ArxivClient(
            "x", tmp_path, budget=30, rate_limit_clock=rate_limit_clock.rate_limit_clock
        ) as client,
        pytest.raises(SourceUnreachable, match="60 s, which is more than the 30 s"),
    ):
        client.get(url)
    assert rate_limit_clock.sleeps == []


def test_a_clock_that_jumps_costs_at_most_one_pause_and_saves_none(
    client: ArxivClient, rate_limit_clock: FakeWatch, url: str
) -> None:
    client.get(url)
    rate_limit_clock.clock -= 86_400
    client.get(url)
    rate_limit_clock.clock += 2 * 86_400
    client.get(url)
    assert rate_limit_clock.sleeps == [PAUSE, PAUSE]


@pytest.mark.parametrize(
    "note", ["", "nonsense", "nan nan", "inf inf", "1e999 3", "\udcff", "1 2 3"]
)
def test_a_garbled_file_costs_one_pause(
    client: ArxivClient, tmp_path: Path, rate_limit_clock: FakeWatch, url: str, note: str
) -> None:
    folder = tmp_path / "arxiv"
    folder.mkdir()
    (folder / "arxiv.asked").write_text(note, "utf-8", "surrogateescape")
    client.get(url)
    assert rate_limit_clock.sleeps == [PAUSE]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, url: str) -> None:
    (tmp_path / "file").touch()
    client = ArxivClient("x", tmp_path / "file" / "folder")
    with client, pytest.raises(SourceError, match="folder cannot be used"):
        client.get(url)


def test_an_unchanged_answer_comes_from_the_disk_of_an_earlier_run(
    arxiv: StandInArxiv, tmp_path: Path, rate_limit_clock: FakeWatch, url: str
) -> None:
    contents = []
    for _ in range(2):
        with ArxivClient(
            "x", tmp_path, rate_limit_clock=rate_limit_clock.rate_limit_clock
        ) as client:
            contents.append(client.get(url).content)
    assert contents[0] == contents[1] != b""
    assert [asked.status for asked in arxiv.log] == [200, 304]


def test_a_damaged_cache_entry_is_fetched_again(
    arxiv: StandInArxiv, client: ArxivClient, tmp_path: Path, url: str
) -> None:
    whole = client.get(url).content
    [kept] = (tmp_path / "arxiv" / "answers").iterdir()
    kept.write_bytes(kept.read_bytes()[:-5])
    assert client.get(url).content == whole
    assert [asked.status for asked in arxiv.log] == [200, 200]


@given(st.binary(max_size=100), st.integers(0, 200), st.binary(max_size=3))
def test_a_damaged_cache_entry_never_yields_other_content(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, at: int, damage: bytes
) -> None:
    answers = HttpCache(tmp_path_factory.mktemp("answers"))
    answers.keep("u", CachedResponse(content, '"e"', None))
    [path] = answers._folder.iterdir()
    raw = bytearray(path.read_bytes())
    raw[at : at + len(damage)] = damage
    path.write_bytes(raw)
    found = answers.find("u")
    assert found is None or found.content == content


def test_the_cache_is_bounded_and_keeps_the_newest(tmp_path: Path) -> None:
    answers = HttpCache(tmp_path, largest=3000)
    for n in range(10):
        answers.keep(f"u{n}", CachedResponse(b"x" * 1000, f'"{n}"', None))
    assert answers.find("u9")
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 3000


def test_an_answer_without_a_validator_is_not_cached(tmp_path: Path) -> None:
    HttpCache(tmp_path).keep("u", CachedResponse(b"x", None, None))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_costs_no_more_than_a_download(tmp_path: Path) -> None:
    (tmp_path / "answers").touch()
    answers = HttpCache(tmp_path / "answers")
    answers.keep("u", CachedResponse(b"x", '"e"', None))
    assert answers.find("u") is None


def test_answers_are_decompressed_and_redirects_followed(
    loopback: HTTPServer, client: ArxivClient
) -> None:
    loopback.clear()
    loopback.expect_request("/old").respond_with_data(status=301, headers={"Location": "/new"})
    loopback.expect_request("/new").respond_with_data(
        gzip.compress(b"hello"), headers={"Content-Encoding": "gzip"}
    )
    assert client.get(loopback.url_for("/old")).content == b"hello"


class _Asking:
    via = Via.RSS

    def __init__(self, client: ArxivClient, url: str) -> None:
        self._client, self._url = client, url

    def feed(self, category: str, day: date) -> Feed:
        self._client.get(self._url)
        return Feed(category, day, (), self._url, trail=("the listing is late",))


def test_a_feed_says_which_other_site_answered(
    loopback: HTTPServer, client: ArxivClient, url: str
) -> None:
    elsewhere = f"http://localhost:{loopback.port}/elsewhere"
    loopback.expect_request("/moved").respond_with_data(
        "", status=302, headers={"Location": elsewhere}
    )
    loopback.expect_request("/elsewhere").respond_with_data("a page, long enough" * 20)
    moved = client.noting(_Asking(client, loopback.url_for("/moved")))
    assert moved.feed("cs.LG", TUESDAY).trail == (
        "the listing is late",
        "127.0.0.1 redirected to localhost",
    )
    straight = client.noting(_Asking(client, url))
    assert straight.feed("cs.LG", TUESDAY).trail == ("the listing is late",)


def test_an_answer_without_end_is_cut_off(
    arxiv: StandInArxiv, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_client, "LARGEST", 2**20)
    arxiv.misbehave(says(gzip.compress(b" " * 2**22), content_encoding="gzip"))
    with (
        ArxivClient("x", tmp_path) as client,
        pytest.raises(SourceUnreachable, match="more than 1 MB"),
    ):
        client.get(url)


def test_an_answer_that_drips_is_given_up(
    loopback: HTTPServer, tmp_path: Path, rate_limit_clock: FakeWatch
) -> None:
    def drip(_request: Request) -> Response:
        def chunks() -> Iterator[bytes]:
            for _ in range(100):
                rate_limit_clock.passes(50)
                yield b"x" * 1000

        return Response(chunks(), direct_passthrough=True)

    loopback.clear()
    loopback.expect_request("/drip").respond_with_handler(drip)
    with (
        ArxivClient(
            "x", tmp_path, rate_limit_clock=rate_limit_clock.rate_limit_clock, attempts=1
        ) as client,
        pytest.raises(SourceUnreachable, match="no complete answer before the deadline"),
    ):
        client.get(loopback.url_for("/drip"))


@pytest.mark.parametrize("bad", ["http://[", "ftp://x.org/", "http://x.org/" + "x" * 70_000, "no"])
def test_an_invalid_address_is_one_clear_error(client: ArxivClient, bad: str) -> None:
    with pytest.raises(SourceUnreachable):
        client.get(bad)


def test_threads_take_turns(arxiv: StandInArxiv, tmp_path: Path, url: str) -> None:
    arxiv.misbehave(slow(0.02))
    with ArxivClient("x", tmp_path, pause=0.05) as client:
        threads = [threading.Thread(target=client.get, args=(url,)) for _ in range(4)]
        _run(threads)
    assert arxiv.most_at_once == 1
    assert len(arxiv.log) == 4
    assert min(arxiv.gaps) >= 0.045


def _run(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


ASKER = """
import sys
from pathlib import Path
from paperlark.sources._client import ArxivClient

with ArxivClient(f"asker/{sys.argv[3]}", Path(sys.argv[1]), pause=0.2) as client:
    print("ready", flush=True)
    for _ in range(int(sys.argv[4])):
        client.get(sys.argv[2])
"""


def _asker(folder: Path, url: str, name: str, times: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", ASKER, str(folder), url, name, str(times)]
    asker = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603  # our own interpreter
    assert asker.stdout
    assert asker.stdout.readline() == b"ready\n"
    return asker


def _end(asker: subprocess.Popen[bytes]) -> int:
    with asker:
        return asker.wait(60)


@pytest.mark.slow
def test_two_processes_ask_one_after_the_other(
    arxiv: StandInArxiv, tmp_path: Path, url: str
) -> None:
    askers = [_asker(tmp_path, url, name, 5) for name in ("one", "two")]
    assert [_end(asker) for asker in askers] == [0, 0]
    assert arxiv.most_at_once == 1
    assert sorted(asked.agent for asked in arxiv.log) == ["asker/one"] * 5 + ["asker/two"] * 5
    assert min(arxiv.gaps) >= 0.19


def test_a_killed_process_releases_the_lock_and_its_request_counts(
    arxiv: StandInArxiv, tmp_path: Path, url: str
) -> None:
    arxiv.misbehave(slow(5), times=1)
    asker = _asker(tmp_path, url, "killed", 1)
    _until(lambda: arxiv.most_at_once == 1)
    asker.kill()
    assert _end(asker) < 0
    began = time.monotonic()
    arxiv.misbehave(status(200))
    with ArxivClient("survivor", tmp_path, pause=0.2, attempts=1) as client:
        client.get(url)
    assert time.monotonic() - began < 5


def _until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not so():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_client_without_time_does_not_wait_for_another_process(
    arxiv: StandInArxiv, tmp_path: Path, url: str
) -> None:
    arxiv.misbehave(slow(20), times=1)
    asker = _asker(tmp_path, url, "slow", 1)
    _until(lambda: arxiv.most_at_once == 1)
    with (
        ArxivClient("x", tmp_path, budget=0.3) as client,
        pytest.raises(SourceUnreachable, match="another paperlark"),
    ):
        client.get(url)
    arxiv.released.set()
    assert _end(asker) == 0


def test_a_client_answers_to_any_bytes_with_bytes_or_our_error(
    arxiv: StandInArxiv, client: ArxivClient, url: str
) -> None:
    for content in (b"", b"\x00\xff", json.dumps({}).encode(), b"Rate exceede"):
        arxiv.misbehave(says(content), times=1)
        assert client.get(url).content == content

"""`paperlark doctor`: every kind of thing well, ill, and out of reach; and no secret told."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer

from paperlark import open_profile
from paperlark.cli import cli
from paperlark.doctor import examine
from paperlark.doctor.findings import Finding, Severity, exit_code
from paperlark.domain.delivery import Message, MessageStatus, Occasion, Parcel
from paperlark.settings.environment import Environment
from paperlark.store.database import open_database
from paperlark.store.lock import run_lock
from paperlark.store.outbox import OutboxStore
from paperlark.store.sqlite import VERSION
from standins import arxiv as arxiv_standin
from standins import mail_server
from standins import openai as model_standin
from standins.arxiv import StandInArxiv
from standins.arxiv_truth import made_up_truth
from standins.openai import KEY, StandIn
from standins.semantic_scholar import complains, scholar_on
from standins.trust import Trust, trust, trusted
from standins.watches import FakeWatch

__all__ = ["trust", "trusted"]

DAY = date(2025, 2, 26)
PROFILE = 'name = "Bats"\ncategories = ["cs.LG"]\n'
WELL = "## Bats\n\nRelevant: bats and their sonar, in caves and in cities, by night and by day.\n\n"
SECRETS = (KEY, mail_server.PASSWORD, "tokenofachat")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a profile in which nothing is wrong."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "criteria.md").write_text(f"{WELL}Not relevant: baseball.\n")
    (tmp_path / "paperlark.toml").write_text(PROFILE)
    return tmp_path


class NoKeyring:
    """A keyring that has nothing."""

    def get_password(self, service: str, name: str, /) -> None:
        del service, name

    def set_password(self, service: str, name: str, password: str, /) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, name: str, /) -> None:
        raise NotImplementedError


@pytest.fixture
def patient(home: Path) -> Environment:
    """Return Wednesday, 26 February 2025, 7 o'clock in New York, without any program or secret."""
    rate_limit_clock = FakeWatch(clock=datetime(2025, 2, 26, 12, tzinfo=UTC).timestamp())
    folders = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"),
               "XDG_CACHE_HOME": str(home / "cache")}  # fmt: skip
    return Environment(
        variables=folders,
        now=lambda: datetime.fromtimestamp(rate_limit_clock.clock, UTC),
        sleep=rate_limit_clock.sleep,
        rate_limit_clock=rate_limit_clock.rate_limit_clock,
        keyring=NoKeyring(),
        zone=lambda: UTC,
    )


def _with_secrets(environment: Environment, **secrets: str) -> Environment:
    return replace(environment, variables={**environment.variables, **secrets})


def _run(environment: Environment, *options: str) -> Result:
    return CliRunner().invoke(cli, ("doctor", *options), prog_name="paperlark", obj=environment)


def _findings(environment: Environment, *options: str) -> dict[str, dict[str, Any]]:
    """Return the findings by their checks, the worst of each; what is said holds no secret."""
    told = _run(environment, *options)
    result = _run(environment, "--json", *options)
    for secret in SECRETS:
        assert secret not in told.output
        assert secret not in result.output
    order = [str(severity) for severity in Severity]
    rows = json.loads(result.stdout)
    assert all(row.keys() == {"check", "state", "found", "mend"} for row in rows)
    assert result.exit_code == exit_code(
        Finding(row["check"], Severity(row["state"]), row["found"]) for row in rows
    )
    return {row["check"]: row for row in sorted(rows, key=lambda row: order.index(row["state"]))}


def _append(home: Path, lines: str) -> None:
    with (home / "paperlark.toml").open("a") as profile:
        profile.write(lines)


@pytest.fixture
def outside(home: Path, loopback: HTTPServer, server: StandIn) -> Iterator[StandInArxiv]:
    """Return a world in which arXiv and a model server answer, and have the profile ask them."""
    standing = StandInArxiv(loopback, made_up_truth([DAY - timedelta(days=1), DAY]), today=DAY)
    server.always = model_standin.says('{"ready": true}')
    _append(
        home,
        f'[sources]\nrss = "{standing.url("rss")}"\npages = "{standing.url("list")}"\n'
        f'oai = "{standing.url("oai")}"\nsearch = "{standing.url("api")}"\n'
        f'[judge]\nmodel = "gpt-4o"\nbase_url = "{server.base_url}"\nkey_variable = "MY_KEY"\n',
    )
    yield standing
    standing.released.set()


def test_where_all_is_well_it_says_so(
    outside: StandInArxiv, home: Path, patient: Environment, server: StandIn
) -> None:
    with open_database(home / "paperlark.db"):
        pass
    environment = _with_secrets(patient, MY_KEY=KEY)
    found = _findings(environment, "--yes")
    ill = {check: row["state"] for check, row in found.items() if row["state"] != "ok"}
    # The machine's clock is more than a year ahead of the made-up one.
    assert ill == {"clock": "warning", "schedule": "note"}
    assert found["arXiv's feeds"]["found"] == "the feed of cs.LG is of 2025-02-26, with 7 listings"
    assert "gpt-4o responds: 1100 tokens" in found["model"]["found"]
    assert "JSON schema" in found["response format"]["found"]
    assert found["MY_KEY"]["found"].endswith("in the environment variable MY_KEY")
    assert f"version {VERSION}, valid" in found["database"]["found"]
    assert [asked.door for asked in outside.log[:4]] == ["rss", "list", "oai", "api"]
    assert len(server.questions) == 2


def test_a_clock_that_goes_right_agrees(
    outside: StandInArxiv, patient: Environment, home: Path
) -> None:
    del outside, home
    found = _findings(replace(patient, now=lambda: datetime.now(UTC)))
    assert found["clock"]["state"] == "ok"


def test_every_mistake_in_the_profile_is_told_and_nothing_else_is_looked_at(
    home: Path, patient: Environment
) -> None:
    (home / "paperlark.toml").write_text('name = ""\ncategories = ["cs.XX"]\n')
    result = _run(patient)
    assert result.exit_code == 1
    assert "paperlark.toml:1: name is ''" in result.output
    assert "paperlark.toml:2: categories: arXiv has no category 'cs.XX'" in result.output
    assert "database" not in result.output


@pytest.mark.parametrize(
    ("tag", "state", "words"),
    [
        ("fr", "note", "no catalogue in French (fr): the page's own words are in English"),
        ("zh-Hant", "note", "no catalogue in Chinese (Traditional) (zh-Hant)"),
        ("xx", "warning", "no language is known by the tag 'xx'"),
    ],
)
def test_a_language_without_words_of_the_page_is_told(
    home: Path, patient: Environment, tag: str, state: str, words: str
) -> None:
    (home / "paperlark.toml").write_text(f'language = "{tag}"\n{PROFILE}')
    found = _findings(patient, "--offline")["language"]
    assert found["state"] == state
    assert words in found["found"]


@pytest.mark.parametrize("tag", ["de", "zh-CN", "DE", "en-GB"])
def test_a_language_of_a_catalogue_needs_no_word(
    home: Path, patient: Environment, tag: str
) -> None:
    (home / "paperlark.toml").write_text(f'language = "{tag}"\n{PROFILE}')
    assert "language" not in _findings(patient, "--offline")


def test_a_secret_that_stands_in_the_profile_is_not_repeated(
    home: Path, patient: Environment
) -> None:
    _append(home, f'[judge]\nmodel = "gpt-4o"\nkey_variable = "{KEY}"\n')
    found = _findings(patient, "--offline")
    assert found["profile"]["state"] == "error"
    assert "delete it here" in found["profile"]["found"]
    _append(home, '[[deliver]]\nname = "chat"\nurl_variable = "ntfy://tokenofachat"\n')
    assert _findings(patient, "--offline")["profile"]["state"] == "error"


@pytest.mark.parametrize(
    ("criteria", "state", "words"),
    [("Bats.", "warning", "very short"), (WELL, "note", "do not want")],
)
def test_thin_criteria_are_told(
    home: Path, patient: Environment, criteria: str, state: str, words: str
) -> None:
    (home / "criteria.md").write_text(criteria)
    found = _findings(patient, "--offline")["criteria"]
    assert found["state"] == state
    assert words in found["found"]


def test_a_whole_archive_is_told(home: Path, patient: Environment) -> None:
    (home / "paperlark.toml").write_text('name = "x"\ncategories = ["cs", "cs.LG"]\n')
    result = _run(patient, "--offline")
    assert "cs is a whole archive" in result.output
    assert "cs.LG is included in the whole archive anyway" in result.output


def test_proxy_and_certificates_are_shown_without_a_password(
    home: Path, patient: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = 'name = "x"\ncategories = ["cs.LG"]\n[sources]\nrss = "https://papers.invalid/rss"\n'
    (home / "paperlark.toml").write_text(profile)
    monkeypatch.setenv("https_proxy", "http://ada:secret@proxy:3128")
    found = _findings(patient, "--offline")
    assert found["proxy"]["found"] == "http://proxy:3128, by https_proxy"
    assert found["certificates"]["state"] == "ok"
    monkeypatch.setenv("SSL_CERT_FILE", str(home / "none.pem"))
    monkeypatch.setenv("https_proxy", "socks4://proxy:1080")
    found = _findings(patient, "--offline")
    assert found["certificates"]["state"] == found["proxy"]["state"] == "error"
    assert "SSL_CERT_FILE" in found["certificates"]["found"]
    assert "https_proxy names a socks4 proxy" in found["proxy"]["found"]


def test_offline_nobody_is_asked(
    outside: StandInArxiv, patient: Environment, server: StandIn
) -> None:
    found = _findings(_with_secrets(patient, MY_KEY=KEY), "--offline", "--yes")
    assert outside.log == []
    assert server.questions == []
    assert found["arXiv"]["found"] == "not contacted: --offline"
    assert found["model"]["found"] == "not contacted: --offline"
    assert found["clock"]["state"] == "note"


@pytest.mark.parametrize(
    ("door", "check", "state"),
    [
        ("rss", "arXiv's feeds", "error"),
        ("list", "arXiv's pages", "warning"),
        ("oai", "arXiv's records", "warning"),
        ("api", "arXiv's search", "warning"),
    ],
)
def test_a_door_that_does_not_open_is_told_and_the_others_are_tried(
    outside: StandInArxiv, patient: Environment, door: str, check: str, state: str
) -> None:
    outside.misbehave(arxiv_standin.status(500), door=door)
    found = _findings(patient)
    assert found[check]["state"] == state
    assert "HTTP 500" in found[check]["found"]
    others = {"arXiv's feeds", "arXiv's pages", "arXiv's records", "arXiv's search"} - {check}
    assert {found[other]["state"] for other in others} == {"ok"}


@pytest.mark.parametrize(("days", "state"), [(1, "note"), (30, "warning")])
def test_the_age_of_the_feed_is_told(
    outside: StandInArxiv, patient: Environment, days: int, state: str
) -> None:
    outside.today = DAY - timedelta(days=days)
    assert _findings(patient)["arXiv's feeds"]["state"] == state


def test_on_a_weekend_friday_s_feed_is_not_old(outside: StandInArxiv, patient: Environment) -> None:
    outside.today = date(2025, 2, 28)
    sunday = replace(patient, now=lambda: datetime(2025, 3, 2, 12, tzinfo=UTC))
    assert _findings(sunday)["arXiv's feeds"]["state"] == "ok"


def test_without_its_key_the_model_is_not_asked(
    outside: StandInArxiv, patient: Environment, server: StandIn
) -> None:
    del outside
    found = _findings(patient, "--yes")
    assert found["model"]["state"] == found["MY_KEY"]["state"] == "error"
    assert found["MY_KEY"]["mend"] == "paperlark secret set MY_KEY"
    assert server.questions == []


@pytest.mark.parametrize("options", [(), ("--no-model-call",)])
def test_nothing_is_paid_unasked(
    outside: StandInArxiv, patient: Environment, server: StandIn, options: tuple[str, ...]
) -> None:
    del outside
    found = _findings(_with_secrets(patient, MY_KEY=KEY), *options)
    assert found["model"]["state"] == "note"
    assert server.questions == []


def test_what_a_question_costs_is_told_before_it_is_put(
    outside: StandInArxiv, home: Path, patient: Environment, server: StandIn
) -> None:
    del outside
    told: list[tuple[str, int]] = []

    def may(cost: str) -> bool:
        told.append((cost, len(server.questions)))
        return True

    environment = _with_secrets(patient, MY_KEY=KEY)
    list(examine(home / "paperlark.toml", environment, may_ask_model=may))
    cost = f"one tiny request to gpt-4o at {server.base_url}, for an unknown price"
    assert told == [(cost, 0)]
    assert len(server.questions) == 1


@pytest.mark.parametrize(
    ("behaviour", "state"),
    [
        (model_standin.complains(401, {"message": f"Incorrect API key: {KEY}"}), "error"),
        (model_standin.complains(404, "no such model"), "error"),
        (model_standin.complains(503, "overloaded"), "warning"),
        (model_standin.says("I am here."), "ok"),
    ],
)
def test_what_the_model_server_answers_is_told(
    outside: StandInArxiv, patient: Environment, server: StandIn, behaviour: Any, state: str
) -> None:
    del outside
    server.always = behaviour
    found = _findings(_with_secrets(patient, MY_KEY=KEY), "--yes")
    assert found["model"]["state"] == state
    if state == "ok":
        assert "not in the requested format" in found["response format"]["found"]


def test_what_was_learned_of_a_server_is_told_without_asking_it(
    outside: StandInArxiv, home: Path, patient: Environment, server: StandIn
) -> None:
    del outside
    with open_database(home / "paperlark.db"):
        pass
    environment = _with_secrets(patient, MY_KEY=KEY)
    _run(environment, "--yes")
    asked = len(server.questions)
    found = _findings(environment, "--no-model-call")
    assert "found on 2025-02-26" in found["response format"]["found"]
    assert len(server.questions) == asked


def test_a_hosted_model_has_a_price_and_wants_a_budget(home: Path, patient: Environment) -> None:
    _append(home, '[judge]\nmodel = "gpt-4o"\n')
    found = _findings(patient, "--offline")
    assert "genai-prices" in found["price"]["found"]
    assert found["budget"]["state"] == "note"
    _append(home, "[budget]\nmonth = 5\n")
    assert _findings(patient, "--offline")["budget"]["found"] == "at most $5.00 a month"


def test_a_budget_that_nobody_can_keep_to_is_an_error(home: Path, patient: Environment) -> None:
    _append(home, '[judge]\nmodel = "unheard-of"\nbase_url = "https://example.org/v1"\n')
    assert _findings(patient, "--offline")["price"]["state"] == "note"
    _append(home, "[budget]\nday = 1\n")
    assert _findings(patient, "--offline")["budget"]["state"] == "error"


def test_the_service_that_knows_people_is_asked_where_it_is_needed(
    home: Path, patient: Environment, loopback: HTTPServer
) -> None:
    with scholar_on(loopback) as scholar:
        url = loopback.url_for("/graph/v1")
        _append(home, f'least_h_index = 3\n[sources]\nsemantic_scholar = "{url}"\n'
                'rss = "http://127.0.0.1:9"\npages = "http://127.0.0.1:9"\n'
                'oai = "http://127.0.0.1:9"\nsearch = "http://127.0.0.1:9"\n')  # fmt: skip
        assert _findings(patient)["Semantic Scholar"]["state"] == "ok"
        scholar.then(*[complains(500, "oops")] * 2)
        found = _findings(patient)["Semantic Scholar"]
        assert found["state"] == "warning"
        assert "500" in found["found"]
        assert _findings(patient, "--offline")["Semantic Scholar"]["state"] == "note"


def test_a_database_that_is_not_there_yet_is_no_fault_and_none_is_made(
    home: Path, patient: Environment
) -> None:
    found = _findings(patient, "--offline")["database"]
    assert found["state"] == "note"
    assert sorted(path.name for path in home.iterdir()) == ["criteria.md", "paperlark.toml"]


def test_a_damaged_database_is_told_and_left_where_it_is(home: Path, patient: Environment) -> None:
    (home / "paperlark.db").write_bytes(b"SQLite format 3\x00" + b"rubbish" * 900)
    before = (home / "paperlark.db").read_bytes()
    assert _findings(patient, "--offline")["database"]["state"] == "error"
    assert (home / "paperlark.db").read_bytes() == before
    (home / "paperlark.db").rename(home / "paperlark.db.damaged-1")
    assert _findings(patient, "--offline")["database"]["state"] == "error"


@pytest.mark.parametrize(("version", "state"), [(VERSION - 1, "note"), (VERSION + 1, "error")])
def test_another_version_of_the_database_is_told(
    home: Path, patient: Environment, version: int, state: str
) -> None:
    connection = sqlite3.connect(home / "paperlark.db")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    assert _findings(patient, "--offline")["database"]["state"] == state


def test_a_run_that_is_at_work_is_told(home: Path, patient: Environment) -> None:
    with open_database(home / "paperlark.db"):
        pass
    with run_lock(home / "paperlark.db", patience=0.0):
        found = _findings(patient, "--offline")["runs"]
    assert found["state"] == "note"
    assert f"process {os.getpid()}" in found["found"]


def test_a_file_in_a_folder_s_place_is_an_error(home: Path, patient: Environment) -> None:
    (home / "pages").write_text("a file")
    found = _findings(patient, "--offline")
    assert found["pages"]["state"] == "error"
    assert found["site"]["state"] == "ok"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_an_error(home: Path, patient: Environment) -> None:
    (home / "pages").mkdir(mode=0o500)
    assert _findings(patient, "--offline")["pages"]["state"] == "error"


def _mailing(home: Path, port: int) -> None:
    _append(
        home,
        '[[deliver]]\nname = "inbox"\nmail = "reader@example.org"\n'
        f'[mail]\nserver = "127.0.0.1"\nport = {port}\nuser = "{mail_server.USER}"\n'
        f'sender = "{mail_server.USER}"\n',
    )


@pytest.mark.parametrize(
    ("fault", "state"), [(mail_server.WELL, "ok"), (mail_server.NO_LOGIN, "error")]
)
def test_a_mail_server_is_logged_into_and_nothing_is_sent(
    home: Path, patient: Environment, trusted: Trust, fault: str, state: str
) -> None:
    _append(home, '[sources]\nrss = "http://127.0.0.1:9"\npages = "http://127.0.0.1:9"\n'
            'oai = "http://127.0.0.1:9"\nsearch = "http://127.0.0.1:9"\n')  # fmt: skip
    standing = mail_server.MailServer(lambda: fault)
    with mail_server.serving(standing, trusted.server):
        _mailing(home, standing.port)
        environment = _with_secrets(patient, PAPERLARK_MAIL_PASSWORD=mail_server.PASSWORD)
        assert _findings(environment)["inbox"]["state"] == state
        assert standing.logins >= 1
        logins = standing.logins
        assert _findings(environment, "--offline")["inbox"]["state"] == "note"
    assert standing.logins == logins
    assert standing.taken == []


def test_a_mail_server_that_is_not_there_is_a_warning_and_a_lacking_password_an_error(
    home: Path, patient: Environment, loopback: HTTPServer
) -> None:
    _append(home, '[sources]\nrss = "http://127.0.0.1:9"\npages = "http://127.0.0.1:9"\n'
            'oai = "http://127.0.0.1:9"\nsearch = "http://127.0.0.1:9"\n')  # fmt: skip
    del loopback
    _mailing(home, 9)
    assert _findings(patient)["inbox"]["state"] == "error"
    environment = _with_secrets(patient, PAPERLARK_MAIL_PASSWORD=mail_server.PASSWORD)
    assert _findings(environment)["inbox"]["state"] == "warning"


@pytest.mark.parametrize(
    ("address", "state"),
    [("ntfy://ntfy.sh/tokenofachat", "ok"), ("nosuchthing://tokenofachat", "error")],
)
def test_the_address_of_a_chat_is_understood_or_not_and_never_told(
    home: Path, patient: Environment, address: str, state: str, capfd: pytest.CaptureFixture[str]
) -> None:
    _append(home, '[[deliver]]\nname = "phone"\nurl_variable = "PHONE"\n')
    assert _findings(patient, "--offline")["phone"]["state"] == "error"
    found = _findings(_with_secrets(patient, PHONE=address), "--offline")
    assert found["phone"]["state"] == state
    assert "tokenofachat" not in "".join(capfd.readouterr())


def test_places_for_saved_papers_are_checked_and_left_as_they_are(
    home: Path, patient: Environment
) -> None:
    (home / "mine.bib").write_text("@misc{mine}")
    (home / "file").write_text("")
    _append(
        home,
        '[notes]\nfolder = "vault/papers"\n[bibtex]\nfile = "mine.bib"\n'
        '[webhook]\nurl = "http://127.0.0.1:9/hook"\nsecret_variable = "HOOK"\n',
    )
    found = _findings(patient, "--offline")
    assert found["notes"]["state"] == "ok"
    assert not (home / "vault").exists()
    assert found["bibtex"]["state"] == "error"
    assert "was not written by paperlark" in found["bibtex"]["found"]
    assert found["webhook"]["state"] == "error"
    unsound = _findings(_with_secrets(patient, HOOK="tokenofahook"), "--offline")["webhook"]
    assert unsound["state"] == "error"
    assert "tokenofahook" not in str(unsound)
    sound = _with_secrets(patient, HOOK=f"whsec_{'A' * 40}")
    assert _findings(sound, "--offline")["webhook"]["state"] == "note"


def test_what_was_not_brought_is_told(home: Path, patient: Environment) -> None:
    _append(home, '[[deliver]]\nname = "phone"\nurl_variable = "PHONE"\n')
    now = patient.now()
    parcel = Parcel(
        "Bats", "phone", Occasion.DAY, DAY, (Message("", "x"),), (MessageStatus.WAITING,), now, now,
        "phone: nobody answered",
    )  # fmt: skip
    with open_database(home / "paperlark.db") as connection:
        OutboxStore(connection, home / "paperlark.db").keep(parcel)
    found = _findings(_with_secrets(patient, PHONE="ntfy://ntfy.sh/tokenofachat"), "--offline")
    assert found["phone"]["state"] == "warning"
    assert found["phone"]["found"] == "1 day not delivered yet (phone: nobody answered)"


def test_a_secret_that_others_can_read_is_an_error(home: Path, patient: Environment) -> None:
    _append(home, '[judge]\nmodel = "gpt-4o"\nkey_variable = "MY_KEY"\n')
    private = home / "config" / "paperlark" / "secrets.toml"
    private.parent.mkdir(parents=True)
    private.write_text(f'MY_KEY = "{KEY}"\n')
    private.chmod(0o644)
    found = _findings(patient, "--offline")
    assert found["MY_KEY"]["state"] == found["secrets"]["state"] == "error"
    assert found["secrets"]["mend"] == f"chmod 600 {private}"
    private.chmod(0o600)
    found = _findings(patient, "--offline")
    assert found["MY_KEY"]["state"] == found["secrets"]["state"] == "ok"


def test_a_timer_of_this_profile_is_told_with_its_next_start(
    home: Path, patient: Environment
) -> None:
    runner = CliRunner()
    set_it = ("schedule", "docker", "--yes")
    assert runner.invoke(cli, set_it, obj=patient).exit_code == 0
    found = _findings(patient, "--offline")["schedule"]
    assert found["state"] == "ok"
    assert found["found"] == f"{home / 'compose.yaml'}: runs continuously"
    systemd = ("schedule", "systemd", "--yes")
    assert runner.invoke(cli, systemd, obj=patient).exit_code == 0
    assert "starts next on Thu 27 Feb" in _run(patient, "--offline").output
    assert _findings(patient, "--offline")["schedule"]["state"] == "warning"


@pytest.mark.parametrize(
    "options", [(), ("--category", "logic in computer science", "--follow", "Ada Lovelace")]
)
def test_nothing_is_wrong_with_what_init_writes(
    home: Path, patient: Environment, options: tuple[str, ...]
) -> None:
    made = CliRunner().invoke(cli, ("init", "mine", "--yes", *options), obj=patient)
    assert made.exit_code == 0, made.output
    found = _findings(patient, "--offline", "--profile", str(home / "mine" / "paperlark.toml"))
    assert {row["state"] for row in found.values()} <= {"ok", "note"}


def test_yes_and_no_model_call_contradict_each_other(patient: Environment, home: Path) -> None:
    del home
    assert _run(patient, "--yes", "--no-model-call").exit_code == 2


def test_the_exit_code_is_that_of_the_worst() -> None:
    findings = [Finding("a", severity, "") for severity in Severity]
    assert exit_code(findings) == 1
    assert exit_code(findings[:3]) == 3
    assert exit_code(findings[:2]) == 0
    assert exit_code([]) == 0


_PRICED = "[judge.prices]\nprompt = 2.5\ncompletion = 10\n"


def test_its_question_is_in_the_books(
    outside: StandInArxiv, home: Path, patient: Environment, server: StandIn
) -> None:
    del outside
    _append(home, _PRICED)
    environment = _with_secrets(patient, MY_KEY=KEY)
    assert _findings(environment, "--yes")["model"]["state"] == "ok"
    (paid,) = open_profile(home / "paperlark.toml").spending().expenses
    asked = len(server.questions)
    assert (paid.model, paid.requests) == ("gpt-4o", asked)
    assert paid.cost.total == asked * Decimal("0.0035")
    server.always = model_standin.hangs_up
    assert _findings(environment, "--yes")["model"]["state"] == "warning"
    report = open_profile(home / "paperlark.toml").spending()
    (paid,) = report.expenses
    assert (paid.requests, paid.unpriced) == (len(server.questions), len(server.questions) - asked)
    assert paid.most is not None
    assert not report.outstanding


def test_its_question_keeps_to_the_budget_and_to_the_books(
    outside: StandInArxiv, home: Path, patient: Environment, server: StandIn
) -> None:
    del outside
    _append(home, f"{_PRICED}[budget]\nmonth = 0.0001\n")
    environment = _with_secrets(patient, MY_KEY=KEY)
    found = _findings(environment, "--yes")["model"]
    assert found["state"] == "note"
    assert found["found"].startswith("not contacted: this month's budget of $0.0001 is used up")
    with run_lock(home / "paperlark.db", patience=0.0):
        found = _findings(environment, "--yes")["model"]
    assert found["state"] == "note"
    assert "is at work on" in found["found"]
    assert not server.questions

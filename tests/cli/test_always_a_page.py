"""Whatever the model does there is a page, which is completed once the model is back."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from paperlark.domain.paper import Paper
from standins import mail_server
from standins.arxiv import StandInArxiv
from standins.commands import At, Paperlark
from standins.failing_models import WELL
from standins.mail_server import MailServer
from standins.openai import (
    Behaviour,
    StandIn,
    complains,
    hangs_up,
    judges,
    never_answers,
    papers_of,
    refuses_schemas,
    says,
    says_in,
    streams,
    with_scores,
)

DAY = "2025-02-26"
NO_KEY = {"message": "Incorrect API key provided", "type": "invalid_request_error"}

FAULTS: dict[str, Behaviour] = {
    "hangs up": hangs_up,
    "slow": never_answers,
    "401": complains(401, NO_KEY),
    "402": complains(402, "Your credit balance is too low"),
    "403": complains(403, "This key may not use the model"),
    "404": complains(404, "The model `a-model` does not exist"),
    "429 for hours": complains(429, "Rate limit reached", Retry_After="7200"),
    "503": complains(503, "Overloaded"),
    "400": complains(400, "No."),
    "garbage": says("I am sorry, but as a language model I like all papers."),
    "blank": says(""),
    "blank with reasoning": says("", reasoning_content="The first is good, the second is not."),
    "stream only": streams(),
}
MOST_REQUESTS = 1.2 * 1 + 5
"""For a day of one question: 1.2 times what it takes when all is well, and 5."""


@dataclass
class Model:
    """A model that can be well or not; `judged` are the papers it judged, as often as it did."""

    standing: StandIn
    judged: list[str]

    def suffers(self, fault: Behaviour) -> None:
        """Answer every further question so."""
        self.standing.always = fault

    def recovers(self) -> None:
        """Answer every further question well."""
        self.standing.released.set()
        self.standing.always = self.well

    def well(self, standing: StandIn, request: Any) -> Any:
        self.judged += [paper["id"] for paper in papers_of(json.loads(request.data))]
        return WELL(standing, request)


def _profile(home: Path, base_url: str, *more: str) -> None:
    table = ("[judge]", 'model = "a-model"', f'base_url = "{base_url}"', "timeout = 0.3", *more)
    with (home / "paperlark.toml").open("a") as profile:
        profile.write("\n".join((*table, "")))


@pytest.fixture
def arxiv(arxiv: StandInArxiv) -> StandInArxiv:
    """Serve an arXiv that announces what the reader likes."""
    arxiv.truth = {
        day: {
            category: tuple(replace(one, paper=_about_bats(one.paper)) for one in listings)
            for category, listings in categories.items()
        }
        for day, categories in arxiv.truth.items()
    }
    return arxiv


def _about_bats(paper: Paper) -> Paper:
    return replace(paper, title=f"Bats and sonar {paper.id}", abstract="How sonar serves bats.")


@pytest.fixture
def model(home: Path, arxiv: StandInArxiv) -> Iterator[Model]:
    del arxiv
    with HTTPServer(host="127.0.0.1", threaded=True) as loopback:
        standing = StandIn(loopback)
        _profile(home, standing.base_url)
        # Fewer than there are, so that a completed page has papers that were not there before.
        profile = home / "paperlark.toml"
        profile.write_text(f"page_size = 2\n{profile.read_text()}")
        yield Model(standing, [])
        standing.released.set()


def _page(home: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((home / "pages" / f"{DAY}.json").read_text())
    return document


def _ids(page: dict[str, Any]) -> set[str]:
    return {entry["id"] for entry in page["entries"]}


def _check_partial(home: Path) -> None:
    """Hold that the page is made by the ranker, and says so at its top."""
    page = _page(home)
    papers = page["funnel"]["scanned"]
    assert page["status"] == "partial"
    assert page["funnel"]["unjudged"] == papers > 0
    assert page["entries"]
    assert all(entry["unjudged"] and not entry["judgement"] for entry in page["entries"])
    chosen = len(page["entries"])
    note = rf"a-model did not judge {papers} papers \((.+?)\); the embedded ranker chose {chosen}"
    html = unescape((home / "pages" / f"{DAY}.html").read_text())
    header = html.partition("</header>")[0]
    for top in (header, (home / "pages" / f"{DAY}.md").read_text().partition("## Contents")[0]):
        found = re.search(note, top)
        assert found, top
        assert len(found[1]) > 10
    assert html.count(">not judged</span>") == chosen


def _check_complete(home: Path, model: Model) -> None:
    """Hold that every paper was judged, once, and the page is what it would have been."""
    page = _page(home)
    assert page["status"] == "complete"
    assert page["funnel"]["judged"] == page["funnel"]["scanned"]
    assert all(not entry["unjudged"] and entry["judgement"] for entry in page["entries"])
    assert len(model.judged) == len(set(model.judged)) == page["funnel"]["scanned"]


@pytest.mark.parametrize("fault", FAULTS)
def test_today_there_is_a_page_whatever_the_model_does_and_later_it_is_completed(
    home: Path, model: Model, paperlark: Paperlark, fault: str
) -> None:
    model.suffers(FAULTS[fault])
    result = paperlark("today")
    assert result.exit_code == 3, result.output
    assert "a-model did not judge" in " ".join(result.stdout.split())
    _check_partial(home)
    assert len(model.standing.questions) <= MOST_REQUESTS
    assert not (home / "pages" / f"{DAY}.failed.json").exists()
    model.recovers()
    again = paperlark("today")
    assert again.exit_code == 0, again.output
    _check_complete(home, model)
    assert paperlark("today").exit_code == 0
    _check_complete(home, model)


@pytest.mark.parametrize("fault", FAULTS)
def test_in_the_morning_it_is_delivered_and_its_completion_is_told_of_once(
    home: Path, model: Model, mail: MailServer, paperlark: Paperlark, fault: str
) -> None:
    model.suffers(FAULTS[fault])
    result = paperlark("morning")
    assert result.exit_code == 3, result.output
    assert f"{DAY}: a-model did not judge" in result.stderr
    _check_partial(home)
    assert len(model.standing.questions) <= MOST_REQUESTS
    before = _ids(_page(home))
    (first,) = mail.taken
    assert ", incomplete" in str(first["Subject"])
    assert "a-model did not judge" in _text(first)
    model.recovers()
    again = paperlark("morning")
    assert again.exit_code == 0, again.output
    assert f"inbox: completion of {DAY} delivered" in again.stdout
    _check_complete(home, model)
    _, second = mail.taken
    new = _ids(_page(home)) - before
    assert new
    assert str(second["Subject"]).startswith("Completed: Wednesday, 26 February 2025: ")
    assert _sent(second) == new
    for _ in range(2):
        third = paperlark("morning")
        assert third.exit_code == 0
        assert len(mail.taken) == 2


ODD: dict[str, Behaviour] = {
    "in reasoning_content": says_in("reasoning_content"),
    "half scores": judges(with_scores(lambda score: score + 0.5 if score < 10 else score)),
    "8 out of 10": judges(with_scores(lambda score: f"{score} out of 10")),
    "schema refused": refuses_schemas(400, "failed to parse grammar"),
}


@pytest.mark.parametrize("command", ["today", "morning"])
@pytest.mark.parametrize("odd", ODD)
def test_answers_of_an_odd_form_are_read_at_the_price_of_a_good_day(
    home: Path, model: Model, paperlark: Paperlark, odd: str, command: str
) -> None:
    # Answers are counted here: none may seem late where the machine is busy.
    profile = home / "paperlark.toml"
    profile.write_text(profile.read_text().replace("timeout = 0.3", "timeout = 30"))
    model.suffers(ODD[odd])
    assert paperlark(command).exit_code == 0
    page = _page(home)
    assert page["status"] == "complete"
    assert page["funnel"]["judged"] == page["funnel"]["scanned"]
    assert len(model.standing.questions) <= 1 + 1


@pytest.mark.parametrize("fault", ["hangs up", "503", "slow"])
def test_a_model_that_failed_is_asked_one_question_by_the_next_run_and_not_doomed_by_it(
    home: Path, model: Model, paperlark: Paperlark, fault: str
) -> None:
    model.suffers(FAULTS[fault])
    assert paperlark("morning").exit_code == 3
    for _ in range(3):
        before = len(model.standing.questions)
        assert paperlark("morning").exit_code == 3
        assert len(model.standing.questions) == before + 1
    model.recovers()
    assert paperlark("morning").exit_code == 0
    _check_complete(home, model)
    model.suffers(FAULTS[fault])
    (home / "criteria.md").write_text("## Whales\nRelevant: songs of whales.")
    before = len(model.standing.questions)
    assert paperlark("today").exit_code == 3
    assert len(model.standing.questions) > before + 1


@pytest.mark.parametrize("fault", ["401", "429 for hours", "garbage"])
def test_days_that_were_missed_by_the_model_are_all_completed_and_no_paper_is_sent_twice(  # noqa: PLR0917  # all that it brings together
    home: Path,
    model: Model,
    mail: MailServer,
    arxiv: StandInArxiv,
    at: At,
    fault: str,
) -> None:
    model.suffers(FAULTS[fault])
    arxiv.today = date(2025, 2, 25)
    assert at("2025-02-25T12:00", "morning", "--no-wait").exit_code == 3
    arxiv.today = date(2025, 2, 26)
    assert at("2025-02-26T12:00", "morning", "--no-wait").exit_code == 3
    assert len(mail.taken) == 2
    # One page after the other would find out that the model fails.
    asked = len(model.standing.questions)
    again = at("2025-02-26T13:00", "morning", "--no-wait")
    assert again.exit_code == 3
    assert f"{DAY}: left for the next run, for the model fails now" in again.stderr
    of_one_page = len(model.standing.questions) - asked
    assert of_one_page <= asked / 2
    assert len(mail.taken) == 2
    model.recovers()
    assert at("2025-02-26T15:00", "morning", "--no-wait").exit_code == 0
    assert len(model.judged) == len(set(model.judged)) == 10
    assert [str(one["Subject"]).startswith("Completed: ") for one in mail.taken] == [False] * 2 + [
        True
    ] * 2
    sent = [paper for one in mail.taken for paper in _sent(one)]
    assert len(sent) == len(set(sent)) > 0
    for day in ("2025-02-25", DAY):
        page = json.loads((home / "pages" / f"{day}.json").read_text())
        assert page["status"] == "complete"
        assert page["funnel"]["seen"] == 0
    assert at("2025-02-26T16:00", "morning", "--no-wait").exit_code == 0
    assert len(mail.taken) == 4


def test_a_completion_has_only_the_papers_that_were_not_sent(
    home: Path, model: Model, mail: MailServer, paperlark: Paperlark
) -> None:
    model.suffers(FAULTS["401"])
    assert paperlark("morning").exit_code == 3
    sent = _page(home)["entries"]
    assert len(sent) == 2
    model.recovers()
    assert paperlark("morning").exit_code == 0
    new = _ids(_page(home)) - {one["id"] for one in sent}
    assert new
    _, completion = mail.taken
    papers = "paper" if len(new) == 1 else "papers"
    assert f": {len(new)} {papers} more · " in str(completion["Subject"])
    assert not any(one["title"] in _text(completion) for one in sent)


def test_a_page_completed_before_it_could_be_sent_is_sent_once_and_whole(
    model: Model, mail: MailServer, paperlark: Paperlark
) -> None:
    model.suffers(FAULTS["401"])
    mail.fault = lambda: mail_server.BUSY
    assert paperlark("morning").exit_code == 4
    model.recovers()
    mail.fault = lambda: mail_server.WELL
    assert paperlark("morning").exit_code == 0
    (only,) = mail.taken
    assert "incomplete" not in str(only["Subject"])
    assert "did not judge" not in _text(only)
    assert paperlark("morning").exit_code == 0
    assert len(mail.taken) == 1


def test_a_server_that_is_not_there_is_no_reason_for_no_page(
    home: Path, arxiv: StandInArxiv, paperlark: Paperlark
) -> None:
    del arxiv
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    _profile(home, f"http://127.0.0.1:{port}/v1")
    assert paperlark("morning", "--no-wait").exit_code == 3
    _check_partial(home)
    with HTTPServer(host="127.0.0.1", port=port, threaded=True) as loopback:
        model = Model(StandIn(loopback), [])
        model.recovers()
        assert paperlark("morning", "--no-wait").exit_code == 0
        _check_complete(home, model)


@pytest.mark.parametrize("command", ["today", "morning"])
def test_what_was_judged_before_the_model_failed_keeps_its_judgement(
    home: Path, model: Model, paperlark: Paperlark, command: str
) -> None:
    profile = home / "paperlark.toml"
    text = profile.read_text().replace("page_size = 2", "page_size = 20")
    profile.write_text(text.replace("timeout = 0.3", "timeout = 5\nbatch_size = 2\nparallel = 1"))
    model.standing.then(model.well)
    model.suffers(FAULTS["402"])
    assert paperlark(command).exit_code == 3
    page = _page(home)
    assert page["funnel"]["judged"] == 2
    assert len(model.judged) == 2
    kinds = [entry["unjudged"] for entry in page["entries"]]
    assert True in kinds
    assert kinds == sorted(kinds)
    judged = {entry["id"] for entry in page["entries"] if entry["judgement"]}
    assert judged <= set(model.judged)
    model.recovers()
    assert paperlark(command).exit_code == 0
    _check_complete(home, model)


@pytest.mark.parametrize("command", ["today", "morning"])
@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            'key_variable = "MY_KEY"',
            "a-model needs a key and there is no secret MY_KEY: export MY_KEY=...",
        ),
        ("[budget]\nday = 1", "no price known for a-model at"),
    ],
    ids=["no key", "no price"],
)
def test_a_mistake_about_the_model_is_named_and_costs_no_page(  # noqa: PLR0917  # all that it needs
    home: Path,
    model: Model,
    paperlark: Paperlark,
    monkeypatch: pytest.MonkeyPatch,
    more: str,
    said: str,
    command: str,
) -> None:
    profile = home / "paperlark.toml"
    before = profile.read_text()
    profile.write_text(f"{before}{more}\n")
    result = paperlark(command)
    assert result.exit_code == 3, result.output
    assert any(said in line for line in result.stderr.splitlines())
    _check_partial(home)
    assert not model.standing.questions
    monkeypatch.setenv("MY_KEY", "sk-mine")
    if "budget" in more:
        profile.write_text(before)
    model.recovers()
    assert paperlark(command).exit_code == 0
    _check_complete(home, model)


def test_failing_can_be_wished_for(home: Path, model: Model, paperlark: Paperlark) -> None:
    profile = home / "paperlark.toml"
    profile.write_text(profile.read_text().replace("[judge]", '[judge]\non_failure = "fail"'))
    model.suffers(FAULTS["401"])
    result = paperlark("today")
    assert result.exit_code == 1
    assert "papers could be judged" in result.stderr
    assert not (home / "pages" / f"{DAY}.html").exists()
    assert (home / "pages" / f"{DAY}.failed.json").exists()


def test_any_other_wish_is_refused_with_both_that_there_are(
    home: Path, model: Model, paperlark: Paperlark
) -> None:
    del model
    profile = home / "paperlark.toml"
    profile.write_text(profile.read_text().replace("[judge]", '[judge]\non_failure = "skip"'))
    result = paperlark("today")
    assert result.exit_code == 1
    assert "on_failure is 'skip'; expected rank or fail" in result.stderr


def test_new_criteria_with_a_model_that_is_down_leave_the_page_that_was_judged(
    home: Path, model: Model, paperlark: Paperlark
) -> None:
    model.recovers()
    assert paperlark("today").exit_code == 0
    (home / "criteria.md").write_text("## Whales\nRelevant: songs of whales.")
    model.suffers(FAULTS["503"])
    result = paperlark("today")
    assert result.exit_code == 3
    assert "the complete page made before is better and stays" in result.stderr
    assert _page(home)["status"] == "complete"


def _text(mail: Any) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text


def _sent(mail: Any) -> set[str]:
    """Return the papers that a mail has."""
    return set(re.findall(r"^ {3}\S+/abs/(\d{4}\.\d{5})", _text(mail), re.MULTILINE))

"""The audit log in the app: who may see it, and that it shows what was done as text."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

import paperlark
from paperlark import Account, NewAccount, OpenedAccounts, Role
from paperlark.domain.audit import AuditActor, AuditOrigin
from paperlark.web.app import handling
from paperlark.web.audit_page import AuditPage
from paperlark.web.sessions import Sessions
from paperlark.web.shared import NOTHING_AROUND, SignedForms

GROUP = """name = "Astronomy"
address = "https://papers.example.org"
database = "lark.db"
[sign_in]
method = "proxy"
proxies = ["127.0.0.1"]
"""
ORIGIN = AuditOrigin("192.0.2.0/24", "request-17")


@pytest.fixture
def accounts(tmp_path: Path) -> OpenedAccounts:
    """Return three readers of two groups, one in each role."""
    (tmp_path / "group.toml").write_text(GROUP)
    opened = paperlark.open_accounts(tmp_path / "group.toml")
    for name, group, role in (
        ("ada", "astro", Role.ADMIN),
        ("emmy", "algebra", Role.GROUP_ADMIN),
        ("sophie", "astro", Role.READER),
    ):
        profile, criteria = opened.starting_texts(name, ("cs.LG",))
        opened.add(NewAccount(name, profile, criteria, id=name, group=group, role=role))
    return opened


@pytest.fixture
def app(accounts: OpenedAccounts) -> TestClient:
    """Return a browser of the page; its header says who asks."""
    sessions = Sessions()

    def asking(request: Request) -> Account:
        request.state.cookie = sessions.issue(0)
        return accounts.find(request.headers["who"])

    page = AuditPage(accounts, SignedForms(sessions), asking, lambda _: NOTHING_AROUND)
    return TestClient(Starlette(routes=page.routes(), exception_handlers=handling()))


def _get(app: TestClient, path: str = "/admin/log", who: str = "ada") -> str:
    return app.get(path, headers={"who": who}).text


def _told(text: str) -> list[str]:
    """Return the events as a reader reads them."""
    items = re.findall(r"<li>(.*?)</li>", text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in items]


@pytest.mark.parametrize(("who", "status"), [("ada", 200), ("emmy", 404), ("sophie", 404)])
def test_admins_of_all_readers_alone_see_it(app: TestClient, who: str, status: int) -> None:
    assert app.get("/admin/log", headers={"who": who}).status_code == status


def test_an_admin_who_was_disabled_sees_nothing(app: TestClient, accounts: OpenedAccounts) -> None:
    accounts.change("ada", disabled=True)
    assert app.get("/admin/log", headers={"who": "ada"}).status_code == 404


def test_what_was_done_is_told_with_who_to_whom_and_from_where(
    app: TestClient, accounts: OpenedAccounts
) -> None:
    by = replace(accounts, by=AuditActor("ada", ORIGIN))
    by.change("sophie", disabled=True)
    latest, *earlier = _told(_get(app))
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC · ada · reader disabled · sophie"
        r" from 192\.0\.2\.0/24, request request-17",
        latest,
    )
    assert len(earlier) == 3
    assert len(_told(_get(app, "/admin/log?about=sophie"))) == 2
    assert _told(_get(app, "/admin/log?about=nobody")) == []


def test_a_long_log_is_read_page_by_page(app: TestClient, accounts: OpenedAccounts) -> None:
    for number in range(101):
        accounts.set_group_budget(f"group-{number}", None)
    first = _get(app)
    assert len(_told(first)) == 100
    earlier = re.search(r'href="(/admin/log\?before=\d+)"', first)
    assert earlier is not None
    assert len(_told(_get(app, earlier[1]))) == 4


@pytest.mark.parametrize("before", ["x", "-1", "1 OR 1=1", "9" * 30, "²"])
def test_a_number_that_is_none_is_refused(app: TestClient, before: str) -> None:
    answer = app.get("/admin/log", params={"before": before}, headers={"who": "ada"})
    assert answer.status_code == 400


@pytest.mark.parametrize("about", ["' OR 1=1 --", "'; DROP TABLE audit; --", "<b>x</b>"])
def test_what_is_asked_about_is_a_value_and_a_text(app: TestClient, about: str) -> None:
    text = app.get("/admin/log", params={"about": about}, headers={"who": "ada"}).text
    assert _told(text) == []
    assert "<b>x</b>" not in text
    assert len(_told(_get(app))) == 3

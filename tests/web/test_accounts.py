"""Readers who are rows, in the app: their own pages, and those of admins, for each role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner
from selectolax.lexbor import LexborHTMLParser

from paperlark import NewAccount, NoSuchReader, Role
from paperlark.cli import cli
from paperlark.web.making import PageMaking
from paperlark.web.members import StoredMembers
from standins.groups import DAY
from standins.mail_server import MailServer, serving
from standins.postgresql import ENGINES, Server
from standins.university import READERS, University, form_token, university_of

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


@pytest.fixture(params=ENGINES)
def university(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[University]:
    """Open the app of five readers without a page, in either database."""
    database = "lark.db"
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("server")
        database = server.database()
    with university_of(tmp_path, database) as found:
        yield found


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[University]:
    """Open the app of five readers, of whom Ada and Sophie have a page."""
    with university_of(tmp_path_factory.mktemp("work"), "lark.db") as found:
        for reader in ("ada", "sophie"):
            found.accounts.open_profile(reader).make_page(DAY)
        yield found


# Their own pages


def test_a_reader_reads_a_page_that_is_rendered_from_the_database(at_work: University) -> None:
    browser = at_work.browser("ada")
    assert "The page of ada" in browser.get("/").text
    assert at_work.group.settings.accounts is not None
    home = at_work.group.settings.accounts.home
    assert not (home / "readers").exists()
    assert not list(home.glob("*.html"))


def test_what_is_tuned_is_written_into_the_row(at_work: University) -> None:
    browser = at_work.browser("ada")
    shown = browser.get("/r/ada/tune").text
    form = LexborHTMLParser(shown)
    was = {
        one.attributes["name"] or "": one.attributes.get("value") or ""
        for one in form.css("[name=token], [name=profile_was]")
    }
    before = at_work.accounts.find("ada")
    fields = {**was, "instead_of": before.criteria, "criteria": "Only pruning.\n", "page_size": "7"}
    answer = browser.post("/r/ada/tune", data={**fields, "do": "save"}, follow_redirects=False)
    assert answer.headers["location"] == "/r/ada/tune?saved", answer.text
    after = at_work.accounts.find("ada")
    assert after.criteria == "Only pruning.\n"
    assert "page_size = 7" in after.profile
    assert "Only pruning." in browser.get("/r/ada/tune").text
    at_work.accounts.change("ada", profile=before.profile, criteria=before.criteria)


def test_votes_are_rows_and_no_file_has_a_copy(at_work: University) -> None:
    browser = at_work.browser("sophie")
    paper = str(at_work.accounts.open_profile("sophie").digest(DAY).entries[0].paper.id)
    page = LexborHTMLParser(browser.get("/r/sophie/").text)
    button = page.css_first(f'[data-paper="{paper}"] [data-action="want"]')
    assert button is not None
    inputs = [one.attributes for one in page.css("#acts input[name]")]
    fields = {one["name"] or "": one.get("value") or "" for one in inputs}
    pressed = {**fields, "do": button.attributes["value"] or ""}
    voted = browser.post("/r/sophie/act", data=pressed)
    assert voted.status_code == 200, voted.text
    votes = at_work.accounts.open_profile("sophie").reading.votes()
    assert [str(vote.paper_id) for vote, _ in votes] == [paper]
    assert at_work.group.settings.accounts is not None
    assert not list(at_work.group.settings.accounts.home.glob("*.votes.jsonl"))


def test_the_agenda_is_of_one_s_own_group(at_work: University) -> None:
    for reader in ("ada", "sophie"):
        profile = at_work.accounts.open_profile(reader)
        profile.reading.share(wanted=True, saved=True)
        profile.reading.triage(str(profile.digest(DAY).entries[0].paper.id), "save", page=DAY)
    week = f"/group?from={DAY}&to={DAY}"
    assert "Ada" in at_work.browser("emmy").get(week).text
    assert "Sophie" not in at_work.browser("emmy").get(week).text
    assert "Ada" not in at_work.browser("sophie").get(week).text
    nobody = at_work.browser("root").get(week).text  # of no group
    assert "Ada" not in nobody
    assert "Sophie" not in nobody


def test_the_agenda_of_a_group_is_printed_and_mailed(at_work: University) -> None:
    """Nobody of another group is on it, and nobody of another group is sent it."""
    profile = at_work.accounts.open_profile("ada")
    profile.reading.share(wanted=True, saved=True)
    profile.reading.triage(str(profile.digest(DAY).entries[0].paper.id), "save", page=DAY)
    file = at_work.group.settings.file
    asked = ["agenda", str(file), f"--from={DAY}", f"--to={DAY}"]
    printed = CliRunner().invoke(cli, [*asked, "--in=astro"])
    assert printed.exit_code == 0, printed.output
    assert printed.output.startswith("# astro: ")
    assert "Ada" in printed.output
    assert "Ada" not in CliRunner().invoke(cli, [*asked, "--in=maths"]).output
    refused = CliRunner().invoke(cli, asked)
    assert refused.exit_code == 2
    assert "whose agenda? Give one of --in astro, --in maths" in refused.output
    for reader in ("ada", "emmy", "sophie"):
        at_work.accounts.change(reader, email=f"{reader}@example.org")
    server = MailServer()
    with serving(server, None, login=False):
        mail = f'\n[mail]\nserver = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
        other = file.with_name("with-mail.toml")
        other.write_text(f'{file.read_text()}{mail}sender = "papers@example.org"\n')
        arguments = ["agenda", str(other), *asked[2:], "--in=astro", "--mail"]
        sent = CliRunner().invoke(cli, arguments)
    assert sent.exit_code == 0, sent.output
    assert sorted(one["To"] for one in server.taken) == ["ada@example.org", "emmy@example.org"]


# Who is let in


def test_who_is_disabled_or_deleted_is_out_with_the_next_request(university: University) -> None:
    ada = university.browser("ada")
    assert ada.get("/r/ada/").status_code != 403
    university.accounts.change("ada", disabled=True)
    assert ada.get("/r/ada/").status_code == 403
    university.accounts.change("ada", disabled=False)
    assert ada.get("/r/ada/").status_code != 403
    university.accounts.delete("ada")
    assert ada.get("/r/ada/").status_code == 403


def test_a_session_does_not_pass_to_the_next_reader_of_an_id(university: University) -> None:
    sessions = university.guard.sessions
    cookie = sessions.begin({"type": "http", "headers": []}, "ada")
    sent = sessions.session_header(cookie).partition(";")[0].encode()
    scope = {"type": "http", "headers": [(b"cookie", sent)]}
    assert sessions.member(scope)[1] == "ada"
    found = university.accounts.find("ada")
    university.accounts.delete("ada")
    university.accounts.add(NewAccount("Another Ada", found.profile, found.criteria, id="ada"))
    assert sessions.member(scope) == ("", "")


@pytest.mark.parametrize("user", ["", "nobody", "Ada", "ada' OR '1'='1", "ada\x00"])
def test_a_user_whom_the_database_does_not_know_is_refused(
    university: University, user: str
) -> None:
    assert university.browser(user).get("/").status_code == 403


def test_no_reader_is_let_into_another_s_pages(at_work: University) -> None:
    for user in ("root", "grace", "emmy", "sophie"):
        browser = at_work.browser(user)
        for path in ("", "tune", "votes.jsonl", "sharing", "lists", "static/read.css"):
            assert browser.get(f"/r/ada/{path}").status_code == 404, (user, path)
        token = form_token(browser.get(f"/r/{user}/sharing").text)
        form = {"token": token, "do": "save", "criteria": "Eve was here.", "instead_of": ""}
        assert browser.post("/r/ada/tune", data=form).status_code == 404
    assert "Eve" not in at_work.accounts.find("ada").criteria


# Admins

_ACTS: list[tuple[str, dict[str, str]]] = [
    ("/admin/readers/{target}", {"do": "disable"}),
    ("/admin/readers/{target}", {"do": "budget", "budget": "1000"}),
    ("/admin/readers/{target}", {"do": "who", "name": "Eve", "user": "eve"}),
    ("/admin/readers/{target}", {"do": "role", "role": "admin", "group": "astro"}),
    ("/admin/readers/{target}", {"do": "delete", "confirm": "{target}"}),
    ("/admin/groups", {"group": "astro", "budget": "1000"}),
    ("/admin/readers", {"name": "Eve", "categories": "cs.LG", "user": "eve"}),
]


def _everything(university: University) -> object:
    return university.accounts.all(), university.accounts.groups()


def test_a_reader_finds_no_page_of_admins_and_changes_nothing(university: University) -> None:
    before = _everything(university)
    browser = university.browser("ada")
    for path in ("/admin", "/admin/readers/ada", "/admin/readers/emmy", "/admin/readers/nobody"):
        assert browser.get(path).status_code == 404, path
    token = form_token(browser.get("/r/ada/sharing").text)
    for target in ("ada", "emmy", "sophie"):
        for path, form in _ACTS:
            fields = {key: value.format(target=target) for key, value in form.items()}
            answer = browser.post(path.format(target=target), data={"token": token, **fields})
            assert answer.status_code == 404, (path, fields)
    assert _everything(university) == before
    assert "/admin" not in browser.get("/group").text


@pytest.mark.parametrize("target", ["sophie", "root"])
def test_an_admin_of_a_group_has_no_power_beyond_it(university: University, target: str) -> None:
    before = _everything(university)
    browser = university.browser("grace")
    assert "/admin" in browser.get("/group").text
    shown = browser.get("/admin").text
    assert "Ada" in shown
    assert "Sophie" not in shown
    assert "Sophie" not in browser.get("/admin?in=maths").text
    assert "maths" not in shown
    assert browser.get(f"/admin/readers/{target}").status_code == 404
    for path, form in _ACTS[:-1]:
        fields = {key: value.format(target=target) for key, value in form.items()}
        answer = university.post(browser, path.format(target=target), **fields)
        assert answer.status_code == 404, (path, fields)
    assert _everything(university) == before


def test_an_admin_of_a_group_keeps_its_readers(university: University) -> None:
    browser, accounts = university.browser("grace"), university.accounts
    added = university.post(
        browser,
        "/admin/readers",
        name="Mary Somerville",
        categories="cs.LG, cs.CL",
        user="mary",
        group="maths",
        role="admin",
        budget="2.50",
    )
    assert added.headers["location"] == "/admin/readers/mary-somerville", added.text
    mary = accounts.find("mary-somerville")
    assert (mary.group, mary.role, mary.budget) == ("astro", Role.READER, Decimal("2.50"))
    assert mary.categories == ("cs.LG", "cs.CL")
    at = "/admin/readers/ada"
    assert university.post(browser, at, at, do="budget", budget="3").status_code == 303
    assert university.post(browser, at, at, do="disable").status_code == 303
    assert (accounts.find("ada").budget, accounts.find("ada").disabled) == (Decimal(3), True)
    assert university.post(browser, at, at, do="enable").status_code == 303
    assert university.post(browser, at, at, do="who", name="Ada L.", user="grace2").is_redirect
    ada = accounts.find("ada")
    # Whoever could choose how another signs in could sign in as them.
    assert (ada.name, ada.user, ada.disabled) == ("Ada L.", "ada", False)
    assert university.post(browser, at, at, do="role", role="admin").status_code == 400
    assert university.post(browser, at, at, do="delete", confirm="yes").status_code == 409
    assert accounts.find("ada").name == "Ada L."
    assert university.post(browser, at, at, do="delete", confirm="ada").status_code == 303
    done = [(one.actor, one.action, one.subject) for one in university.group.audit_events()]
    assert done[0] == ("grace", "reader deleted", "(deleted)")
    assert ("grace", "reader added", "mary-somerville") in done
    assert "ada" not in {name for actor, _, subject in done for name in (actor, subject)}
    with pytest.raises(NoSuchReader):
        accounts.find("ada")


def test_an_admin_keeps_all_readers_and_groups(university: University) -> None:
    browser, accounts = university.browser("root"), university.accounts
    shown = browser.get("/admin").text
    assert all(one.title() in shown for one in READERS)
    assert "Ada" not in browser.get("/admin?in=maths").text
    assert university.post(browser, "/admin/groups", group="astro", budget="40").is_redirect
    assert [one.budget for one in accounts.groups() if one.name == "astro"] == [Decimal(40)]
    at = "/admin/readers/sophie"
    assert university.post(
        browser, at, at, do="role", role="group_admin", group="maths"
    ).is_redirect
    assert university.post(browser, at, at, do="who", name="Sophie", user="germain").is_redirect
    sophie = accounts.find("sophie")
    assert (sophie.role, sophie.user) == (Role.GROUP_ADMIN, "germain")
    assert university.browser("sophie").get("/").status_code == 403
    assert university.browser("germain").get("/admin").status_code == 200


def test_nobody_locks_themselves_out(university: University) -> None:
    browser, at = university.browser("root"), "/admin/readers/root"
    for fields in ({"do": "disable"}, {"do": "delete", "confirm": "root"}, {"do": "role"}):
        assert university.post(browser, at, at, **fields).status_code == 409
    assert not university.accounts.find("root").disabled


def test_a_mistake_is_told_in_one_line_and_nothing_changes(university: University) -> None:
    before = _everything(university)
    browser, at = university.browser("root"), "/admin/readers/ada"
    for path, fields, told in (
        ("/admin/readers", {"name": "Eve", "categories": "cs.XX"}, "is not one category"),
        ("/admin/readers", {"name": "Eve", "categories": ""}, "at least one category"),
        ("/admin/readers", {"name": "", "categories": "cs.LG"}, "cannot be stored"),
        (
            "/admin/readers",
            {"name": "E", "categories": "cs.LG", "user": "ada"},
            "that of the reader",
        ),
        (at, {"do": "budget", "budget": "much"}, "is no budget"),
        (at, {"do": "budget", "budget": "-1"}, "no budget of a month"),
        (at, {"do": "role", "role": "king"}, "no such role"),
        (at, {"do": "sing"}, "nothing that can be done"),
    ):
        answer = university.post(browser, path, **fields)
        assert answer.status_code in {400, 409}, (path, fields)
        assert told in answer.text, answer.text
    assert _everything(university) == before


def test_a_form_of_another_session_or_site_changes_nothing(university: University) -> None:
    before = _everything(university)
    admin, at = university.browser("root"), "/admin/readers/ada"
    admin.get("/admin")
    theirs = form_token(university.browser("grace").get("/admin").text)
    for headers, token in (
        ({}, ""),
        ({}, theirs),
        ({"Origin": "https://evil.example"}, form_token(admin.get("/admin").text)),
        ({"Sec-Fetch-Site": "cross-site"}, form_token(admin.get("/admin").text)),
    ):
        answer = admin.post(at, data={"token": token, "do": "disable"}, headers=headers)
        assert answer.status_code == 403, headers
    assert _everything(university) == before


# Many


def test_profiles_are_opened_when_asked_for_and_only_so_many_stay_open(
    university: University,
) -> None:
    made: list[str] = []

    def make(key: str, current: object, making: PageMaking, *, administers: bool) -> Any:
        del current, making
        made.append(key if not administers else f"{key}, an admin")
        return object()

    members = StoredMembers(university.accounts, cast("Callable[..., Any]", make), most=2)
    assert made == []
    first = members.app("ada")
    assert members.app("ada") is first
    members.app("root")
    members.app("emmy")
    assert made == ["ada", "root, an admin", "emmy"]
    assert members.app("root") is not None
    assert len(made) == 3
    assert members.app("ada") is not first
    university.accounts.change("ada", name="Ada L.")
    members.app("ada")
    assert made[3:] == ["ada", "ada"]
    assert members.app("nobody") is None


def test_a_profile_that_cannot_be_read_any_more_is_used_as_it_was(university: University) -> None:
    browser = university.browser("ada")
    before = browser.get("/r/ada/sharing")
    assert before.status_code == 200
    from paperlark.store.accounts import AccountStore  # noqa: PLC0415  # past every check
    from paperlark.store.database import open_database  # noqa: PLC0415  # likewise

    place = university.accounts.database.database
    with open_database(place) as connection:
        found = AccountStore(connection, place).get("ada")
        connection.execute(
            "UPDATE accounts SET profile_text = 'x', changed = '2020-01-01T00:00:00+00:00'"
            " WHERE reader IN ('ada', 'emmy')"
        )
    assert found.id == "ada"
    assert browser.get("/r/ada/sharing").status_code == 200
    broken = university.browser("emmy").get("/r/emmy/")
    assert broken.status_code == 409
    assert "profile of emmy:1" in broken.text


def test_the_page_of_readers_leads_an_admin_of_all_to_the_log(university: University) -> None:
    assert 'href="/admin/log"' in university.browser("root").get("/admin").text
    assert 'href="/admin/log"' not in university.browser("grace").get("/admin").text

"""A group in a real browser: signing in, what cookies do, and that nothing keeps anybody out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from standins.browsing import browser, in_a_browser, serious
from standins.groups import DAY, Served, group, profiles_in
from standins.mail_server import MailServer, serving
from standins.oidc_provider import CLIENT, SECRET, Provider, serving_provider

__all__ = ["browser"]
pytestmark = in_a_browser
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1200, height=900)
WEEK = f"/group?from={DAY}&to={DAY}"
SMALL = (
    "[...document.querySelectorAll('button, .around a, .readers a, .exports a, .dates input')]"
    ".filter(one => one.offsetParent && (one.offsetHeight < 44 || one.offsetWidth < 44))"
    ".map(one => one.outerHTML)"
)


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Return two readers."""
    return profiles_in(tmp_path_factory.mktemp("members"), ["ada", "emmy"])


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    """Run a mail server."""
    found = MailServer()
    with serving(found, None, login=False):
        yield found


@pytest.fixture(scope="module")
def by_mail(members: Served, post: MailServer) -> Iterator[Served]:
    """Run the app of a group that signs in by mail."""
    mail = (
        f'[mail]\nserver = "127.0.0.1"\nport = {post.port}\nsecurity = "none"\n'
        'sender = "papers@example.org"\n'
    )
    lines = {name: f'email = "{name}@example.org"' for name in members.names}
    with group(members, 'method = "mail"', mail, **lines) as served:
        yield served


def _link(page: Page, post: MailServer, name: str) -> str:
    """Return the link that was mailed last to a member, once it is there."""
    for _ in range(200):
        texts = [str(one.get_content()) for one in post.taken if one["To"] == f"{name}@example.org"]
        if texts:
            [found] = re.findall(r"http\S+/sign-in/link/\S+", texts[-1])
            return str(found)
        page.wait_for_timeout(50)
    pytest.fail("no mail came")


def _sign_in(page: Page, served: Served, post: MailServer, name: str) -> None:
    post.taken.clear()
    page.goto(f"{served.origin}/group")
    page.get_by_label("Your mail address").fill(f"{name}@example.org")
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("status")).to_contain_text("a link is on its way")
    expect(page.get_by_role("link", name="Ask for another link")).to_be_visible()
    page.goto(_link(page, post, name))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{served.origin}/r/{name}/")


def _look(page: Page) -> None:
    page.wait_for_load_state(
        "load"
    )  # a link that was pressed may still be on its way to its styles
    assert serious(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")


@pytest.mark.parametrize(("scheme", "size"), [("light", PHONE), ("dark", DESK)])
def test_a_member_signs_in_shares_and_signs_out(
    browser: Browser, by_mail: Served, post: MailServer, scheme: str, size: ViewportSize
) -> None:
    with browser.new_context(viewport=size, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(by_mail.origin)
        _look(page)
        page.goto(f"{by_mail.origin}/sign-in/link/x")
        _look(page)
        _sign_in(page, by_mail, post, "ada")
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        page.reload()
        want = page.locator('.current [data-action="want"]')
        want.click()
        expect(want).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("status").last).to_contain_text("wanted")
        _look(page)
        page.get_by_role("link", name="Sharing").click()
        page.get_by_label("papers that I want").check()
        page.get_by_role("button", name="Keep this choice").click()
        expect(page.get_by_text("The group sees the papers that you want.")).to_be_visible()
        _look(page)
        page.goto(f"{by_mail.origin}{WEEK}")
        expect(page.get_by_text("wanted by Ada")).to_be_visible()
        _look(page)
        if size is PHONE:
            assert page.evaluate(SMALL) == []
        page.get_by_role("link", name="My pages").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(f"{by_mail.origin}/sign-in")
        assert page.evaluate("Promise.all([caches.keys(), Object.keys(localStorage)])") == [[], []]
    by_mail.profile("ada").reading.reset_triage()


def test_votes_wait_through_the_end_of_a_session(
    browser: Browser, by_mail: Served, post: MailServer
) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        _sign_in(page, by_mail, post, "emmy")
        page.wait_for_load_state("networkidle")  # each answer sets the cookie again
        context.clear_cookies(name=re.compile("session"))
        page.keyboard.press("s")
        expect(page.get_by_role("status").last).to_contain_text("Signed out: reload the page: 1")
        other = context.new_page()
        _sign_in(other, by_mail, post, "emmy")
        page.close()
        other.reload()
        expect(other.locator('[data-action="save"][aria-pressed="true"]')).to_have_count(1)
        assert any(
            one.state.saved
            for one in by_mail.profile("emmy").reading.touched_papers(lambda _: True)
        )


def test_a_provider_on_another_site_signs_in_with_strict_cookies(
    browser: Browser, members: Served
) -> None:
    """What a browser does with cookies on the way back from elsewhere no client but it shows."""
    provider = Provider(host="localhost")
    members._variables["PAPERLARK_CLIENT_SECRET"] = SECRET
    with serving_provider(provider):
        sign_in = f'method = "oidc"\nissuer = "{provider.issuer}"\nclient_id = "{CLIENT}"'
        lines = {name: f'subject = "{name}-at-login"' for name in members.names}
        with group(members, sign_in, **lines) as served, browser.new_context() as context:
            page = context.new_page()
            page.goto(served.origin)
            _look(page)
            page.get_by_role("link", name="Sign in with localhost").click()
            expect(page).to_have_url(f"{served.origin}/r/ada/")
            [cookie] = [one for one in context.cookies() if "session" in str(one.get("name"))]
            assert (cookie.get("sameSite"), cookie.get("httpOnly")) == ("Strict", True)
            # A link of another site to the group: the browser is signed in all the same.
            page.goto(f"{provider.issuer}/.well-known/openid-configuration")
            page.evaluate("address => { location.href = address }", f"{served.origin}/group")
            expect(page.get_by_role("heading", name="Agenda")).to_be_visible()

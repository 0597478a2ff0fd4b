"""Signing in to a group with an OpenID provider that signs real tokens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey
from starlette.testclient import TestClient

import paperlark
from paperlark import PaperlarkError
from paperlark.web.group_app import open_group_app
from paperlark.web.sign_in_oidc import CALLBACK, START
from standins.groups import Served, group_file, profiles_in
from standins.oidc_provider import CLIENT, SECRET, Provider, serving_provider

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """Return two readers."""
    return profiles_in(tmp_path_factory.mktemp("members"), ["ada", "emmy"])


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Run a provider."""
    found = Provider()
    with serving_provider(found):
        yield found


class Browsers:
    """Makes browsers of the group's app."""

    def __init__(self, guard: Any, address: str) -> None:
        self._guard, self._address = guard, address

    def new(self) -> TestClient:
        """Return one that has not been here."""
        return TestClient(self._guard, base_url=self._address, follow_redirects=False)


@contextmanager
def _opened(members: Served, provider: Provider, secret: str = SECRET) -> Iterator[Browsers]:
    sign_in = f'method = "oidc"\nissuer = "{provider.issuer}"\nclient_id = "{CLIENT}"'
    subjects = {name: f'subject = "{name}-at-login"' for name in members.names}
    path = group_file(members, sign_in, members=subjects)
    (members.home / "group.toml.sessions.db").unlink(missing_ok=True)
    environment = members.profile("ada").environment
    variables = {**environment.variables, "PAPERLARK_CLIENT_SECRET": secret}
    group = paperlark.open_group(path, environment=replace(environment, variables=variables))
    with open_group_app(group) as guard:
        yield Browsers(guard, group.settings.address)


@pytest.fixture
def browsers(members: Served, provider: Provider) -> Iterator[Browsers]:
    """Open the app of a group whose members sign in with the provider."""
    with _opened(members, provider) as found:
        yield found


def _sent_back(browser: TestClient) -> str:
    """Begin to sign in, and return the address that the provider sends the browser back to."""
    browser.get("/sign-in")
    there = browser.get(START).headers["location"]
    back = httpx.get(there).headers["location"]
    assert CALLBACK in back
    return str(back)


def _is_out(browser: TestClient) -> bool:
    return browser.get("/").headers["location"] == "/sign-in"


def test_a_member_signs_in_there_and_comes_back(browsers: Browsers) -> None:
    browser = browsers.new()
    answer = browser.get(_sent_back(browser))
    assert answer.status_code == 200
    assert 'content="0;url=/"' in answer.text
    assert browser.get("/").headers["location"] == "/r/ada/"
    assert browser.get("/r/emmy/").status_code == 404


def test_a_code_and_a_state_are_taken_once(browsers: Browsers, provider: Provider) -> None:
    browser = browsers.new()
    back = _sent_back(browser)
    browser.get(back)
    again = browsers.new()
    again.cookies.update({k: v for k, v in browser.cookies.items() if "visit" in k})
    assert again.get(back).status_code == 403
    assert _is_out(again)
    # A code that was used already, with a new state of the same browser.
    new = _sent_back(again)
    used = new.replace(f"code=code-{len(provider.codes) - 1}", "code=code-x")
    assert again.get(used.replace("code-0", "code-x")).status_code == 403
    assert _is_out(again)


def test_what_one_browser_began_another_does_not_end(browsers: Browsers) -> None:
    """Whoever is sent a link that an attacker began is not signed in as the attacker."""
    attacker, victim = browsers.new(), browsers.new()
    victim.get("/sign-in")
    assert victim.get(_sent_back(attacker)).status_code == 403
    assert _is_out(victim)


@pytest.mark.parametrize(
    "query", ["", "?code=code-0", "?state=x&code=code-0", "?error=access_denied&state=x"]
)
def test_a_way_back_without_a_state_of_ours_is_none(browsers: Browsers, query: str) -> None:
    browser = browsers.new()
    _sent_back(browser)
    assert browser.get(f"{CALLBACK}{query}").status_code == 403
    assert _is_out(browser)


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another client"},
        {"aud": "another client", "azp": CLIENT},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 7200},
        {"nbf": int(time.time()) + 7200},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "eve-at-login"},
    ],
    # Not the values: two processes that collect the tests have not the same time.
    ids="-".join,
)
def test_a_token_that_is_wrong_signs_nobody_in(
    browsers: Browsers, provider: Provider, changes: dict[str, Any]
) -> None:
    provider.changes = changes
    browser = browsers.new()
    assert browser.get(_sent_back(browser)).status_code == 403
    assert _is_out(browser)


def test_a_token_that_somebody_else_signed_signs_nobody_in(
    browsers: Browsers, provider: Provider
) -> None:
    browser = browsers.new()
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert browser.get(_sent_back(browser)).status_code == 403
    # The public key as a shared secret: whoever reads it could sign.
    public = provider.key.as_pem(private=False)
    provider.signs_with, provider.algorithm = OctKey.import_key(public.hex()), "HS256"  # type: ignore[assignment]
    assert browser.get(_sent_back(browser)).status_code == 403
    assert _is_out(browser)


def test_a_provider_that_calls_itself_otherwise_is_not_asked(
    browsers: Browsers, provider: Provider
) -> None:
    provider.calls_itself = "https://evil.example"
    browser = browsers.new()
    assert browser.get(START).status_code == 403


def test_a_provider_that_is_gone_is_told_and_not_waited_for(members: Served) -> None:
    gone = Provider(port=9)
    with _opened(members, gone) as found:
        answer = found.new().get(START)
    assert answer.status_code == 403
    assert "That did not work" in answer.text


def test_without_the_right_secret_nobody_signs_in(members: Served, provider: Provider) -> None:
    with _opened(members, provider, "another secret") as found:
        browser = found.new()
        assert browser.get(_sent_back(browser)).status_code == 403
    without = pytest.raises(PaperlarkError, match="no secret PAPERLARK_CLIENT_SECRET")
    with without, _opened(members, provider, ""):
        pass

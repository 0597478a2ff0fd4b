from __future__ import annotations

import base64
import html
import json
import textwrap
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.redaction import (
    MARK,
    fill,
    is_name,
    is_redactable,
    literal_secret,
    public_address,
    quoted,
    redact,
    redacted,
    remember,
    remember_address,
    remember_addresses,
    remember_variables,
)

PLAIN = "sk-proj-Xy12aB34cD56eF78"
ODD = "pä/ss&w\"o_r<d'9%+x"

FORMS: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: quote(text, safe=""),
    lambda text: quote(quote(text, safe=""), safe=""),
    json.dumps,
    lambda text: json.dumps(json.dumps({"said": f"\n{text}"})),
    html.escape,
    repr,
    lambda text: text.encode().hex(),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.b64encode(f"ada:{text}".encode()).decode(),
    lambda text: base64.b64encode(f"\0some@example.org\0{text}".encode()).decode(),
    lambda text: base64.urlsafe_b64encode(f"a:{text}".encode()).decode(),
    lambda text: json.dumps(base64.b64encode(text.encode()).decode()).replace("/", "\\/"),
    lambda text: quote(base64.b64encode(f"ab:{text}".encode()).decode(), safe=""),
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", [PLAIN, ODD])
def test_a_secret_is_cut_out_in_every_form(secret: str, form: Callable[[str], str]) -> None:
    shown = redact(f"before {form(secret)} after", (secret,))
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert MARK in shown
    # Of base64 only what also depends on the texts before and after it is left.
    assert len(shown) < len("before  after") + len(MARK) + 50
    assert not any(secret[at : at + 6] in shown for at in range(len(secret) - 5))


@pytest.mark.parametrize(
    "wrap",
    [
        lambda text: "\n".join(textwrap.wrap(text, 7)),
        lambda text: textwrap.indent("\r\n".join(textwrap.wrap(text, 5)), "    "),
        lambda text: "=\n".join(textwrap.wrap(text, 9)),
        lambda text: text.replace("-", "\\-"),
        lambda text: json.dumps("\n".join(textwrap.wrap(text, 9))),
    ],
)
def test_a_secret_is_cut_out_across_lines_and_escapes(wrap: Callable[[str], str]) -> None:
    shown = redact(f"<{wrap(PLAIN)}>", (PLAIN,))
    assert MARK in shown
    assert "aB34" not in shown


@pytest.mark.parametrize("cut", [PLAIN[:12], PLAIN[:20], PLAIN[-12:], PLAIN[3:]])
def test_what_truncation_left_of_a_secret_is_cut_out(cut: str) -> None:
    assert redact(f"key {cut}…", (PLAIN,)) == f"key {MARK}…"


def test_words_and_short_secrets_are_left_in_ordinary_text() -> None:
    text = "All you need is attention, by 12345 of 1234567 people; a ollama OLLAMA."
    weak = ("a", "need", "12345", "1234567", "attention", "OLLAMA", "Attention")
    assert redact(text, weak) == text
    assert not any(map(is_redactable, weak))


def test_one_secret_may_be_part_of_another_or_of_what_replaces_it() -> None:
    assert redact("open-s3cret-sesame, s3cret", ("s3cret", "open-s3cret-sesame")) == (
        "[secret], [secret]"
    )
    assert redact("a [secret] b", ("[secret]",)) == "a [secret] b"


@given(st.text(), st.text(min_size=6))
def test_no_text_crashes_it_and_no_secret_survives(text: str, secret: str) -> None:
    shown = redact(text + secret + text, (secret,))
    if is_redactable(secret):
        assert secret in MARK or MARK in shown


def test_bytes_that_are_no_text_stay_as_they_are() -> None:
    remember(PLAIN)
    assert redacted(b"\xff\xfe\x00") == b"\xff\xfe\x00"
    assert redacted(b"\xff" + PLAIN.encode() + b"\xfe") == b"\xff" + MARK.encode() + b"\xfe"


def test_a_text_of_repetitions_takes_no_time() -> None:
    """Seen to take 15 s once, for every repetition copied the whole text."""
    remember(PLAIN)
    assert redacted(PLAIN[:12] * 50_000) == MARK * 50_000


def test_variables_are_secrets_by_their_names_and_addresses_by_their_form() -> None:
    remember_variables(
        {
            "SLACK_TOKEN": "xoxb-123",
            "HOME": "/home/ada",
            "PIN_KEY": "123",
            "https_proxy": "http://ada:pr0xy%40pass@proxy:3128",
            "all_proxy": "bob:s0ckspass@proxy:3128",
            "DATABASE_URL": "postgres://u:dbp4ss@h/x",
        }
    )
    text = "xoxb-123 of /home/ada in 123 s by proxy:3128"
    assert redacted(text) == text.replace("xoxb-123", MARK)
    for secret in ("pr0xy%40pass", "pr0xy@pass", "s0ckspass", "dbp4ss"):
        assert redacted(f"<{secret}>") == f"<{MARK}>"


def test_the_secrets_of_addresses_are_found_wherever_they_stand() -> None:
    remember_addresses(
        'base_url = "https://ada:in-t0ml@gw.example/v1?api-version=2024-10-21&key=qu3ry-key"\n'
        "import https://tok3n-alone@host.example/lib.bib, and https://u:a/b#c9@h.example"
    )
    for secret in ("in-t0ml", "qu3ry-key", "tok3n-alone", "a/b#c9"):
        assert redacted(f"<{secret}>") == f"<{MARK}>"
    assert redacted("gw.example 2024-10-21") == "gw.example 2024-10-21"


def test_an_address_of_a_chat_is_a_secret_in_all_its_parts_but_the_host() -> None:
    remember_address(
        "https://hooks.slack.com/services/T0ABCDEF1/B0ABCDEF2/xYz123abcXYZ", whole=True
    )
    assert redacted("hooks.slack.com/services said no") == "hooks.slack.com/services said no"
    assert redacted("T0ABCDEF1 B0ABCDEF2 xYz123abcXYZ") == f"{MARK} {MARK} {MARK}"


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://ada:pass@h/v1", "a password"),
        ("https://token@h/v1", "a user name"),
        ("https://h/v1?api_key=x", "a secret, the value of 'api_key',"),
        ("https://h/v1?x=1&subscription-key=x", "a secret, the value of 'subscription-key',"),
        ("https://h/v1#access_token=x", "a secret, the value of 'access_token',"),
        ("https://ada:${GW_PASSWORD}@h/v1?key=${GW_KEY}", None),
        ("https://${TOKEN}@h/v1", None),
        ("https://h/v1?api-version=2024-10-21&keywords=bats&q=tokens", None),
        ("https://h/@ada/v1", None),
        ("no address at all", None),
    ],
)
def test_secrets_that_stand_in_an_address_are_named(address: str, found: str | None) -> None:
    assert literal_secret(address) == found


def test_mail_addresses_and_versions_are_no_secrets() -> None:
    remember_variables({"EMAIL": "ada.lovelace7@example.org"})
    remember_addresses("https://h.example/v1?api-version=2024-10-01-preview&page=123456789")
    text = "ada.lovelace7@example.org, 2024-10-01-preview, page 123456789"
    assert redacted(text) == text


def test_the_name_of_a_secret_in_an_address_is_shown() -> None:
    address = "https://ada:${GW_PASSWORD}@h/v1?key=${GW_KEY}"
    remember_addresses(f'base_url = "{address}"')
    assert redacted(address) == address


def test_placeholders_are_filled_as_addresses_need_it() -> None:
    filled = fill("https://ada:${PW}@h/v1?key=${K}", {"PW": "p@ss/1", "K": "a&b"})
    assert filled == "https://ada:p%40ss%2F1@h/v1?key=a%26b"


def test_an_address_is_shown_without_its_secrets() -> None:
    assert public_address("https://ada:x@h/lib.bib?token=t0ken-1&page=2") == (
        "https://h/lib.bib?token=[secret]&page=2"
    )


@pytest.mark.parametrize(
    "value",
    [
        "https://ada:pass@h/v1",
        "ada:pass@h/v1",
        ["https://token@h"],
        {"url": "discord://123/abc4def"},
        "sk-proj-Xy12aB34cD56eF78",
        "smtp://u:pass@smtp.example.org",
    ],
)
def test_a_wrong_value_that_may_hold_a_secret_is_not_quoted(value: object) -> None:
    assert quoted(value) == "a text that may hold a secret"


@pytest.mark.parametrize("value", ["ftp://x", "seven", 7, "ada@example", [1, 2], "https://h/v1"])
def test_other_wrong_values_are_quoted(value: object) -> None:
    assert quoted(value) == repr(value)


@pytest.mark.parametrize(
    ("name", "one"),
    [
        ("OPENAI_API_KEY", True),
        ("GATEWAY_2_PASSWORD_FOR_PRODUCTION", True),
        ("key", True),
        ("hf_aBcDeF1234567890", False),
        ("AIzaSyA1234567890abcdefg", False),
        ("sk-proj-1", False),
        ("", False),
    ],
)
def test_a_secret_is_told_from_its_name(name: str, *, one: bool) -> None:
    assert is_name(name) is one

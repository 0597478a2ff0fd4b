from __future__ import annotations

import http.client
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import apprise.plugins.slack
import pytest
import requests
import urllib3.connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from requests.adapters import HTTPAdapter

from paperlark.channels._recorded_requests import record_requests
from paperlark.channels.notify import NotifyChannel
from paperlark.domain.delivery import Message, Style
from paperlark.domain.errors import ChannelBusy, ChannelRefused, DeliveryError, MaybeDelivered
from paperlark.http.connecting import cut_off
from standins import webhooks
from standins.webhooks import DISCORD, SLACK, TELEGRAM, WAIT, Webhooks

SLACK_URL = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
DISCORD_URL = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
TELEGRAM_URL = "tgram://123456789:abcdefg_hijklmnop/12315544"
EVERY = {
    SLACK: SLACK_URL,
    DISCORD: DISCORD_URL,
    TELEGRAM: TELEGRAM_URL,
    webhooks.FEISHU: "feishu://abcdefabcdef",
    webhooks.WECOM: "wecombot://abcdefabcdef",
    webhooks.DINGTALK: "dingtalk://abcdefabcdef",
    webhooks.NTFY: "ntfy://paperlark-of-ada",
}


def _send(url: str) -> None:
    channel = NotifyChannel(url, "lab")
    subject = "Wednesday" if channel.message_format.subject_longest else ""
    channel.send(Message(subject, "A paper about bats"), "bats/lab/day/2025-02-26/0")


@pytest.mark.parametrize("host", EVERY)
def test_a_message_reaches_the_service(hooks: Webhooks, host: str) -> None:
    _send(EVERY[host])
    (post,) = hooks.of(host)
    assert "A paper about bats" in post.text


@pytest.mark.parametrize(
    ("host", "style"), [(SLACK, Style.MARKDOWN), (DISCORD, Style.MARKDOWN), (TELEGRAM, Style.HTML)]
)
def test_a_channel_has_the_form_of_its_service(host: str, style: Style) -> None:
    form = NotifyChannel(EVERY[host], "lab").message_format
    assert form.style is style
    assert form.longest <= {SLACK: 35_000, DISCORD: 2_000, TELEGRAM: 4_096}[host]
    assert form.measure("é") == 2


@pytest.mark.parametrize("fault", webhooks.FAULTS)
@pytest.mark.parametrize("host", [SLACK, DISCORD, TELEGRAM])
def test_a_failure_is_one_of_three(hooks: Webhooks, host: str, fault: str) -> None:
    door = fault in {webhooks.UNREACHABLE, webhooks.NO_TLS}
    hooks.fault = lambda asked: fault if asked.startswith("connect") is door else webhooks.WELL
    with pytest.raises(DeliveryError) as told:
        _send(EVERY[host])
    if fault in webhooks.AMBIGUOUS:
        assert type(told.value) is MaybeDelivered
    elif fault in webhooks.LASTING:
        assert type(told.value) is ChannelRefused
    else:
        assert type(told.value) is ChannelBusy
        assert not hooks.taken
    if fault == webhooks.TOO_MANY:
        assert isinstance(told.value, ChannelBusy)
        assert told.value.retry_after == WAIT


@pytest.mark.parametrize("fault", [webhooks.GONE, webhooks.BROKEN])
@pytest.mark.parametrize("host", [SLACK, DISCORD, TELEGRAM])
def test_no_part_of_the_secret_is_shown(hooks: Webhooks, host: str, fault: str) -> None:
    # The stand-in answers with the path that it was asked, token and all.
    hooks.fault = lambda asked: webhooks.WELL if asked.startswith("connect") else fault
    with pytest.raises(DeliveryError) as told:
        _send(EVERY[host])
    for secret in ("TIiajkdnlazkcOXrIdevi7FQ", "JHMHI8qBe7bk2ZwO5U711o3dV_js", "abcdefg_hijklmnop"):
        assert secret not in str(told.value)
    assert "lab: it answered" in str(told.value)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("nonsense", "not an address that Apprise knows"),
        ("slack://too/short", "not an address that Apprise knows"),
        (f"{SLACK_URL}/#one/#two", "names 2 places"),
        (f"{TELEGRAM_URL}/999999", "names 2 places"),
    ],
)
def test_an_address_that_cannot_be_one_channel_is_refused(url: str, why: str) -> None:
    with pytest.raises(ChannelRefused, match=why) as told:
        NotifyChannel(url, "lab")
    assert "//" not in str(told.value).replace("https://appriseit.com", "")


@pytest.mark.parametrize(
    ("host", "said", "kind"),
    [
        (webhooks.DINGTALK, '{"errcode": 310000, "errmsg": "sign not match"}', ChannelRefused),
        (webhooks.DINGTALK, '{"errcode": 410100, "errmsg": "too fast"}', ChannelBusy),
        (webhooks.WECOM, '{"errcode": 93000, "errmsg": "invalid webhook"}', ChannelRefused),
        (webhooks.WECOM, '{"errcode": 45009, "errmsg": "api freq out of limit"}', ChannelBusy),
        (webhooks.FEISHU, '{"code": 19001, "msg": "param invalid"}', ChannelRefused),
        (webhooks.FEISHU, '{"code": 11232, "msg": "frequency limited"}', ChannelBusy),
        (TELEGRAM, '{"ok": false, "description": "chat not found"}', ChannelRefused),
    ],
)
def test_a_failure_reported_with_status_200_is_recognized(
    hooks: Webhooks, host: str, said: str, kind: type[DeliveryError]
) -> None:
    hooks.says[host] = said
    with pytest.raises(DeliveryError) as told:
        _send(EVERY[host])
    assert type(told.value) is kind


def test_secrets_are_removed_before_an_answer_is_shortened(hooks: Webhooks) -> None:
    hooks.says[webhooks.WECOM] = '{"errcode": 1, "errmsg": "' + "x" * 155 + 'abcdefabcdef"}'
    with pytest.raises(ChannelRefused) as told:
        _send(EVERY[webhooks.WECOM])
    assert "abcd" not in str(told.value)


def test_apprise_mail_addresses_are_refused() -> None:
    for scheme in ("mailto", "MailTos"):
        with pytest.raises(ChannelRefused, match="use `mail` and a table"):
            NotifyChannel(f"{scheme}://user:password@example.org", "lab")


@given(st.text())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_an_address_or_refused(text: str) -> None:
    with suppress(ChannelRefused):
        assert NotifyChannel(text, "lab").message_format.longest >= 300


def test_services_that_send_at_the_same_time_are_told_apart(hooks: Webhooks) -> None:
    hooks.says[webhooks.WECOM] = '{"errcode": 45009, "errmsg": "api freq out of limit"}'
    meet = threading.Barrier(2, timeout=20)

    def fault(asked: str) -> str:
        if asked.startswith("connect"):
            meet.wait()
        return webhooks.GONE if asked == SLACK else webhooks.WELL

    hooks.fault = fault
    with ThreadPoolExecutor(2) as threads:
        slack, wecom = (
            threads.submit(_send, SLACK_URL),
            threads.submit(_send, EVERY[webhooks.WECOM]),
        )
        assert "it answered 404" in str(slack.exception())
        assert type(wecom.exception()) is ChannelBusy


def test_two_messages_to_one_service_at_the_same_time_are_told_apart(hooks: Webhooks) -> None:
    meet = threading.Barrier(2, timeout=20)
    faults = iter([webhooks.GONE, webhooks.TOO_MANY])

    def fault(asked: str) -> str:
        if asked.startswith("connect"):
            meet.wait()
            return webhooks.WELL
        return next(faults)

    hooks.fault = fault
    with ThreadPoolExecutor(2) as threads:
        sent = [threads.submit(_send, SLACK_URL) for _ in range(2)]
        assert {type(one.exception()) for one in sent} == {ChannelRefused, ChannelBusy}


def test_nothing_outside_the_plugin_is_replaced_while_it_sends(hooks: Webhooks) -> None:
    places = ((requests, "post"), (requests.Session, "send"), (http.client.HTTPConnection, "send"),
              (urllib3.connection.HTTPConnection, "send"), (HTTPAdapter, "send"))  # fmt: skip
    before = [getattr(*place) for place in places]
    seen = []

    def fault(_: str) -> str:
        seen.append([getattr(*place) for place in places])
        return webhooks.WELL

    hooks.fault = fault
    _send(SLACK_URL)
    assert seen == [before, before]
    assert [getattr(*place) for place in places] == before


def test_requests_of_others_meanwhile_are_not_recorded(
    hooks: Webhooks, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/").respond_with_data("no", status=500)
    channel = NotifyChannel(SLACK_URL, "lab")
    plugin: Any = apprise.plugins.slack
    with cut_off(60) as limit, record_requests(channel._service, limit) as calls:
        assert requests.post(httpserver.url_for("/"), timeout=5).status_code == 500
        assert calls == []
        plugin.requests.post(httpserver.url_for("/"), timeout=5)
        assert [call.status for call in calls] == [500]
    plugin.requests.post(httpserver.url_for("/"), timeout=5)
    assert len(calls) == 1
    assert not hooks.taken

"""Which variables a scheduled run is given, and what of them is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from paperlark.http.network_settings import ProxySettings, carried_variables


def test_proxies_and_certificates_are_carried_and_passwords_are_not() -> None:
    carried = carried_variables(
        {
            "HTTPS_PROXY": "http://ada:secret@proxy:3128",
            "all_proxy": "socks5h://proxy:1080",
            "NO_PROXY": "localhost",
            "REQUESTS_CA_BUNDLE": "ours.pem",
            "SSL_CERT_DIR": "",
            "PATH": "/bin",
        }
    )
    assert carried.open == {
        "all_proxy": "socks5h://proxy:1080",
        "NO_PROXY": "localhost",
        "REQUESTS_CA_BUNDLE": str(Path.cwd() / "ours.pem"),
    }
    assert carried.withheld == ("HTTPS_PROXY",)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://ada:secret@proxy:3128", "http://proxy:3128"),
        ("socks5h://a@b:c@proxy", "socks5h://proxy"),
        ("https://[::1]:8080/", "https://[::1]:8080"),
    ],
)
def test_a_proxy_is_shown_without_user_and_password(address: str, shown: str) -> None:
    assert ProxySettings(address, "ALL_PROXY").shown == shown

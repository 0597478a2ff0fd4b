"""A certificate authority for loopback, which everything in this process trusts."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

HOSTS = (
    "localhost",
    "127.0.0.1",
    "hooks.slack.com",
    "discord.com",
    "api.telegram.org",
    "open.feishu.cn",
    "qyapi.weixin.qq.com",
    "oapi.dingtalk.com",
    "ntfy.sh",
)


class Trust:
    """Certificates for the hosts that are stood in for, and the file that says to trust them."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.file = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.file))
        self.server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(*HOSTS).configure_cert(self.server)


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return Trust(tmp_path_factory.mktemp("trust"))


@pytest.fixture
def trusted(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> Trust:
    """Make the standard library and requests trust the stand-ins."""
    monkeypatch.setenv("SSL_CERT_FILE", str(trust.file))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trust.file))
    return trust

"""How servers are reached: loopback directly, others as the environment says."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from paperlark.http.response import SettingsInvalid

if TYPE_CHECKING:
    import ssl

_LOOPBACK = re.compile(r"localhost|127(?:\.\d+){3}|::1")


def is_this_machine(server: str) -> bool:
    """Return whether a host name or address is loopback: what is sent there does not leave."""
    return _LOOPBACK.fullmatch(server) is not None


def is_on_this_machine(address: str) -> bool:
    """Return whether the host of a URL is loopback."""
    try:
        return is_this_machine(urlsplit(address).hostname or "")
    except ValueError:  # an address with half a bracket
        return False


_PROXY_KINDS = frozenset({"http", "https", "socks5", "socks5h"})
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
"""In the order in which they are used; the last is a file or a folder."""
_PORTS = {"http": 80, "https": 443}
_SOCKS_PORT = 1080


_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


@dataclass(frozen=True, slots=True)
class CarriedVariables:
    """The variables that a scheduled run needs as well, and the names of those with a password.

    The latter must not be written where others can read them.
    """

    open: Mapping[str, str]
    withheld: tuple[str, ...]


def carried_variables(variables: Mapping[str, str]) -> CarriedVariables:
    """Return the proxies and certificates that are set in these variables."""
    proxies = [name for one in _PROXIES for name in (one, one.upper()) if variables.get(name)]
    others = [name for name in ("no_proxy", "NO_PROXY", *_CERTIFICATES) if variables.get(name)]
    withheld = tuple(name for name in proxies if "@" in variables[name])
    found = (name for name in (*proxies, *others) if name not in withheld)
    open_ = {name: variables[name] for name in found}
    # A scheduler starts in another folder.
    paths = {name: str(Path(open_[name]).absolute()) for name in _CERTIFICATES if name in open_}
    return CarriedVariables({**open_, **paths}, withheld)


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """A proxy and the variable that names it; its address may hold a password."""

    address: str
    variable: str

    @property
    def shown(self) -> str:
        """Kind, host and port, without user and password."""
        parts = self._parts()
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS 5."""
        return self._parts().scheme.startswith("socks")

    @property
    def host_and_port(self) -> tuple[str, int]:
        """Where it listens."""
        parts = self._parts()
        return parts.hostname or "", parts.port or _PORTS.get(parts.scheme, _SOCKS_PORT)

    def _parts(self) -> SplitResult:
        """Return the parts of the address; raises SettingsInvalid, which repeats none of them."""
        kind = self.address.partition("://")[0].lower()
        if kind not in _PROXY_KINDS:
            raise SettingsInvalid(
                f"{self.variable} names a {kind[:20]} proxy; only http, https and socks5 proxies"
                " are supported",
                sent=False,
            )
        try:
            parts = urlsplit(self.address)
            usable = bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise SettingsInvalid(f"{self.variable} names no usable proxy", sent=False)
        return parts


def proxy_for(scheme: str, host: str, port: int | None = None) -> ProxySettings | None:
    """Return the proxy that the environment names for a server; None to connect directly."""
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415  # an HTTP client of its own

    if is_this_machine(host) or proxy_bypass(f"{host}:{port}" if port else host):
        return None
    proxies = getproxies()
    address = proxies.get(scheme) or proxies.get("all")
    if not address:
        return None
    names = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY")
    variable = next((name for name in names if os.environ.get(name)), "the system")
    return ProxySettings(address if "://" in address else f"http://{address}", variable)


def certificates_variable() -> str | None:
    """Return the variable that names the trusted certificates, None for those that come along."""
    return next((name for name in _CERTIFICATES if os.environ.get(name)), None)


def certificates() -> ssl.SSLContext:
    """Return the trusted certificates; raises SettingsInvalid, which names the variable."""
    variable = certificates_variable()
    try:
        return _trusting(os.environ[variable] if variable else None)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise SettingsInvalid(
            f"{variable or 'the system'} names no readable certificates ({reason})", sent=False
        ) from error


@lru_cache(maxsize=4)
def _trusting(place: str | None) -> ssl.SSLContext:
    """Load certificates once per process for each setting of the environment."""
    if place is None:
        import httpx  # noqa: PLC0415  # it brings certificates

        return httpx.create_ssl_context(trust_env=False)
    import ssl  # noqa: PLC0415  # only where something is encrypted

    if Path(place).is_dir():
        next(Path(place).iterdir(), None)  # one that cannot be read would be taken for empty
        return ssl.create_default_context(capath=place)
    return ssl.create_default_context(cafile=place)

"""Connections through a SOCKS 5 proxy (RFC 1928, passwords by RFC 1929).

The proxy looks up names itself, for `socks5` and `socks5h` alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

import httpcore

from paperlark.http.network_settings import ProxySettings

_VERSION, _PASSWORD_VERSION = b"\x05", b"\x01"
_NO_LOGIN, _BY_PASSWORD = 0x00, 0x02
_CONNECT, _BY_NAME = b"\x05\x01\x00", b"\x03"
_ADDRESS_BYTES = {0x01: 4, 0x04: 16}
"""The length of an address in an answer, by its kind; that of a name comes with it."""
_LONGEST = 255
_REFUSALS = {
    0x02: "not allowed by its rules",
    0x03: "network unreachable",
    0x04: "host unreachable",
    0x05: "connection refused",
    0x06: "too late",
}


class SocksBackend(httpcore.NetworkBackend):
    """Opens connections by `backend` to the proxy, and has it connect them to each server."""

    def __init__(self, backend: httpcore.NetworkBackend, proxy: ProxySettings) -> None:
        self._backend = backend
        self._proxy = proxy

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect; raises ProxyError where the proxy refuses, or speaks something else."""
        stream = self._backend.connect_tcp(
            *self._proxy.host_and_port, timeout, local_address, socket_options
        )
        try:
            self._log_in(stream, timeout)
            self._connect(stream, host, port, timeout)
        except httpcore.ReadTimeout as late:
            stream.close()
            raise httpcore.ConnectTimeout(str(late)) from late
        except BaseException:
            stream.close()
            raise
        return stream

    def _log_in(self, stream: httpcore.NetworkStream, timeout: float | None) -> None:
        address = urlsplit(self._proxy.address)
        user = unquote(address.username or "").encode()
        password = unquote(address.password or "").encode()
        if max(len(user), len(password)) > _LONGEST:
            raise httpcore.ProxyError("nothing: the user name or password is too long")
        methods = bytes([_NO_LOGIN, _BY_PASSWORD] if user else [_NO_LOGIN])
        stream.write(_VERSION + bytes([len(methods)]) + methods, timeout)
        version, method = _read(stream, 2, timeout)
        if version != _VERSION[0]:
            raise httpcore.ProxyError("something else than SOCKS 5")
        if method == _BY_PASSWORD and user:
            login = bytes([len(user)]) + user + bytes([len(password)]) + password
            stream.write(_PASSWORD_VERSION + login, timeout)
            if _read(stream, 2, timeout)[1]:
                raise httpcore.ProxyError("that user name and password are wrong")
        elif method != _NO_LOGIN:
            raise httpcore.ProxyError("that it wants a user name and password")

    @staticmethod
    def _connect(
        stream: httpcore.NetworkStream, host: str, port: int, timeout: float | None
    ) -> None:
        name = host.encode("ascii")
        target = _BY_NAME + bytes([len(name)]) + name + port.to_bytes(2, "big")
        stream.write(_CONNECT + target, timeout)
        _, refused, _, kind = _read(stream, 4, timeout)
        if refused:
            raise httpcore.ProxyError(_REFUSALS.get(refused, f"error {refused}"))
        length = _ADDRESS_BYTES.get(kind) or _read(stream, 1, timeout)[0]
        _read(stream, length + 2, timeout)


def _read(stream: httpcore.NetworkStream, count: int, timeout: float | None) -> bytes:
    """Read exactly so many bytes."""
    found = b""
    while len(found) < count:
        more = stream.read(count - len(found), timeout)
        if not more:
            raise httpcore.ProxyError("nothing: it closed the connection")
        found += more
    return found

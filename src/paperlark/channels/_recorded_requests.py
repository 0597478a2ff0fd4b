"""Record the status and Retry-After of each HTTP request that an Apprise plugin makes.

Apprise returns only whether a message arrived; whether a failed one may be sent again depends on
how it failed. Apprise has no hook for that: its plugins call `requests.post`, which opens a new
session each time. So the name `requests` in a plugin's own modules is bound to a stand-in, which
passes everything on to the library, except that, where the current context records, requests go
through a session of our own whose connections note whether anything was sent. No method of
`requests`, urllib3 or http.client is replaced, other code never meets the stand-in, and threads
that send at the same time each have a context of their own.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from types import ModuleType
from typing import TYPE_CHECKING, Any

from paperlark.http.connecting import CutOff
from paperlark.http.retry_after import retry_after

if TYPE_CHECKING:
    from apprise import NotifyBase

_LONGEST = 64 * 1024
_PLUGINS = "apprise.plugins"
_TO_THE_PROXY = b"CONNECT "
"""The start of a request to a proxy, of which the service receives nothing."""


@dataclass(frozen=True, slots=True)
class HttpCall:
    """One request: the answer's status, its Retry-After in seconds and its text.

    `status` None: no answer came. `sent` False: nothing of the request went to the service.
    """

    status: int | None
    retry_after: float | None = None
    text: str = ""
    sent: bool = True

    @property
    def accepted(self) -> bool:
        """Whether the service took what was asked."""
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus(300)


@dataclass(slots=True)
class _Recording:
    limit: CutOff
    calls: list[HttpCall] = field(default_factory=list)
    sent: bool = False
    """Whether the request under way has sent anything to its service."""


_current: ContextVar[_Recording | None] = ContextVar("_current", default=None)


@contextmanager
def record_requests(service: NotifyBase, limit: CutOff) -> Iterator[list[HttpCall]]:
    """Yield a list that each request of that service, in this context, is added to in order.

    All of them together end when their `limit` is over, whatever the service sends how slowly.
    """
    import requests  # noqa: PLC0415  # comes with Apprise, which only deliveries load

    for module in _modules_of(service):
        if getattr(module, "requests", None) is requests:
            module.requests = _Requests(requests)  # type: ignore[attr-defined]
    recording = _Recording(limit)
    token = _current.set(recording)
    try:
        yield recording.calls
    finally:
        _current.reset(token)


def _modules_of(service: NotifyBase) -> Iterator[ModuleType]:
    """Find the modules of a plugin: those of its classes, and of its package if it has one."""
    own = {kind.__module__ for kind in type(service).__mro__}
    own = {name for name in own if name.startswith(f"{_PLUGINS}.")}
    packages = {name.rpartition(".")[0] for name in own} - {_PLUGINS}
    for name, module in list(sys.modules.items()):
        if name in own or name.rpartition(".")[0] in packages:
            yield module


class _Requests(ModuleType):
    """The library `requests` as a plugin sees it."""

    def __init__(self, library: ModuleType) -> None:
        super().__init__(library.__name__)
        self._library = library

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the library has
        recording = _current.get()
        if recording is None or name not in _SENDING:
            return getattr(self._library, name)
        if name.lower() == "session":
            return partial(_session, recording)
        return partial(_request, recording, name)


_METHODS = frozenset({"request", "get", "options", "head", "post", "put", "patch", "delete"})
_SENDING = _METHODS | {"Session", "session"}


def _request(recording: _Recording, method: str, *given: Any, **options: Any) -> Any:  # noqa: ANN401  # as there
    """Send one request in a session of its own, as `requests.post` and its like do."""
    with _session(recording) as session:
        return getattr(session, method)(*given, **options)


def _session(recording: _Recording) -> Any:  # noqa: ANN401  # a session of requests
    """Open a session that adds each of its requests to the recording."""
    import requests  # noqa: PLC0415  # comes with Apprise, which only deliveries load

    class Session(requests.Session):
        def send(self, request: Any, **options: Any) -> Any:  # noqa: ANN401  # as there
            if recording.calls and recording.calls[-1].status == HTTPStatus.TOO_MANY_REQUESTS:
                # Some plugins ask again at once; a service that wants a pause gets it.
                raise requests.ConnectionError("the service asked for a pause")
            recording.sent = False
            try:
                reply = super().send(request, **options)
            except requests.RequestException:
                recording.calls.append(HttpCall(None, sent=recording.sent))
                raise
            wait = retry_after(reply.headers)
            recording.calls.append(HttpCall(reply.status_code, wait, reply.text[:_LONGEST]))
            return reply

    session = Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, _adapter(recording))
    return session


def _adapter(recording: _Recording) -> Any:  # noqa: ANN401  # an adapter of requests
    """Make an adapter whose connections, also through a proxy, note that something was sent."""
    from requests.adapters import HTTPAdapter  # noqa: PLC0415  # see above
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool  # noqa: PLC0415
    from urllib3.exceptions import NewConnectionError  # noqa: PLC0415

    def noting(pool: Any) -> Any:  # noqa: ANN401  # a class of urllib3
        class Connection(pool.ConnectionCls):  # type: ignore[misc]
            def _new_conn(self) -> socket.socket:
                """Replace how the library connects, which bounds each step alone."""
                try:
                    return recording.limit.connect(self._dns_host, self.port)
                except (OSError, UnicodeError) as error:
                    raise NewConnectionError(self, f"no connection: {error}") from error

            def send(self, data: Any) -> None:  # noqa: ANN401  # as there
                try:
                    super().send(data)
                finally:
                    # Without a socket there was no connection, and nothing could be sent.
                    if self.sock is not None and not _is_to_the_proxy(data):
                        recording.sent = True

        return type(pool.__name__, (pool,), {"ConnectionCls": Connection})

    pools = {"http": noting(HTTPConnectionPool), "https": noting(HTTPSConnectionPool)}

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *given: Any, **options: Any) -> None:  # noqa: ANN401  # as there
            super().init_poolmanager(*given, **options)
            self.poolmanager.pool_classes_by_scheme = pools

        def proxy_manager_for(self, *given: Any, **options: Any) -> Any:  # noqa: ANN401  # as there
            manager = super().proxy_manager_for(*given, **options)
            manager.pool_classes_by_scheme = pools
            return manager

    return Adapter()


def _is_to_the_proxy(data: object) -> bool:
    return isinstance(data, bytes) and data.startswith(_TO_THE_PROXY)

"""A SOCKS 5 proxy on loopback: every name leads to one server, or is refused."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(slots=True)
class SocksProxy:
    """Where it listens, what it wants, and whom it was asked to connect to."""

    port: int
    server_port: int
    login: tuple[bytes, bytes] | None = None
    refusal: int = 0
    asked: list[tuple[str, int]] = field(default_factory=list)

    def serve(self, client: socket.socket) -> None:
        """Talk to one client, whatever it sends."""
        with client, suppress(OSError, IndexError):
            file = client.makefile("rb")
            methods = file.read(file.read(2)[1])
            wanted = 2 if self.login else 0
            client.sendall(bytes([5, wanted if wanted in methods else 255]))
            if self.login:
                user = file.read(file.read(2)[1])
                password = file.read(file.read(1)[0])
                client.sendall(bytes([1, (user, password) != self.login]))
            file.read(4)
            name = file.read(file.read(1)[0]).decode()
            self.asked.append((name, int.from_bytes(file.read(2), "big")))
            client.sendall(bytes([5, self.refusal, 0, 1, 127, 0, 0, 1, 0, 0]))
            if not self.refusal:
                self._pass_on(client)

    def _pass_on(self, client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self.server_port)) as server:
            threading.Thread(target=_copy, args=(client, server), daemon=True).start()
            _copy(server, client)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while more := source.recv(4096):
            target.sendall(more)


@contextmanager
def socks_proxy(
    server_port: int, *, login: tuple[bytes, bytes] | None = None, refusal: int = 0
) -> Iterator[SocksProxy]:
    """Serve until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        proxy = SocksProxy(listening.getsockname()[1], server_port, login, refusal)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    threading.Thread(target=proxy.serve, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield proxy

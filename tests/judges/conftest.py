from standins.serving import loopback, no_waiting, server

__all__ = ["loopback", "no_waiting", "server"]

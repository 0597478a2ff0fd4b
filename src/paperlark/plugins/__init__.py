"""Plug-ins: packages that bring a source, judge, channel, saver or ranker of their own.

A plug-in imports what it needs from here and from `paperlark.domain`. It is a callable that is
given a PluginContext and returns what implements the group's interface in `paperlark.ports`. Each
is called in a thread of its own until a deadline, and what it returns is checked.
"""

from paperlark.plugins.context import PluginContext, PluginValue

__all__ = ["PluginContext", "PluginValue"]

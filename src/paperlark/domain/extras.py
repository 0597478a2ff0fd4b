"""Extras: optional dependencies, and the command that installs them."""

from __future__ import annotations

import json


def install_command(extra: str) -> str:
    """Return the command that adds an extra to this installation.

    It installs from where paperlark came from (PEP 610), and by the name alone only where that was
    a package index: elsewhere the name may be somebody else's.

    >>> install_command("read").startswith("python -m pip install ")
    True
    """
    # Imported here, as below: every command starts with this module, and few need what is in it.
    from importlib.metadata import PackageNotFoundError, distribution  # noqa: PLC0415

    try:
        origin = distribution("paperlark").read_text("direct_url.json")
    except PackageNotFoundError:
        origin = None
    return f"python -m pip install {requirement(extra, origin)}"


def requirement(extra: str, origin: str | None) -> str:
    """Return what pip is asked to install; `origin` is the content of `direct_url.json`.

    >>> requirement("read", '{"url": "https://example.org/p.git", "vcs_info": {"vcs": "git"}}')
    "'paperlark[read] @ git+https://example.org/p.git'"
    """
    if origin is None:
        return f"'paperlark[{extra}]'"
    record = json.loads(origin)
    address, source, folder = record["url"], record.get("vcs_info"), record.get("dir_info")
    if folder is not None:
        from urllib.parse import urlsplit  # noqa: PLC0415
        from urllib.request import url2pathname  # noqa: PLC0415

        editable = "-e " if folder.get("editable") else ""
        return f"{editable}'{url2pathname(urlsplit(address).path)}[{extra}]'"
    if source:
        commit = source.get("commit_id")
        address = f"{source['vcs']}+{address}" + (f"@{commit}" if commit else "")
    return f"'paperlark[{extra}] @ {address}'"

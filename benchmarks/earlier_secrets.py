"""Secrets that an earlier state of this repository keeps, and whether today's version reads them.

A key in the private file and one in a keyring, the key that signs links to vote, and the token of
assistants. What an earlier state does not know yet is left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_PATIENCE = 120
_NAMES = ("PAPERLARK_IN_A_FILE", "PAPERLARK_IN_THE_KEYRING")
_KEYRING = '''"""A keyring that is a file."""
import json
from pathlib import Path
from keyring.backend import KeyringBackend

KEPT = Path(__file__).with_name("keyring.json")

class Keyring(KeyringBackend):
    priority = 1
    def _all(self):
        return json.loads(KEPT.read_text()) if KEPT.exists() else {}
    def get_password(self, service, name):
        return self._all().get(service + "/" + name)
    def set_password(self, service, name, password):
        KEPT.write_text(json.dumps(self._all() | {service + "/" + name: password}))
    def delete_password(self, service, name):
        KEPT.write_text(json.dumps(self._all() | {service + "/" + name: None}))
'''
_READ = """
import json, sys
from paperlark.settings.environment import Environment
print(json.dumps([Environment().secret(name) for name in sys.argv[1:]]))
"""
_SIGN = """
import json, sqlite3
from datetime import date
from pathlib import Path
from paperlark.domain.vote_links import signed_path, vote_link
from paperlark.store.link_key import link_key
(reader,) = sqlite3.connect("paperlark.db").execute("SELECT min(profile) FROM digests").fetchone()
link = vote_link("2502.18137", date.today(), 1)
print(json.dumps(signed_path(link, reader, link_key(Path("paperlark.db")))))
"""
_CHECK = """
import json, sys, paperlark
reading = paperlark.open_profile("paperlark.toml").reading
print(json.dumps(reading.check_vote_link(sys.argv[1]).paper_id))
"""
_ASSISTANT = """
import json, paperlark
print(json.dumps(paperlark.open_profile("paperlark.toml").assistant_token()))
"""


class EarlierSecrets:
    """What an earlier state kept in a home."""

    def __init__(self, source: Path, home: Path, variables: Mapping[str, str]) -> None:
        """Keep all secrets that the state in `source` knows, by its own means."""
        self._home = home
        self._variables = {**variables, "PYTHON_KEYRING_BACKEND": "kept_keyring.Keyring"}
        (home / "kept_keyring.py").write_text(_KEYRING)
        self._kept = {
            name: f"sk-{number}-of-an-earlier-state"
            for number, (name, way) in enumerate(zip(_NAMES, (["--file"], []), strict=True))
            if self._set(source, name, *way, secret=f"sk-{number}-of-an-earlier-state")
        }
        self._link = self._ask(source, _SIGN)
        self._token = self._ask(source, _ASSISTANT)

    def lost(self, source: Path) -> Iterator[str]:
        """Yield what the state in `source` does not read."""
        if self._kept and self._ask(source, _READ, *self._kept) != [*self._kept.values()]:
            yield f"secrets are not found: {', '.join(self._kept)}"
        if self._link and self._ask(source, _CHECK, str(self._link)) != "2502.18137":
            yield "a signed link is not valid any more"
        if self._token and self._ask(source, _ASSISTANT) != self._token:
            yield "the token of assistants is another one"

    def __str__(self) -> str:
        signed = {"signed links": self._link, "assistants' token": self._token}
        kept = [f"{len(self._kept)} secrets"] if self._kept else []
        return ", ".join(kept + [name for name, made in signed.items() if made]) or "no secrets"

    def _set(self, source: Path, name: str, *way: str, secret: str) -> bool:
        done = self._run(source, "-m", "paperlark", "secret", "set", name, *way, told=secret)
        return done.returncode == 0

    def _ask(self, source: Path, script: str, *arguments: str) -> object:
        """Return what a script prints, None where it ends with an error."""
        done = self._run(source, "-c", script, *arguments)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def _run(
        self, source: Path, *arguments: str, told: str = ""
    ) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join((str(source / "src"), str(self._home)))
        return subprocess.run(
            [sys.executable, *arguments], cwd=self._home, input=told, capture_output=True,
            env={**self._variables, "PYTHONPATH": path}, text=True, check=False, timeout=_PATIENCE,
        )  # fmt: skip

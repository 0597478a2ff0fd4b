"""Where a secret is found by its name: the environment, a private file, or the system's keyring.

A profile only ever holds the names. What is found goes into a request and nowhere else.
"""

from __future__ import annotations

import logging
import os
import stat
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from paperlark.domain.errors import SecretUnusable
from paperlark.domain.redaction import placeholders, remember, remember_address
from paperlark.settings.places import config_folder
from paperlark.settings.values import Settings

_log = logging.getLogger(__name__)

SERVICE = "paperlark"
"""The name that the keyring knows us by."""
_INSTALL = "pip install 'paperlark[keyring]'"
_FILE_SUFFIX = "_FILE"
"""NAME_FILE in the environment is the path of a file that holds NAME, as containers have it."""
_LARGEST = 64 * 1024
_MOUNTED = "/run/secrets"
"""Where containers have their secrets, as files that every user inside can read."""
_CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""The variable in which systemd names a service's folder of credentials, which is its alone."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Keyring(Protocol):
    """The system's store of passwords, as the package of that name gives it."""

    def get_password(self, service: str, name: str, /) -> str | None:
        """Return a password, None where there is none."""
        ...

    def set_password(self, service: str, name: str, password: str, /) -> None:
        """Keep a password."""
        ...

    def delete_password(self, service: str, name: str, /) -> None:
        """Forget a password."""
        ...


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """A secret and where it was found, in words."""

    secret: str
    where: str

    def __repr__(self) -> str:
        # A secret has no place in a traceback or a log.
        return f"FoundSecret(..., {self.where!r})"


class Secrets:
    """Looks secrets up when they are asked for: the environment first, then file, then keyring.

    `keyring` None is the system's, and none where it has none.
    """

    def __init__(self, environment: Mapping[str, str], keyring: Keyring | None = None) -> None:
        self._environment = environment
        self._keyring = keyring

    @property
    def file(self) -> Path:
        """The private file: NAME = "secret", a line each, for its owner alone to read."""
        return config_folder(self._environment) / "secrets.toml"

    def find(self, name: str) -> FoundSecret | None:
        """Look up a secret; None where it is not found.

        It is redacted from then on. Raises SecretUnusable where it is kept so that others could
        read it.
        """
        found = self._find(name)
        if found is not None:
            remember(found.secret)
            remember_address(found.secret, whole="://" in found.secret)
        return found

    def _find(self, name: str) -> FoundSecret | None:
        if found := find_variable(name, self._environment):
            return found
        if kept := self._in_file().get(name):
            return FoundSecret(kept, f"the file {self.file}")
        if kept := self._in_keyring(name):
            return FoundSecret(kept, "the keyring")
        return None

    @property
    def has_keyring(self) -> bool:
        """Whether the system has a usable keyring."""
        if self._keyring is not None:
            return True
        if not is_keyring_installed():
            return False
        from keyring.backends import fail, null  # noqa: PLC0415  # only where a keyring is asked

        return not isinstance(self._ring(), fail.Keyring | null.Keyring)

    def keep_in_file(self, name: str, secret: str) -> None:
        """Store a secret in the private file; raises SecretUnusable."""
        remember(secret)
        self._write(self._in_file() | {name: secret})

    def keep_in_keyring(self, name: str, secret: str) -> None:
        """Store a secret in the keyring; raises SecretUnusable where there is none."""
        remember(secret)
        try:
            self._ring().set_password(SERVICE, name, secret)
        except Exception as error:  # every backend has errors of its own
            raise SecretUnusable(
                f"the keyring does not accept {name} ({type(error).__name__})",
                hint=f"store it in a private file: paperlark secret set {name} --file",
            ) from error

    def forget(self, name: str) -> tuple[str, ...]:
        """Delete a secret from file and keyring, and return from which."""
        kept = self._in_file()
        out = []
        if name in kept:
            self._write({key: value for key, value in kept.items() if key != name})
            out.append(f"the file {self.file}")
        if self._in_keyring(name):
            self._forget_in_keyring(name)
            out.append("the keyring")
        return tuple(out)

    def _forget_in_keyring(self, name: str) -> None:
        try:
            self._ring().delete_password(SERVICE, name)
        except Exception as error:  # every backend has errors of its own
            raise SecretUnusable(
                f"the keyring does not delete {name} ({type(error).__name__})",
                hint="delete it with the system's password manager",
            ) from error

    def _in_file(self) -> dict[str, str]:
        if not self.file.exists():
            return {}
        try:
            kept = tomllib.loads(_read_private(self.file))
        except ValueError as error:
            # The parser's own words may quote what stands there.
            raise SecretUnusable(
                f"{self.file} is not TOML", hint='write one NAME = "secret" per line'
            ) from error
        texts = {name: value for name, value in kept.items() if isinstance(value, str)}
        for one in texts.values():
            remember(one)
            remember_address(one, whole="://" in one)
        return texts

    def _write(self, secrets: Mapping[str, str]) -> None:
        import json  # noqa: PLC0415  # JSON's strings are TOML's

        path = self.file
        text = "".join(
            f"{name} = {json.dumps(secret, ensure_ascii=False)}\n"
            for name, secret in sorted(secrets.items())
        )
        temporary: Path | None = None
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # mkstemp makes files that only their owner can read.
            handle, name = tempfile.mkstemp(dir=path.parent)
            temporary = Path(name)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            temporary.replace(path)
        except OSError as error:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
            raise SecretUnusable(
                f"{path} cannot be written ({error.strerror})",
                hint="set the secret as an environment variable",
            ) from error

    def _in_keyring(self, name: str) -> str | None:
        if self._keyring is None and not is_keyring_installed():
            _log.warning("did not look for %s in the keyring: %s", name, _INSTALL)
            return None
        try:
            return self._ring().get_password(SERVICE, name)
        except Exception:  # noqa: BLE001  # every backend has errors of its own: then it has no secret
            return None

    def _ring(self) -> Keyring:
        if self._keyring is not None:
            return self._keyring
        import keyring  # noqa: PLC0415  # 0.1 s, and only who keeps a secret there waits for it

        return keyring.get_keyring()


def is_keyring_installed() -> bool:
    """Return whether the package is here that reads the system's keyring; on Linux an extra."""
    from importlib.util import find_spec  # noqa: PLC0415  # only where a secret is not found elsewhere

    return find_spec("keyring") is not None


def how_to_keep(name: str) -> str:
    """Return the command that keeps a secret; and, without it, the one that reads the keyring."""
    command = f"paperlark secret set {name}"
    return command if is_keyring_installed() else f"{command}; if the keyring has it, {_INSTALL}"


def find_variable(name: str, environment: Mapping[str, str]) -> FoundSecret | None:
    """Return the secret in the variable NAME, or in the file that NAME_FILE names; None without.

    Of a file, one newline at its end is left out; an empty one counts as missing, for a container
    needs a file also where there is no secret. Raises SecretUnusable where both are set, and where
    the file cannot be read, is too large, or readable by others; except in /run/secrets and in
    systemd's folder of credentials, which nobody else can enter.
    """
    here = environment.get(name, "").strip()
    path = environment.get(name + _FILE_SUFFIX, "").strip()
    if here and path:
        raise SecretUnusable(
            f"{name} and {name}{_FILE_SUFFIX} are both set", hint=f"unset one; keep the file {path}"
        )
    if here:
        return FoundSecret(here, f"the environment variable {name}")
    if not path:
        return None
    closed = [Path(one) for one in (_MOUNTED, environment.get(_CREDENTIALS, "")) if one]
    text = _read_private(Path(path), closed=any(map(Path(path).is_relative_to, closed)))
    secret = text.removesuffix("\n").removesuffix("\r")
    return FoundSecret(secret, f"the file {path}") if secret else None


def _read_private(path: Path, *, closed: bool = False) -> str:
    """Read a file that only its owner can read, or one in a `closed` folder.

    Raises SecretUnusable.
    """
    try:
        # A pipe would be waited for without end.
        if path.exists() and not path.is_file():
            raise SecretUnusable(f"{path} is no file", hint="name a file that holds the secret")
        with path.open("rb") as file:
            # Windows has other permissions, which these bits do not tell.
            if os.name == "posix" and not closed and os.fstat(file.fileno()).st_mode & _OTHERS:
                raise SecretUnusable(
                    f"{path} contains secrets and others can read it", hint=f"chmod 600 {path}"
                )
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise SecretUnusable(
            f"{path} cannot be read ({error.strerror})",
            hint="check the path, and that the user who runs paperlark can read it",
        ) from error
    if len(content) > _LARGEST:
        raise SecretUnusable(
            f"{path} is larger than {_LARGEST // 1024} kB", hint="name a file that holds secrets"
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SecretUnusable(f"{path} is not UTF-8 text", hint="save it as UTF-8") from error


@dataclass(frozen=True, slots=True)
class Needed:
    """A secret's name and purpose; without `needed` it is optional."""

    name: str
    use: str
    needed: bool = True


def needed_secrets(settings: Settings) -> Iterator[Needed]:
    """Yield each secret that the profile names."""
    if settings.model and settings.model.key_variable:
        yield Needed(settings.model.key_variable, f"the key for {settings.model.model}")
    for name in placeholders(settings.model.base_url) if settings.model else ():
        yield Needed(name, "a part of the model's address")
    if settings.people:
        name = settings.people.key_variable
        yield Needed(name, "a key for Semantic Scholar, if you have one", needed=False)
    if settings.mail and settings.mail.user:
        yield Needed(settings.mail.password_variable, f"the password of {settings.mail.user}")
    if settings.webhook:
        use = "what requests to your webhook are signed with"
        yield Needed(settings.webhook.secret_variable, use)
        for name in placeholders(settings.webhook.url):
            yield Needed(name, "a part of your webhook's address")
    if settings.zotero:
        yield Needed(settings.zotero.key_variable, "a key for Zotero")
    yield from _of_channels_and_plugins(settings)


def _of_channels_and_plugins(settings: Settings) -> Iterator[Needed]:
    for channel in settings.channels:
        if channel.url_variable:
            yield Needed(channel.url_variable, f"the address of {channel.name}")
    for plugin, table in settings.plugins.tables.items():
        for setting, value in table.items():
            if setting.endswith("_variable"):
                yield Needed(str(value), f"{setting} of the plug-in {plugin}")

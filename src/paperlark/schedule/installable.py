"""What a container or a workflow installs: a wheel beside the files, or an address in the web.

paperlark is on no package index, and somebody else could take its name there. So what is running
is what is installed elsewhere too: a wheel of it is built from its source tree, or put together
again from its installed files.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import paperlark
from paperlark.domain.errors import NotScheduled

_ADDRESS = re.compile(
    r"(?P<git>git\+)?https://(?P<host>[\w.:-]+)/(?P<path>[\w./+~-]+)(?:@(?P<commit>[\w./-]+))?"
    r"(?:#[\w=&./-]+)?",
    re.ASCII,
)
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_ARCHIVES = (".whl", ".zip", ".tar.gz")
_WHEEL = re.compile(r"paperlark-[\w.+!]+-py3-none-any\.whl", re.ASCII)
_GIVE_ONE = "give its source: --install git+https://HOST/PATH@COMMIT, or --install FILE.whl"
_PATIENCE = 600
_METADATA = re.compile(r"METADATA|WHEEL|entry_points\.txt|licenses/.+")
"""What a wheel says of itself; the rest is the installer's."""


@dataclass(frozen=True, slots=True)
class Installable:
    """A requirement for pip, or a wheel: its file's name and content."""

    requirement: str
    wheel: bytes | None = None
    note: str = ""

    @property
    def wheel_name(self) -> str | None:
        """The name of the wheel's file, None for an address."""
        return None if self.wheel is None else self.requirement


def find_installable(source: str | None) -> Installable:
    """Return what to install: an address, a wheel's path, or None for what is running.

    Raises NotScheduled where it cannot be installed elsewhere.
    """
    if source is None:
        return own_wheel()
    if "://" in source:
        return _from_address(source)
    path = Path(source)
    if path.suffix == ".whl":
        return _from_file(path)
    raise NotScheduled(
        f"{source!r} is neither an address nor a wheel, and paperlark is on no package index",
        hint=f"{_GIVE_ONE}; without --install, what is running here is installed",
    )


def named_wheels(text: str) -> tuple[str, ...]:
    """Return the wheels of paperlark that a generated file names, each once."""
    return tuple(dict.fromkeys(_WHEEL.findall(text)))


def own_wheel(package: Path | None = None) -> Installable:
    """Return a wheel of the paperlark that is running, the same one each time.

    `package` is its folder. Raises NotScheduled where none can be made.
    """
    folder = package or Path(paperlark.__file__).parent
    tree = next((one for one in folder.parents[:2] if _is_source(one)), None)
    return _built(tree) if tree else _put_together(folder)


def _from_address(text: str) -> Installable:
    address = text.removeprefix("paperlark @ ").strip()
    if "@" in address.partition("://")[2].partition("/")[0] or "?" in address:
        raise NotScheduled(
            "an address with a user, a password or a query would be written into the files",
            hint="make the source readable without one, or leave --install out",
        )
    found = _ADDRESS.fullmatch(address)
    if not found or not (found["git"] or found["path"].endswith(_ARCHIVES)):
        raise NotScheduled(
            f"{address!r} cannot be installed from elsewhere",
            hint="write it like git+https://HOST/PATH@COMMIT, or https://HOST/PATH.whl",
        )
    moving = found["git"] and not _COMMIT.fullmatch(found["commit"] or "")
    note = f"{address} names no commit, so what it installs may change: add @COMMIT"
    return Installable(f"paperlark @ {address}", note=note if moving else "")


def _from_file(path: Path) -> Installable:
    if not _WHEEL.fullmatch(path.name):
        raise NotScheduled(
            f"{path.name} is not a wheel of paperlark",
            hint="its name is like paperlark-0.1.0-py3-none-any.whl",
        )
    try:
        return Installable(path.name, path.read_bytes())
    except OSError as error:
        raise NotScheduled(f"{path} cannot be read ({error.strerror})") from error


def _is_source(folder: Path) -> bool:
    try:
        return 'name = "paperlark"' in (folder / "pyproject.toml").read_text("utf-8")
    except (OSError, ValueError):
        return False


def _built(tree: Path) -> Installable:
    """Build the wheel of a source tree, with the locked builder where it is installed."""
    with TemporaryDirectory(prefix="paperlark-wheel-") as folder:
        if find_spec("hatchling"):
            build = ["-m", "hatchling", "build", "-t", "wheel", "-d", folder]
        else:
            build = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, "."]
        try:
            done = subprocess.run(  # noqa: S603  # Python, its words ours
                [sys.executable, *build],
                cwd=tree,
                capture_output=True,
                text=True,
                check=False,
                encoding="utf-8",
                errors="replace",
                timeout=_PATIENCE,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotScheduled(f"no wheel of {tree} can be built ({error})") from error
        found = sorted(Path(folder).glob("paperlark-*.whl"))
        if done.returncode or not found:
            problem = done.stderr.strip().rpartition("\n")[2]
            raise NotScheduled(
                f"no wheel of {tree} can be built ({problem})",
                hint=f"pip install hatchling, or {_GIVE_ONE}",
            )
        return _from_file(found[0])


def _put_together(package: Path) -> Installable:
    """Put the installed files together to the wheel that they came from."""
    try:
        installed = distribution("paperlark")
        files = dict(_own_files(installed, package))
    except (PackageNotFoundError, OSError) as error:
        raise NotScheduled(
            f"no wheel can be made of the paperlark in {package} ({error})", hint=_GIVE_ONE
        ) from error
    name = f"paperlark-{installed.version}-py3-none-any.whl"
    record = f"paperlark-{installed.version}.dist-info/RECORD"
    if "paperlark/__init__.py" not in files:
        raise NotScheduled(
            f"no wheel can be made of the paperlark in {package} (what was installed is not"
            " recorded)",
            hint=_GIVE_ONE,
        )
    lines = [f"{one},sha256={_digest(content)},{len(content)}" for one, content in files.items()]
    files[record] = "\n".join((*lines, f"{record},,", "")).encode()
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for one, content in files.items():
            # Without a date: the same files make the same wheel.
            info = ZipInfo(one)
            info.compress_type, info.external_attr = ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, content)
    return Installable(name, packed.getvalue())


def _own_files(installed: Distribution, package: Path) -> Iterator[tuple[str, bytes]]:
    """Return the files of the wheel, if `package` is what was installed: not programs, not caches.

    Raises OSError where one is missing.
    """
    for file in sorted(installed.files or (), key=str):
        inside = file.as_posix()
        room, _, rest = inside.partition("/")
        ours = room == "paperlark" or (room.endswith(".dist-info") and _METADATA.fullmatch(rest))
        if not ours or file.suffix == ".pyc":
            continue
        place = Path(str(file.locate())).resolve()
        if room == "paperlark" and not place.is_relative_to(package.resolve()):
            return
        yield inside, place.read_bytes()


def _digest(content: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()

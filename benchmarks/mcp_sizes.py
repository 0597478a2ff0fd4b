"""How much an assistant has to read, and how soon it is answered.

    python benchmarks/mcp_sizes.py [--starts 5]

Over the bundled sample, whose papers are then overwritten with hostile and huge texts: the tokens
of the tools' schema as it goes over the wire, the largest answer of any tool and resource (its text
and its structured content together), by our estimate and as the o200k vocabulary counts. Then
`paperlark mcp` is started as a client does: from the start of the process to its first answer, of
which `import mcp` alone is most, and from then to the answer of tools/list. Medians of several
starts. Exit code 1 when a limit is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from toktok import batch_count

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from paperlark.verbs.answers import LARGEST
from paperlark.verbs.tokens import estimate_tokens
from standins.assistants import Asking, Home, asking, in_memory, make_home
from standins.hostile_to_assistants import HOSTILE

SCHEMA = 1_500
"""Tokens of all tools."""
LISTED = 0.1
"""Seconds from the first answer to that of tools/list."""
TOOLS = 7
_GREETING = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "benchmark", "version": "0"},
}


def main() -> int:
    """Measure, and print a row for each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--starts", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = make_home(Path(folder))
        broken = _schema(home) + _answers(home) + _start(home, options.starts)
    return int(broken > 0)


def _schema(home: Home) -> int:
    with asking(in_memory(home.profile)) as asked:
        tools = asked.run(asked.client.list_tools).tools
    wire = json.dumps(
        [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in tools],
        separators=(",", ":"),
    )
    return _row("tools", len(tools), TOOLS) + _sizes("schema", wire, SCHEMA)


def _answers(home: Home) -> int:
    papers = home.write(HOSTILE)
    home.profile.reading.triage(papers[0], "note", text="A note. " * 480)
    with asking(in_memory(home.profile)) as asked:
        broken = 0
        for name, answers in (
            ("digest", _texts(asked, "digest")),
            ("search", _texts(asked, "search", category="cs")),
            ("similar", _texts(asked, "similar", id=papers[0])),
            ("paper", (text for one in papers for text in _texts(asked, "paper", id=one))),
            ("criteria", _resource(asked, "paperlark://criteria")),
            ("day", _resource(asked, "paperlark://days/2025-03-25")),
        ):
            broken += _sizes(f"largest {name}", max(answers, key=estimate_tokens), LARGEST)
    return broken


def _texts(asked: Asking, tool: str, **arguments: object) -> Iterator[str]:
    """Yield each page of an answer as it goes over the wire."""
    for one in asked.pages(tool, **arguments):
        yield one.model_dump_json(by_alias=True, exclude_none=True)


def _resource(asked: Asking, address: str) -> Iterator[str]:
    found = asked.run(partial(asked.client.read_resource, address))
    yield found.model_dump_json(by_alias=True, exclude_none=True)


def _start(home: Home, starts: int) -> int:
    first, listed = zip(*(_started(home) for _ in range(starts)), strict=True)
    imported = [_timed([sys.executable, "-c", "import mcp"]) for _ in range(starts)]
    print(f"{'start to the first answer':<32} {statistics.median(first):8.2f} s")
    print(f"{'of which import mcp':<32} {statistics.median(imported):8.2f} s")
    seconds = statistics.median(listed)
    broken = seconds > LISTED
    print(f"{'tools/list after that':<32} {seconds:8.3f} s  limit {LISTED} {_mark(broken)}")
    return int(broken)


def _started(home: Home) -> tuple[float, float]:
    """Return the seconds to the first answer of a new process, and from there to tools/list."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        home.command(),
        env={**os.environ, **home.variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        _ask(process, "initialize", _GREETING)
        first = time.perf_counter()
        _ask(process, "tools/list", {})
        listed = time.perf_counter()
        process.communicate()
    return first - begun, listed - first


def _ask(process: subprocess.Popen[bytes], method: str, params: object) -> None:
    if process.stdin is None or process.stdout is None:
        raise ValueError(process)
    lines = [{"jsonrpc": "2.0", "id": 1, "method": method, "params": params}]
    if method != "initialize":
        lines.insert(0, {"jsonrpc": "2.0", "method": "notifications/initialized"})
    process.stdin.write("".join(f"{json.dumps(one)}\n" for one in lines).encode())
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    if "result" not in answer:
        raise ValueError(answer)


def _timed(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - begun


def _sizes(name: str, wire: str, limit: int) -> int:
    (counted,) = batch_count([wire], "o200k_base", threads=1)
    return _row(f"{name}: estimate", estimate_tokens(wire), limit) + _row(
        f"{name}: o200k", int(counted), limit
    )


def _row(name: str, found: int, limit: int) -> int:
    broken = found > limit
    print(f"{name:<32} {found:8,}    limit {limit:,} {_mark(broken)}")
    return int(broken)


def _mark(broken: object) -> str:
    return "BROKEN" if broken else "ok"


if __name__ == "__main__":
    sys.exit(main())

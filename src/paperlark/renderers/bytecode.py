"""Keep compiled templates beside the package's compiled modules, by Python's own rules.

To compile the template of a page takes longer than to fill it in.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket


class TemplateBytecode(jinja2.BytecodeCache):
    """Keep them where Python keeps bytecode, PYTHONPYCACHEPREFIX included, unless it keeps none.

    kind: tells environments apart that compile one template to different code
    """

    def __init__(self, kind: str) -> None:
        self._kind = f"jinja-{jinja2.__version__}-{kind}"

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return the template's file as its key."""
        return filename or name

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load what was compiled from this very text; Jinja compares a checksum."""
        with suppress(OSError), self._file(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write it, if possible: the package may belong to somebody else."""
        if sys.dont_write_bytecode:
            return
        file = self._file(bucket)
        whole = file.with_name(f"{file.name}.{os.getpid()}")
        with suppress(OSError):
            file.parent.mkdir(exist_ok=True, parents=True)
            whole.write_bytes(bucket.bytecode_to_string())
            whole.replace(file)

    def _file(self, bucket: Bucket) -> Path:
        return Path(cache_from_source(f"{bucket.key}.{self._kind}.py"))

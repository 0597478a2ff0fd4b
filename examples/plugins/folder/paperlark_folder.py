"""Deliver each message as a text file in a folder."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from paperlark.domain.delivery import Message, MessageFormat, Style
from paperlark.domain.errors import ChannelBusy
from paperlark.plugins import PluginContext


@dataclass(frozen=True, slots=True)
class FolderChannel:
    """Implements Channel: a file for each message, named by it, so that a retry replaces it."""

    folder: Path
    message_format = MessageFormat(Style.TEXT, longest=1_000_000, subject_longest=200)
    deduplicates = True

    def send(self, message: Message, name: str) -> None:
        """Write the message; raises ChannelBusy where the folder cannot be written to."""
        # Names have slashes and a reader's id; the hash keeps two alike apart.
        readable = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[-80:]
        file = self.folder / f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.txt"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{message.subject}\n\n{message.text}\n", encoding="utf-8")
        except OSError as error:
            raise ChannelBusy(f"{self.folder} cannot be written to ({error.strerror})") from error


def make(context: PluginContext) -> FolderChannel:
    """Return the channel; its setting `folder` is relative to the profile."""
    return FolderChannel(context.path("folder"))

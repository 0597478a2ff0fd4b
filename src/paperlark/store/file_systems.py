"""Which file system a database lies on: SQLite's shared memory does not reach other machines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_TABLE = Path("/proc/self/mounts")
"""The mounts of this process; only Linux has it, and elsewhere nothing is known."""

_REMOTE = re.compile(
    # of other machines, under the names of Linux and macOS
    r"nfs\d?|cifs|smb\w*|afs|afpfs|ncpfs|coda|davfs2?|webdav|ceph|gpfs|mmfs|lustre\w*|beegfs\w*|panfs"
    r"|wekafs|pvfs2|orangefs|glusterfs|gfs2?|ocfs2|acfs|dvs|quobyte"
    # of the host, in a virtual machine or a container
    r"|9p|v9fs|virtiofs|vboxsf|vmhgfs|prl_fs|fakeowner|grpcfuse|osxfs|drvfs"
)
_REMOTE_PROGRAM = re.compile(
    r"sshfs|rclone|s3fs|goofys|gcsfuse|blobfuse2?|mount-s3|gvfsd-fuse|curlftpfs|juicefs|cephfs"
    r"|ceph-fuse|moosefs|mfs|lizardfs|seaweedfs|hdfs|fuse_dfs|cvmfs2|smbnetfs|vmhgfs-fuse"
)
"""Programs that serve other machines' files by way of FUSE."""
_OF_ANOTHER_MACHINE = re.compile(r"//[^/]|[^/\s]+@[^/\s]+:|[^/\s]+:/")
"""How the source of a mount names one: `//host/share`, `me@host:`, `host:/folder`."""
_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """A mounted file system: its type as the kernel names it, its source, and where it begins."""

    type: str
    source: str
    folder: PurePosixPath

    @property
    def remote(self) -> bool:
        """Whether other machines may write to it: shared memory and locks are then not certain."""
        kind, _, program = self.type.lower().partition(".")
        if not program:
            return bool(_REMOTE.fullmatch(kind))
        # There are many such programs; those that serve this machine's files name no other.
        known = _REMOTE.fullmatch(program) or _REMOTE_PROGRAM.fullmatch(program)
        return bool(known or _OF_ANOTHER_MACHINE.match(self.source))


def find_mount(path: PurePosixPath, table: str) -> Mount | None:
    """Return the mount that an absolute path without links is on; None if the table has none.

    `table` is in the format of /proc/mounts. What is mounted later hides what is below it.
    """
    found: Mount | None = None
    for line in table.splitlines():
        source, folder, kind, *_ = (*line.split(), "", "", "")
        mount = Mount(kind, _unescaped(source), PurePosixPath(_unescaped(folder)))
        covers = folder.startswith("/") and path.is_relative_to(mount.folder)
        if covers and (found is None or mount.folder.is_relative_to(found.folder)):
            found = mount
    return found


def remote_mount(path: Path) -> Mount | None:
    """Return the file system of other machines that a file is or will be on, else None."""
    try:
        table = _TABLE.read_text("utf-8", "surrogateescape")
        mount = find_mount(PurePosixPath(path.resolve()), table)
    except OSError:
        return None
    return mount if mount and mount.remote else None


def _unescaped(field: str) -> str:
    """Undo the octal escapes of blanks and backslashes."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 8)), field)

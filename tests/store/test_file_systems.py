"""Which file system a path is on, by tables of mounts as Linux writes them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from paperlark.store import file_systems
from paperlark.store.database import open_database
from paperlark.store.file_systems import find_mount

_TABLE = r"""
/dev/sda1 / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
tmpfs /tmp tmpfs rw 0 0
filer:/export/home /home nfs4 rw,vers=4.2 0 0
/dev/sdb1 /home/ada/local xfs rw 0 0
//nas/papers /mnt/my\040papers cifs rw 0 0
gpfs0 /gpfs gpfs rw 0 0
10.0.0.1@o2ib:/scratch /scratch lustre rw 0 0
ada@host:/srv /srv/remote fuse.sshfs rw 0 0
gdrive: /srv/drive fuse.rclone rw 0 0
C:\134 /mnt/c 9p rw 0 0
/dev/sdc1 /media/usb fuseblk rw 0 0
/home/ada/.secret /home/ada/vault fuse.gocryptfs rw 0 0
somebody:/export /srv/unknown fuse.ofmyown rw 0 0
overlay /var/lib/containers overlay rw 0 0
filer:/old /data nfs rw 0 0
/dev/sdd1 /data ext4 rw 0 0
no-such
"""


@pytest.mark.parametrize(
    ("path", "kind", "remote"),
    [
        ("/var/paperlark.db", "ext4", False),
        ("/tmp/paperlark.db", "tmpfs", False),  # noqa: S108  # a line of the table
        ("/home/ada/paperlark.db", "nfs4", True),
        ("/homely/paperlark.db", "ext4", False),
        ("/home/ada/local/paperlark.db", "xfs", False),
        ("/mnt/my papers/paperlark.db", "cifs", True),
        ("/gpfs/ada/paperlark.db", "gpfs", True),
        ("/scratch/paperlark.db", "lustre", True),
        ("/srv/remote/paperlark.db", "fuse.sshfs", True),
        ("/srv/drive/paperlark.db", "fuse.rclone", True),
        ("/mnt/c/paperlark.db", "9p", True),
        ("/media/usb/paperlark.db", "fuseblk", False),
        ("/home/ada/vault/paperlark.db", "fuse.gocryptfs", False),
        ("/srv/unknown/paperlark.db", "fuse.ofmyown", True),
        ("/var/lib/containers/paperlark.db", "overlay", False),
        ("/data/paperlark.db", "ext4", False),  # mounted over the other
    ],
)
def test_the_innermost_and_latest_mount_counts(path: str, kind: str, *, remote: bool) -> None:
    mount = find_mount(PurePosixPath(path), _TABLE)
    assert mount is not None
    assert (mount.type, mount.remote) == (kind, remote)


def test_a_path_without_a_mount_has_no_file_system() -> None:
    assert find_mount(PurePosixPath("/home/ada"), "") is None


@pytest.mark.parametrize(("kind", "journal"), [("nfs4", "delete"), ("ext4", "wal")])
def test_a_database_of_other_machines_has_no_write_ahead_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, journal: str
) -> None:
    path, table = tmp_path / "paperlark.db", tmp_path / "mounts"
    with open_database(path):  # on a disk of this machine, which it is then moved from
        pass
    table.write_text(f"filer:/export {tmp_path.resolve()} {kind} rw 0 0\n")
    monkeypatch.setattr(file_systems, "_TABLE", table)
    with open_database(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == (journal,)


def test_where_mounts_are_not_told_the_log_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_systems, "_TABLE", tmp_path / "none")
    with open_database(tmp_path / "paperlark.db") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)

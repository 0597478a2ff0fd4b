from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from standins.digests import DAY, ordinary


def test_a_digest_of_before_there_were_several_readings_is_read(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    page = replace(ordinary(), profile="Mine")
    with open_database(path) as connection:
        store = DigestStore(connection, path)
        store.file(page)
        connection.execute(
            "UPDATE digests SET digest ="
            " json_remove(digest, '$.readings', '$.agreement', '$.funnel.followed_asked')"
        )
        assert store.digest("Mine", DAY) == page

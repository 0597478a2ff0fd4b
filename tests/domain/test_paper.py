from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.paper import Identifier
from paperlark.testing import a_paper

NEW_IDS = st.from_regex(r"\d{4}\.\d{4,5}", fullmatch=True).filter(str.isascii)
OLD_IDS = st.from_regex(r"(hep-th|nlin|math\.GT|astro-ph)/[0-9]{7}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "id_", "version"),
    [
        ("oai:arXiv.org:2502.12206v1", "2502.12206", 1),
        ("arXiv:2502.12206", "2502.12206", None),
        ("2103.00010", "2103.00010", None),
        ("nlin/0408039v2", "nlin/0408039", 2),
        ("math.GT/0309136", "math.GT/0309136", None),
        (" 0704.0001v12 ", "0704.0001", 12),
    ],
)
def test_old_and_new_identifiers_are_parsed(text: str, id_: str, version: int | None) -> None:
    assert Identifier.parse(text) == Identifier(id_, version)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    ["", "2502", "2502.1", "2502.123456", "v1", "2502.12206v0", "../etc/passwd", "٢٥٠٢.١٢٢٠٦"],
)
def test_other_text_is_no_identifier(text: str) -> None:
    assert Identifier.parse(text) is None


@given(NEW_IDS | OLD_IDS, st.integers(1, 99))
def test_an_identifier_stays_text_and_comes_back(id_: str, version: int) -> None:
    assert Identifier.parse(f"arXiv:{id_}v{version}") == Identifier(id_, version)  # type: ignore[arg-type]


@given(st.text())
def test_any_text_is_an_identifier_or_none(text: str) -> None:
    found = Identifier.parse(text)
    assert found is None or found.id in text


def test_an_anchor_has_no_slash() -> None:
    assert "/" not in a_paper("hep-th/9901001").anchor

"""Addresses that never change, and links between them that work from any folder."""

from __future__ import annotations

import posixpath
from datetime import date
from pathlib import PurePosixPath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.site_addresses import FRONT, Addresses, link, slug

BATS = Addresses("Bats & birds")
DAY = date(2025, 2, 26)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Efficient LLM inference", "efficient-llm-inference"),
        ("efficient  LLM Inference", "efficient-llm-inference"),
        ("Bats & birds", "bats-birds-" + slug("Bats & birds")[-8:]),
        ("..", slug("..")),
    ],
)
def test_a_name_has_a_readable_slug(name: str, written: str) -> None:
    assert slug(name) == written


@given(st.text(), st.text())
def test_different_names_have_different_addresses(one: str, other: str) -> None:
    alike = " ".join(one.casefold().split()) == " ".join(other.casefold().split())
    assert (slug(one) == slug(other)) == alike


@given(st.text())
def test_no_name_leaves_its_folder(name: str) -> None:
    assert set(slug(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug(name)


def test_every_page_has_its_address() -> None:
    folder = slug("Bats & birds")
    assert str(BATS.day(DAY)) == f"{folder}/2025/02/26/index.html"
    assert str(BATS.others(DAY)) == f"{folder}/2025/02/26/others/index.html"
    assert str(BATS.month(DAY, "papers.bib")) == f"{folder}/2025/02/papers.bib"
    assert str(BATS.year(2025)) == f"{folder}/2025/index.html"


_PATHS = st.sampled_from(
    [
        FRONT,
        BATS.home,
        *BATS.feeds,
        BATS.day(DAY),
        BATS.others(DAY),
        BATS.month(DAY),
        BATS.year(2025),
        BATS.author("Ada Lovelace"),
        BATS.topic("Sonar"),
        PurePosixPath("search/index.html"),
    ]
)


@given(_PATHS, _PATHS)
def test_a_link_leads_to_its_target(source: PurePosixPath, target: PurePosixPath) -> None:
    way = posixpath.normpath(posixpath.join(source.parent, unquote(link(source, target))))
    assert way == str(target)


def test_a_link_may_name_a_paper_of_the_page() -> None:
    assert link(BATS.month(DAY), BATS.day(DAY), "paper-2502.1") == "26/index.html#paper-2502.1"

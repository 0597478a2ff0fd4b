from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.paper import PaperDetails
from paperlark.domain.paper_facts import (
    MOST_CODE_LINKS,
    accepted_at,
    code_links,
    facts_of,
    is_withdrawn,
    searchable,
)
from paperlark.testing import a_paper


@pytest.mark.parametrize(
    ("comments", "venue"),
    [
        ("Accepted to ICLR 2025", "ICLR 2025"),
        ("Published as a conference paper at ICLR 2025", "ICLR 2025"),
        ("CVPR'25, code at https://github.com/a/b.", "CVPR 2025"),
        ("International Conference on Computer Vision (ICCV) 2017", "ICCV 2017"),
        ("Accepted at the NeurIPS 2024 Workshop on Bats", "NeurIPS workshop 2024"),
        ("camera-ready for ACL 2024 Findings", "ACL findings 2024"),
        ("18 pages, 13 figures, accepted by MNRAS", "MNRAS"),
        ("12 pages, accepted for publication in Phys. Rev. D; v2. add Figs", "Phys. Rev. D"),
        ("To appear in the Journal of Bats, 2024", "Journal of Bats 2024"),
        ("accepted as part of a Focus Issue to appear in ApJ. Updated", "ApJ"),
        ("Accepted to NeurIPS'25 (spotlight)", "NeurIPS 2025"),
        ("To appear in: A&A", "A&A"),
        ("Accepted: MNRAS", "MNRAS"),
        ("In press, Journal of Bats", "Journal of Bats"),
        ("Published in: Phys. Rev. Lett. 130, 101801 (2023)", "Phys. Rev. Lett"),
        ("To appear in Ann. of Math. (2)", "Ann. of Math"),
        ("Accepted in J. Fluid Mech.", "J. Fluid Mech"),
        ("CVPR2025", "CVPR 2025"),
        ("EMNLP Findings 2024", "EMNLP findings 2024"),
        ("Accepted at Nature. Code will follow", "Nature"),
        ("Not accepted at ICML 2024", None),
        ("ICML 2025 submission", None),
        ("submitted to ICML 2025", None),
        ("Under review at NeurIPS 2024", None),
        ("Accepted", None),
        ("accepted for publication", None),
        ("SC 12 pages, 4 tables", None),
        ("14 pages, 5 figures", None),
        ("", None),
    ],
)
def test_where_a_paper_was_accepted_is_read_from_its_comments(
    comments: str, venue: str | None
) -> None:
    found = accepted_at(comments)
    assert (str(found) if found else None) == venue


@pytest.mark.parametrize(
    ("comments", "pages", "figures"),
    [
        ("v2: typos fixed, 12pp., 5 figs", 12, 5),
        ("10+5 pages, 4 + 2 figures", 15, 6),
        ("iii+120 pages", 120, None),
        ("1,234 pages", 1234, None),
        ("12 p., a 12-page note", 12, None),
        ("Paper 2 of 5, twelve pages", None, None),
    ],
)
def test_pages_and_figures_are_counted_with_those_of_an_appendix(
    comments: str, pages: int | None, figures: int | None
) -> None:
    facts = facts_of(a_paper(details=PaperDetails(comments=comments)))
    assert (facts.pages, facts.figures) == (pages, figures)


@pytest.mark.parametrize(
    ("text", "withdrawn"),
    [
        ("This paper has been withdrawn by the authors due to an error", True),
        ("Withdrawn", True),
        ("withdrawn due to a crucial sign error", True),
        ("The manuscript was retracted.", True),
        ("We have withdrawn this paper", True),
        ("The authors withdraw the manuscript", True),
        ("We have withdrawn blood from bats", False),
        ("We study how ads are withdrawn from auctions", False),
        ("12 pages", False),
    ],
)
def test_a_withdrawn_paper_says_so(text: str, withdrawn: bool) -> None:  # noqa: FBT001
    assert is_withdrawn(text) is withdrawn
    assert facts_of(a_paper(details=PaperDetails(comments=text))).withdrawn is withdrawn


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Code: https://github.com/ada/bats.", ["https://github.com/ada/bats"]),
        ("at github.com/ada/bats.git, and", ["https://github.com/ada/bats"]),
        (r"see http://www.GitHub.com/ada/my\_bats", ["https://github.com/ada/my_bats"]),
        ("(https://huggingface.co/ada/bats)", ["https://huggingface.co/ada/bats"]),
        ("https://ada.github.io/bats/", ["https://ada.github.io/bats"]),
        ("doi.org/10.5281/zenodo.123", ["https://doi.org/10.5281/zenodo.123"]),
        ("https://codeberg.org/a/b and https://gitlab.inria.fr/c/d",
         ["https://codeberg.org/a/b", "https://gitlab.inria.fr/c/d"]),
        ("https://github.com/ada/bats https://github.com/ada/bats", ["https://github.com/ada/bats"]),
        ("https://hf.co/a/b", ["https://huggingface.co/a/b"]),
        ("https://gist.github.com/ada/0a1b", ["https://gist.github.com/ada/0a1b"]),
        ("gitlab.in2p3.fr/a/b or https://gitlab.mpcdf.mpg.de/c/d",
         ["https://gitlab.in2p3.fr/a/b", "https://gitlab.mpcdf.mpg.de/c/d"]),
        ("https://github.com/sponsors/ada", []),
        ("https://github.com/ada", []),
        ("https://huggingface.co/papers/2502.00001", []),
        ("https://evil.example/github.com/a/b", []),
        ("https://github.com.evil.example/a/b", []),
        ("https://user@github.com/a/b", []),
        ("javascript:alert(1)//github.com", []),
    ],
)  # fmt: skip
def test_code_is_found_where_it_is_known_to_be_kept(text: str, links: list[str]) -> None:
    assert list(code_links(text)) == links


@given(st.text(max_size=400) | st.text("https:/.githubcom-_~\\\"<>'@%", max_size=200))
def test_any_text_gives_addresses_that_can_do_nothing_else(text: str) -> None:
    found = code_links(f"{text} https://github.com/{text}")
    assert len(found) <= MOST_CODE_LINKS
    for one in found:
        assert one.startswith("https://")
        assert not set(one) & set("\"'<>@\\ \n?#%&")


@given(st.text(max_size=1_000))
def test_any_comment_has_facts_or_none(comments: str) -> None:
    paper = a_paper(details=PaperDetails(comments=comments))
    facts = facts_of(paper)
    assert facts.accepted_at is None or facts.accepted_at.name
    assert all(searchable(paper))


def test_pages_and_figures_are_counted() -> None:
    facts = facts_of(a_paper(details=PaperDetails(comments="9 pages (+3 appendix), 5 figures")))
    assert (facts.pages, facts.figures) == (9, 5)
    assert facts_of(a_paper(details=PaperDetails(comments="v1.2 pages"))).pages is None


def test_a_search_finds_a_paper_by_what_its_authors_say() -> None:
    details = PaperDetails("Accepted at ICLR 2025", "J. Bats 3 (2025)", "10.1000/x", "https://l/")
    paper = a_paper(details=details, abstract="Code: https://github.com/ada/bats")
    assert {"Accepted at ICLR 2025", "J. Bats 3 (2025)", "10.1000/x", "ICLR 2025",
            "https://github.com/ada/bats"} == {*searchable(paper)}  # fmt: skip


@pytest.mark.parametrize(
    ("abstract", "withdrawn"),
    [
        ("This paper has been withdrawn by the author due to an error.", True),
        ("Withdrawn.", True),
        ("The work is on funds that were withdrawn by banks.", False),
        ("Withdrawn funds are a burden of banks.", False),
    ],
)
def test_an_abstract_may_say_that_there_is_none(
    abstract: str,
    withdrawn: bool,  # noqa: FBT001
) -> None:
    assert facts_of(a_paper(abstract=abstract)).withdrawn is withdrawn

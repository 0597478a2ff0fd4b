from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.paper import Identifier, PaperId, identify, mentioned
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


NUMBERS = st.one_of(
    st.from_regex(r"[0-9]{2}(0[1-9]|1[0-2])\.[0-9]{4,5}", fullmatch=True),
    st.from_regex(r"(hep-th|math|cond-mat)/[0-9]{7}", fullmatch=True),
)
VERSIONS = st.none() | st.integers(1, 9999)
FORMS = (
    "{}",
    " {} \n",
    "arXiv:{}",
    "ARXIV: {}",
    "arXiv:{} [cs.LG]",
    "oai:arXiv.org:{}",
    "arxiv.org/abs/{}",
    "https://arxiv.org/abs/{}",
    "http://www.arxiv.org/abs/{}/",
    "https://export.arxiv.org/abs/{}?context=cs",
    "https://arxiv.org/pdf/{}",
    "https://arxiv.org/pdf/{}.pdf",
    "https://arxiv.org/html/{}#S2.SS1",
    "https://doi.org/10.48550/arXiv.{}",
    "doi:10.48550/ARXIV.{}",
    "10.48550/arXiv.{}",
    "https://huggingface.co/papers/{}",
    "hf.co/papers/{}",
    "https://www.alphaxiv.org/abs/{}",
    "https://www.alphaxiv.org/overview/{}?tab=notes",
    "https://ar5iv.org/abs/{}",
    "https://ar5iv.labs.arxiv.org/html/{}",
    "https://scirate.com/arxiv/{}",
    "https://papers.cool/arxiv/{}",
    "https://www.semanticscholar.org/arxiv/{}",
    "https://api.semanticscholar.org/arXiv:{}",
    "https://api.semanticscholar.org/graph/v1/paper/ARXIV:{}?fields=title",
    "https://www.arxiv-vanity.com/papers/{}/",
    "https://arxiv-sanity-lite.com/?rank=pid&pid={}",
    "https://www.emergentmind.com/papers/{}",
    "https://inspirehep.net/arxiv/{}",
    "http://xxx.lanl.gov/abs/{}",
    "https://mirror.example/paper/{}.pdf",
    "https://reader.example/show?paper={}&page=2",
    "https://reader.example/?url=https%3A%2F%2Farxiv.org%2Fabs%2F{}",
    "<https://huggingface.co/papers/{}>",
)


@given(NUMBERS, VERSIONS, st.sampled_from(FORMS))
def test_an_identifier_is_parsed_in_every_form_that_people_paste(
    number: str, version: int | None, form: str
) -> None:
    pasted = form.format(number + (f"v{version}" if version else ""))
    assert identify(pasted) == Identifier(PaperId(number), version)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "up",
        "2502",
        "2502.122",
        "2502.122060",
        "2502.12206v0",
        "https://example.org/abs/2502.12206/files/list.bib",
        "https://example.org/abs/2513.12206",
        "https://doi.org/10.1000/2502.12206",
        "https://huggingface.co/papers",
        "https://huggingface.co/models/2502",
        "https://api.semanticscholar.org/CorpusID:250212206",
        "arXiv:2502.12206,arXiv:2502.12207",
        "papers like arXiv:2502.12206",
        "https://arxiv.org/list/cs.LG/new",
        "2502.12206 2502.12207",
        "10.1000/2502.12206",
        "2502.12206" + "?" * 400,
        "٢٥٠٢.١٢٢٠٦",
    ],
)
def test_other_pasted_text_is_no_identifier(text: str) -> None:
    assert identify(text) is None


def test_the_subject_class_of_an_old_identifier_is_dropped() -> None:
    assert identify("math.GT/0309136v2") == Identifier(PaperId("math/0309136"), 2)


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("arXiv preprint arXiv:1706.03762 (2017)", "1706.03762"),
        ("CoRR, vol. abs/1706.03762, see https://arxiv.org/abs/1706.03762v5.", "1706.03762"),
        ("10.48550/arXiv.hep-th/9711200", "hep-th/9711200"),
        ("pages 1706.03762", None),
        ("arXiv:1706.037625", None),
        ("https://ui.adsabs.harvard.edu/abs/2017arXiv170603762V/abstract", "1706.03762"),
        ("2010arXiv1001.1234B", "1001.1234"),
        ("https://dblp.org/rec/journals/corr/abs-1706-03762.html", "1706.03762"),
        ("see huggingface.co/papers/1706.03762, and so on", "1706.03762"),
        ("https://example.org/1706.03762", None),
        ("", None),
    ],
)
def test_an_identifier_is_found_where_a_text_marks_it_as_one(text: str, paper: str | None) -> None:
    assert mentioned(text) == paper


@given(st.text(max_size=200))
def test_any_pasted_text_is_accepted(text: str) -> None:
    found = identify(text)
    assert found is None or Identifier.parse(found.id) is not None
    assert mentioned(text) is None or identify(str(mentioned(text))) is not None

"""Criteria in other languages are recognized by data; English ones never are, however rare."""

# ruff: noqa: RUF001  # letters of other scripts are what this is about

from __future__ import annotations

import json
import lzma
import os
from importlib.resources import files
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.criteria import parse_criteria
from paperlark.rankers.language import LEAST_SHARE, WordCounts, count_words, unreadable

SHARED = Path(os.environ.get("PAPERLARK_SHARED", "../shared"))

OTHER = {
    "Arabic": "أدرس الثقوب السوداء والمجرات القزمة. لا تهمني الكواكب.",
    "Catalan": "Estudio el llenguatge dels nens i la percepció de la parla; res de xarxes socials.",
    "Chinese": "我研究矮星系的形成和暗物质晕。不要系外行星。",
    "Chinese with our labels": "## 研究\nRelevant: 矮星系的形成,暗物质\nNot relevant: 系外行星",
    "Chinese with one English word": (
        "我研究大模型的推理加速和剪枝,希望看到真实硬件上的实验,不看 RAG 应用。"
    ),
    "Czech": "Zabývám se kvantovou teorií pole, supravodivostí a fázovými přechody. Ne přehledy.",
    "Dutch": (
        "Ik werk aan sterrenstelsels, donkere materie en de vorming van sterren. Geen planeten."
    ),
    "Finnish": "Tutkin syväoppimista, kielimalleja ja puheentunnistusta pienille kielille.",
    "French": (
        "Je cherche des travaux sur les trous noirs et les étoiles à neutrons, pas les comètes."
    ),
    "German": (
        "Mich beschäftigen Zwerggalaxien, Dunkle Materie und Sternentstehung. Keine Planeten."
    ),
    "German list": "- Sprachmodelle verdichten\n- Wärmeleitung in Kristallen\n- Zahlentheorie",
    "Greek": "Μελετώ μαύρες τρύπες και νάνους γαλαξίες.",
    "Hebrew": "אני חוקר חורים שחורים וגלקסיות ננסיות.",
    "Hindi": "मैं कृष्ण विवर और बौनी आकाशगंगाओं का अध्ययन करता हूँ।",
    "Hungarian": "Törpegalaxisok, sötét anyag és csillagkeletkezés érdekel, bolygók nem.",
    "Indonesian": "Saya mempelajari galaksi katai, materi gelap dan pembentukan bintang.",
    "Italian": "Studio galassie nane, materia oscura e formazione stellare. Niente pianeti.",
    "Japanese": "矮小銀河と暗黒物質の研究に興味があります。系外惑星は除く。",
    "Korean": "왜소은하와 암흑물질을 연구합니다. 외계행성은 제외합니다.",
    "Polish": "Badam galaktyki karłowate, ciemną materię i powstawanie gwiazd. Bez planet.",
    "Portuguese": (
        "Estudo buracos negros, ondas gravitacionais e estrelas de nêutrons, não planetas."
    ),
    "Romanian": "Cercetez învățarea profundă pentru traducerea automată a limbilor rare.",
    "Russian": "Изучаю карликовые галактики и тёмную материю. Планеты не интересуют.",
    "Spanish": "Investigo agujeros negros y ondas gravitacionales. No me interesan los cometas.",
    "Swedish": "Jag studerar dvärggalaxer, mörk materia och hur stjärnor bildas. Inga planeter.",
    "Thai": "ฉันศึกษาหลุมดำและดาราจักรแคระ",
    "Turkish": "Cüce galaksiler, karanlık madde ve yıldız oluşumu üzerine çalışıyorum.",
    "Vietnamese": "Tôi nghiên cứu thiên hà lùn, vật chất tối và sự hình thành sao.",
}
READABLE = {
    "a name": "Hubbard",
    "an acronym": "QCD",
    "acronyms in other scripts": "对 XAI 和 LLM 感兴趣",
    "Chinese with English terms": (
        "我关注 sparse attention、speculative decoding 和 KV cache compression。"
    ),
    "codes of genes": "TP53, BRCA1, KRAS G12C, HEK293",
    "compounds": "YBCO, LSCO, CsV3Sb5, alpha-RuCl3, WSe2",
    "German with English terms": (
        "Ich suche alles zu Reinforcement Learning und Graph Neural Networks."
    ),
    "Greek letters": "α-synuclein, β decay, Λ hyperons and μ → e conversion",
    "Japanese with English terms": "興味: dark matter halos、stellar streams、dwarf galaxies",
    "names of people": "Tensor networks as in the papers by Ravi Subramanian and Yuki Hashimoto",
    "number theory": "Iwasawa theory, Selmer groups, Gross-Zagier, Bloch-Kato, Shimura varieties",
    "objects": "NGC 1052-DF2, Crater II, Tucana dSph, Fornax, ELAIS-S1, Sgr A*",
    "rare species": "Drosophila oogenesis, C. elegans chemotaxis, zebrafish gastrulation",
    "two words": "sea ice",
}


@pytest.mark.parametrize("text", OTHER.values(), ids=OTHER)
def test_criteria_in_another_language_are_told(text: str) -> None:
    said = unreadable(parse_criteria(text))
    assert said is not None
    assert "in English" in said
    assert "[judge]" in said
    assert "\n" not in said


@pytest.mark.parametrize("text", READABLE.values(), ids=READABLE)
def test_criteria_with_enough_english_terms_are_not_told(text: str) -> None:
    assert unreadable(parse_criteria(text)) is None


def test_our_own_templates_are_readable_by_far() -> None:
    templates = files("paperlark.settings").joinpath("templates", "criteria")
    shares = [
        count_words(parse_criteria(one.read_text("utf-8"))).share for one in templates.iterdir()
    ]
    assert len(shares) > 10
    assert min(shares) > 2 * LEAST_SHARE


def test_recorded_criteria_are_readable_by_far() -> None:
    recorded = [one for one in SHARED.glob("readers/*/criteria*/**/*") if one.is_file()]
    recorded += SHARED.glob("readers/*/criteria.md")
    if not recorded:
        pytest.skip("there are no recorded readers beside this project")
    shares = [count_words(parse_criteria(one.read_text("utf-8"))).share for one in recorded]
    assert min(shares) > 2 * LEAST_SHARE


def test_of_the_recorded_short_texts_only_those_in_another_language_are_told() -> None:
    cases = SHARED / "cases" / "criteria" / "cases.jsonl"
    if not cases.is_file():
        pytest.skip("there are no recorded cases beside this project")
    rows = [json.loads(line) for line in cases.read_text("utf-8").splitlines()]
    told = [row for row in rows if unreadable(parse_criteria(row["text"]))]
    assert told == [row for row in rows if row.get("language", "en") != "en"]


def test_single_titles_of_english_papers_are_told_in_less_than_one_of_a_thousand() -> None:
    corpus = SHARED / "corpus" / "abstracts.jsonl.xz"
    if not corpus.is_file():
        pytest.skip("there is no corpus beside this project")
    with lzma.open(corpus, "rt", encoding="utf-8") as lines:
        titles = [json.loads(line)["title"] for line in islice(lines, 0, 40_000, 20)]
    told = [title for title in titles if unreadable(parse_criteria(title))]
    assert len(told) <= len(titles) / 1000


def test_no_words_at_all_are_not_told() -> None:
    assert unreadable(parse_criteria("")) is None
    assert WordCounts(0, 0).share == 1


def test_text_of_any_length_takes_bounded_time() -> None:
    assert unreadable(parse_criteria("Zwerggalaxien und Sternhaufen " * 3000)) is not None


@given(st.text(max_size=300))
def test_any_text_has_a_share_of_known_words(text: str) -> None:
    counts = count_words(parse_criteria(text))
    assert 0 <= counts.share <= 1
    assert min(counts.known, counts.unknown) >= 0

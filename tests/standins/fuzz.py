"""Real bytes, spoiled in a thousand ways, for everything that reads what comes from outside.

    for number in range(500):
        try_case(target, number)      # an Outcome

A case is named by its target and number and comes out the same every time. Its end must be a
right result or one of our own errors, in time.
"""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import httpx
from selectolax.lexbor import LexborHTMLParser

from paperlark.domain.announcement import Listing
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.judgement import ModelCall
from paperlark.domain.name_matching import match_names
from paperlark.domain.paper import Identifier, Paper, PaperId
from paperlark.domain.person_name import parse_name
from paperlark.domain.profile import Cutoffs
from paperlark.importing.item import LONGEST_TITLE, ImportedEntry
from paperlark.importing.kinds import FileKind, decode, read_items, recognise
from paperlark.judges.question import sanitize
from paperlark.judges.recorded import RecordedJudge
from paperlark.judges.reply import clean_comment, parse_reply
from paperlark.llm.batch_file import read_batch
from paperlark.llm.completion import parse_completion
from paperlark.llm.connection import parse_json
from paperlark.llm.error_classes import classify_error
from paperlark.people.semantic_scholar import read_reply
from paperlark.rankers.tokens import tokenize
from paperlark.renderers.html import HtmlRenderer
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.markdown import MarkdownRenderer
from paperlark.renderers.restore import restore_page
from paperlark.settings import load_settings
from paperlark.settings.load import LONGEST_CRITERIA, read_criteria
from paperlark.sources._arxiv_xml import parse_feed
from paperlark.sources._http_cache import CachedResponse, HttpCache
from paperlark.sources._listing_page import parse_page
from paperlark.sources._paper_fields import LONGEST_ABSTRACT, make_paper, parse_authors
from paperlark.sources.oai import parse_oai
from paperlark.sources.search_api import parse_results
from paperlark.store.vote_log import read_votes
from paperlark.testing import a_paper
from standins import arxiv_pages as pages
from standins import digests
from standins.arxiv_truth import submitted
from standins.bait import bait

SLOWEST = 1.0
"""Seconds of computing for 100 kB; a case that takes longer hangs."""
SCALE = 100_000
"""Bytes."""
_SCALED_FROM = 10_000
"""Bytes. The time of shorter cases is what little takes to begin with."""

DAY = date(2025, 2, 26)
ASKED = tuple(PaperId(f"2502.0000{number}") for number in range(1, 6))
BATCH = tuple(a_paper(name) for name in ASKED)
NUMBERED = dict(zip((412, 107, 999, 550, 731), BATCH, strict=True))


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads: `read` raises our own errors, and AssertionError for a wrong result.

    `longest` is how many bytes it looks at, where that is less than 100 kB.
    """

    name: str
    seeds: Sequence[bytes]
    read: Callable[[bytes, Path], object]
    longest: int = SCALE


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case ended: `failure` is None for a right result and for an error of ours.

    `seconds` are of computing, whatever else the machine does, and for 100 kB, or for as much as
    is looked at: as if a case of 20 kB were five times as long.
    """

    seconds: float
    refused: bool
    failure: str | None


def try_case(target: Target, number: int, folder: Path) -> Outcome:
    """Spoil one of the target's seeds and have it read; `folder` is for what reads files."""
    content = spoiled(target, number)
    refused, failure = False, None
    began = time.process_time()
    try:
        target.read(content, folder)
    except PaperlarkError:
        refused = True
    except Exception as error:  # noqa: BLE001  # the very thing that must not be
        failure = f"{type(error).__name__}: {error}"
    took = time.process_time() - began
    size = len(content)
    seconds = took * max(1.0, target.longest / size) if size >= _SCALED_FROM else took
    if seconds > SLOWEST and failure is None:
        failure = f"took {took:.2f} s for {size:,} bytes"
    return Outcome(seconds, refused, failure)


def spoiled(target: Target, number: int) -> bytes:
    """Make the bytes of a case: one seed, changed one to four times, or bait.

    Every other case stays well-formed, so that what it says is read and not only how. Every third
    holds something deep, repeated, unclosed or huge.
    """
    random = Random(f"{target.name} {number}")  # noqa: S311  # no secret
    if number % 3 == 2:
        return _baited(random.choice(target.seeds), random)
    changes = _CHANGES if number % 2 else _WELL_FORMED
    content = random.choice(target.seeds)
    for _ in range(random.randint(1, 4)):
        content = random.choice(changes)(content, random, target.seeds)
    return content


_SIZES = (200, 200, 2_000, 2_000, 2_000, 20_000, 20_000, 100_000)


def _baited(content: bytes, random: Random) -> bytes:
    """Put bait where a text stands, anywhere, or in place of everything."""
    words = bait(random, random.choice(_SIZES)).encode("utf-8", "surrogatepass")
    found = list(_SAID.finditer(content))
    match random.randrange(4):
        case 0:
            return words
        case 1:
            at = random.randint(0, len(content))
            return content[:at] + words + content[at:]
        case _ if found:
            one = random.choice(found)
            text = words.decode("utf-8", "replace")
            quoted = escape(text) if one[0].endswith(b"<") else json.dumps(text)[1:-1]
            return content[: one.start(1)] + quoted.encode() + content[one.end(1) :]
        case _:
            return content + words


Change = Callable[[bytes, Random, Sequence[bytes]], bytes]


def _flip_bits(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    changed = bytearray(content)
    for _ in range(random.randint(1, 8) if changed else 0):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _truncate(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    return content[: random.randint(0, len(content))]


def _cut_out(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    begin, end = _part(content, random)
    return content[:begin] + content[end:]


def _duplicate(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    begin, end = _part(content, random)
    times = random.choice((1, 2, 50)) if end - begin < 500 else 1  # bytes
    return content[:end] + content[begin:end] * times + content[end:]


def _splice(content: bytes, random: Random, seeds: Sequence[bytes]) -> bytes:
    other = random.choice(seeds)
    begin, end = _part(content, random)
    first, last = _part(other, random)
    return content[:begin] + other[first:last] + content[end:]


_PIECES = re.compile(rb"<[^<>]{1,200}>|\"[^\"\n]{0,80}\"|[\[\]{},:=]")


def _shuffle_tags(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    """Let some tags, or of JSON and TOML some strings and signs, change places."""
    found = list(_PIECES.finditer(content))
    chosen = sorted(random.sample(range(len(found)), min(len(found), random.randint(2, 6))))
    words = [found[place][0] for place in chosen]
    random.shuffle(words)
    changed, done = bytearray(), 0
    for place, word in zip(chosen, words, strict=True):
        changed += content[done : found[place].start()] + word
        done = found[place].end()
    return bytes(changed + content[done:])


def _change_number(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    found = list(re.finditer(rb"\d+", content))
    if not found:
        return content
    one = random.choice(found)
    return content[: one.start()] + random.choice(_NUMBERS) + content[one.end() :]


def _insert(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    at = random.randint(0, len(content))
    return content[:at] + random.choice(_TRICKS) * random.choice((1, 1, 1, 300)) + content[at:]


def _odd_words(random: Random) -> str:
    if random.random() < 0.5:  # as often as not
        return random.choice(_WORDS)
    return "".join(chr(random.choice(_SIGNS)) for _ in range(random.randint(0, 30)))


def _say_something_odd(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    """Put other words in the place of some: between tags, in quotes, after an equals sign."""
    found = list(_SAID.finditer(content))
    if not found:
        return content + _odd_words(random).encode()
    one = random.choice(found)
    words = _odd_words(random)
    words = escape(words) if one[0].endswith(b"<") else json.dumps(words)[1:-1]
    return content[: one.start(1)] + words.encode() + content[one.end(1) :]


def _element(content: bytes, random: Random, _seeds: Sequence[bytes]) -> bytes:
    """Leave out an element or a line, repeat it, or let two change places."""
    found = list(_WHOLE.finditer(content))
    if len(found) < 2:  # nothing to choose from
        return content
    one, two = (found[place] for place in sorted(random.sample(range(len(found)), 2)))
    before, between, after = (
        content[: one.start()],
        content[one.end() : two.start()],
        content[two.end() :],
    )
    first, second = random.choice(
        ((b"", two[0]), (one[0] * 2, two[0]), (two[0], one[0]), (one[0], two[0] * 30))
    )
    return before + first + between + second + after


def _value(content: bytes, random: Random, seeds: Sequence[bytes]) -> bytes:
    """Put another value somewhere into JSON; what is none is changed in its words."""
    lines = content.split(b"\n")
    place = random.randrange(len(lines)) if len(lines) > 1 else 0
    try:
        value = json.loads(content if len(lines) == 1 else lines[place])
    except (ValueError, RecursionError):
        return _say_something_odd(content, random, seeds)
    changed = json.dumps(_with_another(value, random)).encode()
    return b"\n".join([*lines[:place], changed, *lines[place + 1 :]])


def _with_another(value: object, random: Random) -> object:
    if isinstance(value, dict) and value and random.random() < _DEEPER:
        key = random.choice(list(value))
        return {**value, key: _with_another(value[key], random)}
    if isinstance(value, list) and value and random.random() < _DEEPER:
        place = random.randrange(len(value))
        return [*value[:place], _with_another(value[place], random), *value[place + 1 :]]
    return random.choice((*_VALUES, value, [value], {"id": value}, [value, value]))


def _part(content: bytes, random: Random) -> tuple[int, int]:
    longest = random.choice((4, 40, 400, 4000))
    begin = random.randint(0, len(content))
    return begin, min(len(content), begin + random.randint(0, longest))


_CHANGES: tuple[Change, ...] = (
    _flip_bits, _truncate, _cut_out, _duplicate, _splice, _shuffle_tags, _change_number, _insert,
)  # fmt: skip
_WELL_FORMED: tuple[Change, ...] = (_say_something_odd, _element, _value)
_SAID = re.compile(rb"(?<=[>\"])([^<>\"\n]+)[<\"]")
_WHOLE = re.compile(rb"<([\w:]+)(?: [^<>]*)?>[^<>]*</\1>|<item>.*?</item>|(?<=\n)[^<>\n]+\n")
_DEEPER = 0.8
_VALUES: tuple[object, ...] = (
    None, True, 0, -1, 8.5, 10**400, "", "8/10", "NaN", "2502.00001v2", "arXiv:2502.00002", [], {},
    "\ud800", "x" * 5000, {"ArXiv": "2502.00003"}, "2025-02-30", [[[[]]]],
)  # fmt: skip
_SIGNS = (*range(32, 127), 0x85, 0xA0, 0xD7, 0x301, 0x200D, 0x202E, 0x2028, 0x3000, 0xFFFD, 0x1F600)
_WORDS = (
    "", " ", "v1", "oai:arXiv.org:", "oai:arXiv.org:2502.00001v99999", "hep-th/9901001v2", "cs.LG",
    "2103.00010", "()", "(", ")", "A (B (C), D), E", ", , ,", "Ph. D.", "{" * 50, "\\" * 50, "$",
    "\\'{\\i}", "Tue, 30 Feb 2025 25:61:61 +9999", "0001-01-01T00:00:00Z", "-0", "1e9", "NEW",
    "9999-12-31T23:59:59-23:59", "Showing new listings for Friday, 31 February 2025", "2,000",
    "(showing 9 of 9,999,999 entries )", "replace-cross", "(arXiv:2307.01201v1 [cs.CL] UPDATED)",
    "(arXiv: [])", "\u0663\u0663", "&amp;#177;", "&lt;a href=", "Error", ",,,", "x" * 20_000,
    "http://arxiv.org/api/errors#x",
)  # fmt: skip
_NUMBERS = (b"0", b"-1", b"99", b"1e999", b"9" * 5000, b"2.5", b"NaN", b"Infinity", b"\xd9\xa3")
_TRICKS = (
    b"<", b">", b"&", b"&#0;", b"&#xD800;", b"&#99999999;", b"&lt;", b"]]>", b"<![CDATA[", b"<!--",
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xae", b"<!DOCTYPE a [<!ENTITY b 'c'>]>&b;",
    b"<div>", b"</dl>", b"<dt>", b"<title>", b"<item>", b"<entry>", b"{", b"[", b'"', b"'", b"\\",
    b"\\ud800", b"(", b")", b"$", b"{\\L}", b"null", b"true", b"{}", b"[]", b"\n", b"\r", b"=",
    b"\n[[follow]]\n", b"\n## ", b"Not relevant:", b"```", b"<think>", b"</think>", b"1979-05-27",
)  # fmt: skip


def targets(shared: Path) -> tuple[Target, ...]:
    """Return everything that reads, with seeds from what was recorded."""
    edge, recorded = shared / "feeds" / "edge", shared / "recorded"
    new = [_unpacked(file) for file in sorted((shared / "feeds" / "month").glob("*03-1*"))[:6]]
    new += [_unpacked(file) for file in sorted(edge.glob("202[4-6]*"))]
    old = [_unpacked(file) for file in sorted(edge.glob("2023*"))]
    atom = [_unpacked(file) for file in sorted(edge.glob("atom*"))]
    listings = [_listings(content, n) for n, content in enumerate(new)]
    results = [[(one, submitted(one, DAY)[0]) for one in some] for some in listings]
    readers = shared / "readers"
    return (
        Target("RSS", _few(new, b"<item>", b"</item>"), _read_feed),
        Target("Atom", _few(atom, b"<entry>", b"</entry>"), _read_feed),
        Target("RDF", _few(old, b"<item ", b"</item>"), _read_feed),
        Target("listing page", [pages.listing_page(DAY, some) for some in listings], _read_page),
        Target(
            "catch-up page",
            [pages.catchup_page(DAY, some, page=1, size=3) for some in listings],
            _read_page,
        ),
        Target(
            "OAI-PMH",
            [_start(file.read_bytes()) for file in sorted((recorded / "oai").glob("*.xml"))]
            + [pages.records(DAY, some, skip=0, size=2, token="t") for some in listings],
            _read_records,
        ),
        Target(
            "search API",
            [file.read_bytes() for file in sorted((recorded / "api").glob("*.xml"))]
            + [pages.results(some, len(some)) for some in results],
            _read_results,
        ),
        Target("Semantic Scholar", list(_scholar(recorded / "s2")), _read_people),
        Target("recording", _days(readers / "ml-foundations" / "days.jsonl.gz"), _read_recording),
        Target("model reply", _replies(), _read_judgements),
        Target("configuration", (_PROFILE, _SMALL_PROFILE), _read_settings),
        Target(
            "criteria",
            [file.read_bytes() for file in sorted(readers.rglob("*.md"))],
            _read_criteria,
            LONGEST_CRITERIA,
        ),
        Target("server's error", _complaints(), _read_complaint),
        Target("completion", _completions(), _read_completion),
        Target("BibTeX", (_BIBTEX, *_cases(shared, "*.bib")), _importing(FileKind.BIBTEX)),
        Target("RIS", (_RIS,), _importing(FileKind.RIS)),
        Target("refer", (_REFER, *_cases(shared, "*refer.txt")), _importing(FileKind.REFER)),
        Target("CSL JSON", (_CSL, *_cases(shared, "*.json")), _importing(FileKind.CSL_JSON)),
        Target("identifiers", (_IDS, *_cases(shared, "*links.txt")), _importing(FileKind.IDS)),
        Target("digest's page", (_digest_page(),), _importing(FileKind.DIGEST)),
        Target("any file", (_BIBTEX, _RIS, _REFER, _CSL, _IDS, _digest_page()), _read_any_file),
        Target("restored page", (_json_page(),), _read_restored),
        Target("votes", (_VOTES,), _read_votes),
        Target("cached answer", (_CACHED,), _read_cached),
        Target("batch file", (_BATCH_FILE,), _read_batch_file),
        Target("name", _NAMES, _read_name),
        Target("paper's texts", _TEXTS, _read_texts, LONGEST_ABSTRACT),
    )


def _cases(shared: Path, pattern: str) -> tuple[bytes, ...]:
    return tuple(file.read_bytes() for file in sorted((shared / "cases/imports").glob(pattern)))


def _unpacked(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes())


def _listings(content: bytes, number: int) -> tuple[Listing, ...]:
    """Take five entries of a feed, others of each."""
    found = parse_feed(content, "cs.LG", "a recording").listings
    return found[number * 7 % (len(found) or 1) :][:5]


def _few(contents: Iterable[bytes], begin: bytes, end: bytes) -> list[bytes]:
    """Keep four entries of each feed, so that damage falls where it matters and cases are quick."""
    made = []
    for number, content in enumerate(contents):
        first, last = content.find(begin), content.rfind(end) + len(end)
        if first < 0:
            made.append(content)
            continue
        entries = [begin + one for one in content[first:last].split(begin)[1:]]
        start = number * 5 % max(1, len(entries) - 4)
        made.append(content[:first] + b"".join(entries[start : start + 4]) + content[last:])
    return made


def _start(content: bytes) -> bytes:
    """Keep the first records of a long reply; the schema files are short anyway."""
    end = content.find(b"</record>", 30_000)
    tail = content[content.rfind(b"</record>") + len(b"</record>") :]
    return content if end < 0 else content[: end + len(b"</record>")] + tail


def _scholar(folder: Path) -> Iterable[bytes]:
    """Find the JSON in recordings, and rows about the papers that are asked about."""
    yield (folder / "PaperWithNullValues.json").read_bytes()
    for file in sorted(folder.glob("*.yaml")):
        text = file.read_text("utf-8")
        for quoted in re.findall(r"(?:string|content): '(.*?)(?<!')'(?!')\n", text, re.DOTALL):
            yield re.sub(r"\s*\n\s*", " ", quoted.replace("''", "'")).encode()
    author = {"authorId": "1741101", "name": "Ada Lovelace", "hIndex": 12}
    rows = [{"externalIds": {"ArXiv": name}, "authors": [author, author]} for name in ASKED]
    unnamed = {"authors": [author | {"authorId": None}, author | {"hIndex": None}]}
    for shift in range(5):  # more of them, for recorded errors are many
        yield json.dumps([*rows[:shift], None, *rows[shift + 1 :]]).encode()
        yield json.dumps([*rows[:shift], unnamed, *rows[shift + 1 :]]).encode()


def _days(file: Path) -> list[bytes]:
    with gzip.open(file) as lines:
        days = [json.loads(line) for line in lines][:12]
    read = ("day", "model", "printed", "selected")
    printed = [json.dumps({name: day[name] for name in read}).encode() for day in days]
    return [b"\n".join(printed[n : n + 3]) + b"\n" for n in range(0, 12, 3)]


def _replies() -> list[bytes]:
    """Write replies as models wrap them."""
    rows = [
        {"paper": n, "relevance": 8, "novelty": 7, "comment": r"About $\alpha$ {and} \"sets\"."}
        for n in NUMBERED
    ]
    plain = json.dumps({"rows": rows})
    keyed = json.dumps({row["paper"]: {"relevance": "9/10", **row} for row in rows}, indent=1)
    return [
        text.encode()
        for text in (
            plain,
            f"Here you are:\n```json\n{json.dumps(rows, indent=2)}\n```\nDone.",
            f"<think>First {{...}} then.</think>\n{plain}",
            keyed,
            "\n".join(map(json.dumps, rows)),
        )
    ]


_SMALL_PROFILE = b'name = "Small"\ncategories = ["cs.LG"]\n'
_PROFILE = b"""\
name = "All of it"
categories = ["cs.LG", "math.OC", "cs"]
criteria = "criteria.md"
announce_types = ["new", "cross"]
primary_only = true
page_size = 30
least_h_index = 5
output = "pages"
database = "paperlark.db"
[cutoffs]
relevance = 7
novelty = 6
[judge]
base_url = "https://api.openai.com/v1"
model = "gpt-4o"
batch_size = 12
parallel = 4
timeout = 60.5
key_variable = "OPENAI_API_KEY"
[sources]
rss = "https://rss.arxiv.org/rss"
patience = 600.0
contact = "ada@example.org"
[[follow]]
name = "Ada Lovelace"
aliases = ["A. Lovelace", "Augusta Ada King"]
id = "1741101"
"""


_BIBTEX = rb"""
@string{jour = "Journal of " # {Bats}}
@article{one, title = {A {\textit{Study}} of $x^2$ in {\L}{\'o}d{\'z}},
  author = {Lovelace, Ada and {van der} Berg, Anna and others}, journal = jour,
  eprint = {2502.00001}, archivePrefix = {arXiv}, abstract = {We study \emph{bats} \& birds.}}
@misc{two, title = "Another " # "one", author = {given=Ada, family=Lovelace},
  url = {https://arxiv.org/abs/2502.00002v2}}
"""
_RIS = b"""TY  - JOUR
TI  - A study of bats
AU  - Lovelace, Ada
AB  - We study <i>bats</i> &amp; birds.
UR  - https://arxiv.org/abs/2502.00001
ER  -

TY  - JOUR
T1  - Another one
A1  - Berg, Anna van der, Jr.
DO  - 10.48550/arXiv.2502.00002
ER  -
"""
_REFER = b"""%0 Journal Article
%T A study of bats
%A Lovelace, Ada
%U https://arxiv.org/abs/2502.00001
%X We study bats.

%0 Journal Article
%T Another one
%A Berg, Anna
"""
_CSL = json.dumps(
    [
        {"type": "article", "title": "A <i>study</i>", "author": [{"family": "L", "given": "A"}],
         "DOI": "10.48550/arXiv.2502.00001", "abstract": "<jats:p>We study bats.</jats:p>"},
        {"itemType": "preprint", "title": "Another", "creators": [{"name": "The Bat Group"}],
         "extra": "arXiv:2502.00002 [cs.LG]"},
    ]
).encode()  # fmt: skip
_IDS = (
    b"# papers\n2502.00001\narXiv:2502.00002v2, hep-th/9901001\nhttps://arxiv.org/abs/2502.00003\n"
)
_VOTES = b"".join(
    json.dumps({"profile": "Bats", "id": name, "vote": "up", "at": "2025-02-26T07:00:00+00:00"})
    .encode() + b"\n"
    for name in ASKED
)  # fmt: skip
_CACHED = b'{"url": "https://arxiv.org/a", "sha256": "x", "etag": "y", "modified": null}\n<rss/>'
_BATCH_FILE = b"".join(
    json.dumps({"custom_id": name, "response": {"status_code": 200, "body": {"choices": []}},
                "error": {"code": "x", "message": "y"}}).encode() + b"\n"
    for name in ASKED
)  # fmt: skip
_NAMES = tuple(
    name.encode()
    for name in (
        "Prof. Dr. Anna-Lena van der Berg (Ph. D.), Jr.", "Berg, A. L.", "Lü Wei", "李明",
        r"J{\"u}rgen \'{\i} L\'evy", 'Robert "Bob" O\'Neil III', "The LIGO Collaboration",
    )
)  # fmt: skip
_TEXTS = tuple(
    text.encode()
    for text in (
        r"A \emph{study} of $x^2$ and \(\frac{a}{b}\) at https://a.example/b.",
        r"``Bats'' --- at \$5 and \$10, by \href{http://a.example}{Erd\H{o}s}~et al.",
        "Plain words of a title",
    )
)


def _digest_page() -> bytes:
    return MarkdownRenderer().render(digests.ordinary()).content


def _json_page() -> bytes:
    return JsonRenderer().render(digests.ordinary()).content


def _complaints() -> list[bytes]:
    error = {"message": "Rate limit. Please try again in 18.6s.", "code": "x", "type": "y"}
    raw = {"error": {"message": "no", "code": 429, "metadata": {"raw": "Slow down"}}}
    return [json.dumps(one).encode() for one in ({"error": error}, [raw], {"detail": "no"})]


def _completions() -> list[bytes]:
    message = {"role": "assistant", "content": "{}", "reasoning_content": "First."}
    usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return [json.dumps({"id": "x", "choices": [choice], "usage": usage}).encode()]


def _check_papers(papers: Iterable[Paper]) -> None:
    """Hold whatever was read to what every later step takes for granted."""
    for paper in papers:
        assert Identifier.parse(paper.id) == Identifier(paper.id, None), paper.id
        assert paper.version >= 1
        assert paper.title == " ".join(paper.title.split())
        assert paper.title
        assert paper.categories
        texts = (paper.title, paper.abstract, *(author.name for author in paper.authors))
        "".join(texts).encode()


_ENTRIES = (
    "channel/item",
    "{http://www.w3.org/2005/Atom}entry",
    "{http://purl.org/rss/1.0/}item",
    "{http://www.openarchives.org/OAI/2.0/}ListRecords/"
    "{http://www.openarchives.org/OAI/2.0/}record",
)


def _entries_in(content: bytes) -> int:
    """Count what a feed or a reply lists, apart from how the readers do it."""
    root = ET.fromstring(content)  # noqa: S314  # the reader took it, without entities
    return max(len(root.findall(path)) for path in _ENTRIES)


def _check_none_lost(content: bytes, *found: Sequence[object]) -> None:
    """Hold that each entry was read or is named among the notes."""
    listed, told = _entries_in(content), sum(map(len, found))
    assert told >= listed, f"{listed} entries, of which {told} are told of"


def _read_feed(content: bytes, _folder: Path) -> None:
    feed = parse_feed(content, "cs.LG", "a case")
    _check_papers(one.paper for one in feed.listings)
    _check_none_lost(content, feed.listings, feed.notes)


def _read_page(content: bytes, _folder: Path) -> None:
    page = parse_page(content, "cs.LG", "a case")
    _check_papers(one.paper for one in page.listings)
    tree = LexborHTMLParser(content.decode("utf-8", "replace"))
    terms = tree.css("dl#articles > dt")
    told = len(page.listings) + len(page.notes)
    # Fewer than the page states are an incomplete page, which the day's page names.
    assert told >= len(terms) or told < (page.expected or 0), f"{told} of {len(terms)} entries"
    assert page.expected is None or page.expected >= 0


def _read_records(content: bytes, _folder: Path) -> None:
    page = parse_oai(content, "cs.LG", "a case")
    _check_papers(one.paper for one in page.records)
    if page.error is None and content.count(b"<ListRecords") == 1:
        _check_none_lost(content, page.records, page.notes, range(page.deleted))
    assert all(one.first <= one.latest or one.paper.version > 1 for one in page.records)


def _read_results(content: bytes, _folder: Path) -> None:
    page = parse_results(content, "cs.LG", "a case")
    _check_papers(one.paper for one in page.found)
    _check_none_lost(content, page.found, page.notes)
    assert page.total >= 0


def _read_people(content: bytes, _folder: Path) -> None:
    """Decode as `people/_endpoint.py` does, and read."""
    try:
        payload = json.loads(content)
    except (ValueError, RecursionError):
        payload = None
    assert tuple(read_reply(payload, ASKED)) == ASKED


def _read_recording(content: bytes, folder: Path) -> None:
    file = folder / "recording.jsonl"
    file.write_bytes(content)
    said = list(RecordedJudge(file, parse_criteria("Bats.")).judge(BATCH, DAY))
    ends = [one.paper.id for one in said if not isinstance(one, ModelCall)]
    ends += [j.paper_id for one in said if isinstance(one, ModelCall) for j in one.judgements]
    assert sorted(ends) == sorted(ASKED)


def _read_judgements(content: bytes, _folder: Path) -> None:
    reading = parse_reply(content.decode("utf-8", "replace"), NUMBERED, Cutoffs())
    ends = [*(one.paper_id for one in reading.judgements), *reading.faults]
    assert sorted(ends) == sorted(ASKED)
    "".join(one.comment for one in reading.judgements).encode()


def _read_settings(content: bytes, folder: Path) -> None:
    (folder / "criteria.md").write_text("## Bats\nRelevant: sonar.")
    file = folder / "paperlark.toml"
    file.write_bytes(content)
    settings = load_settings(file)
    assert settings.profile.title
    assert settings.profile.categories


def _read_criteria(content: bytes, folder: Path) -> None:
    file = folder / "criteria.md"
    file.write_bytes(content)
    text = read_criteria(file)
    criteria = parse_criteria(text)
    assert "<!--" in text or criteria.text == text
    assert criteria.fingerprint


def _read_complaint(content: bytes, _folder: Path) -> None:
    response = httpx.Response(
        400, content=content, request=httpx.Request("POST", "https://api.example.org/v1/chat")
    )
    error = classify_error(response, parse_json(response), prompt="Which of these papers?" * 9)
    assert error is not None
    assert len(str(error.error())) < SCALE
    assert error.may_blame_the_schema in {True, False}


def _read_completion(content: bytes, _folder: Path) -> None:
    try:
        payload = json.loads(content)
    except (ValueError, RecursionError):
        payload = None
    completion = parse_completion(payload)
    assert completion is None or completion.text.encode() is not None


def _importing(kind: FileKind) -> Callable[[bytes, Path], None]:
    def read(content: bytes, _folder: Path) -> None:
        _check_items(read_items(kind, decode(content, "a case"), "a case"))

    return read


def _check_items(items: Sequence[ImportedEntry]) -> None:
    """Hold that every entry is a paper or says why it is none."""
    for item in items:
        assert item.paper_id or item.title or item.fault
        assert len(item.title) <= LONGEST_TITLE
        "".join((item.title, item.abstract, *item.authors)).encode()


def _read_any_file(content: bytes, _folder: Path) -> None:
    kind, text = recognise(content, "a case")
    if kind is FileKind.VOTES:
        read_votes(text.encode(), "a case")
    else:
        _check_items(read_items(kind, text, "a case"))


def _read_restored(content: bytes, _folder: Path) -> None:
    restore_page(content, "2025-02-26")


def _read_votes(content: bytes, _folder: Path) -> None:
    read_votes(content, "a case")


def _read_cached(content: bytes, folder: Path) -> None:
    cache = HttpCache(folder / "answers")
    cache.keep("https://arxiv.org/a", CachedResponse(b"kept", "an etag", None))
    for file in (folder / "answers").iterdir():
        file.write_bytes(content)
    found = cache.find("https://arxiv.org/a")
    assert found is None or found.content in content


def _read_batch_file(content: bytes, _folder: Path) -> None:
    lines = tuple(read_batch(content))
    assert len(lines) == sum(1 for line in content.split(b"\n") if line.strip())


def _read_name(content: bytes, _folder: Path) -> None:
    text = content.decode("utf-8", "replace")
    one, other = parse_name(text), parse_name("Ada Lovelace")
    assert match_names(one, other) is None or one.spellings
    for author in parse_authors(text):
        parse_name(author.name)


def _read_texts(content: bytes, _folder: Path) -> None:
    """Take a text as title, abstract, name and comment of a paper, onto every page."""
    text = content.decode("utf-8", "replace")
    paper = make_paper(
        Identifier(PaperId("2502.00001"), 1),
        title=text,
        authors=parse_authors(text),
        abstract=text,
        categories=["cs.LG"],
    )
    _check_papers([paper])
    entry = digests.entry()
    judgement = entry.judgement
    if judgement:
        judgement = replace(judgement, comment=clean_comment(text) or "It is new.")
    digest = digests.digest([replace(entry, paper=paper, judgement=judgement)])
    for renderer in (HtmlRenderer(), MarkdownRenderer(), JsonRenderer()):
        page = renderer.render(digest).content
        assert len(page) < 40 * SCALE
        assert b"2502.00001" in page
    tokenize(paper.title, paper.abstract)
    sanitize(paper.abstract, 4000)

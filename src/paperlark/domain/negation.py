"""Split a reader's sentences into what they want and what they do not want.

Rules over English negation cues and their scope, in the manner of NegEx: a cue such as `not`,
`except` or `I don't care about` makes the words after it unwanted until its scope ends; `… is out
of scope` makes the words before it unwanted. What only looks like a negation (`no-regret`,
`methods that do not need labels`, `not only`) is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a sentence, without its cue, and whether the reader wants it."""

    text: str
    wanted: bool


def _words(text: str) -> str:
    """Return a pattern of alternatives from words that are given with spaces between."""
    return "(?:" + "|".join(text.split()) + ")"


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in alternatives), re.IGNORECASE)


_NOT = r"(?:\s+not|n't|n?t)\b"
_HOW = r"(?:\s+(?:really|particularly|especially|very|so|that|much|at all|too|as|currently|also))*"
_DO_NOT = rf"(?:(?:do|does|did|would|will|should)(?:\s+not|n['’]?t)|never)\b{_HOW}"
_SEE = (
    r"(?:\s+to\s+(?:see|read|get|hear|know|have|receive)(?!\s+(?:less|fewer)))?"
    r"(?:\s+(?:any|anything|papers?|articles?|work|works|studies|more|much)\b)*"
    r"(?:\s+(?:about|on|of|from)\b)?"
)
_PERSON = (
    r"(?:\b(?:I|we|he|she|they|you|reader|group|lab|please|and|to|who)\s+(?:also\s+|just\s+)?)"
)
_AT_START = rf"(?:^\W*|(?<=[,(:—–])\s*|(?<=\s)[-–—]\s+|{_PERSON})"
_OF_TOPIC = (
    r"(?:\s+(?:any|anything|papers?|articles?|work|works|studies|stuff|everything|all)\b)*"
    r"(?:\s+(?:about|on|with|related\s+to|to\s+do\s+with|concerning|dealing\s+with|in)\b)?"
)

# Cues whose scope is the rest of the clause, with all its commas: `I don't care about A, B and C`.
_WIDE = _pattern(
    rf"{_AT_START}{_DO_NOT}\s+(?:care\s+(?:much\s+|a lot\s+)?(?:about|for)"
    rf"(?!\s+(?:whether|if|how|who|what|which|where))"
    rf"|(?:want|wish|like|need)(?!\s+to\s+(?:miss|lose|overlook|exclude))\b{_SEE}"
    rf"|(?:work|works)\s+(?:on|with|in)|(?:study|studies|follow|read|enjoy|love)\b"
    rf"|(?:show|send|give|bring)\b(?:\s+me)?{_OF_TOPIC}|bother\b(?:\s+me)?(?:\s+with)?"
    rf"|(?:include|select|consider|recommend|suggest|pick|list|report)\b{_OF_TOPIC})",
    rf"\b(?:(?:am|is|are|was|were|be)(?:\s+not|n['’]?t)|['’](?:m|re|s)\s+not|ain['’]?t|not|no\s+longer|less)"
    rf"{_HOW}\s+(?:interested\s+in|keen\s+on|into|fans?\s+of|a\s+fan\s+of|looking\s+for"
    rf"|concerned\s+with|working\s+on|after|fond\s+of|curious\s+about)",
    r"\bno\s+longer\s+(?:care\s+about|want|need|follow|read|work\s+on)\b",
    rf"\b(?:(?:have|has|with|of)\s+)?(?:no|little|zero)\s+interest\s+(?:in|for)\b{_OF_TOPIC}",
    r"\bunin?terested\s+in\b|\bdisinterested\s+in\b",
    r"\b(?:tired|sick|weary)\s+of\b|\bfed\s+up\s+with\b|\bbored\s+(?:by|of|with)\b",
    r"\b(?:I|we|he|she)\s+(?:really\s+)?(?:hate|dislike|detest|despise|avoid|skip|ignore|exclude)\b",
    rf"{_AT_START}(?:always\s+|rather\s+|generally\s+|usually\s+)?(?:skip(?!\s+connection)|exclude|ignore|omit|avoid"
    rf"|discard|reject|hide|mute|remove|drop|downweight|down-?rank|deprioriti[sz]e|filter\s+out"
    rf"|leave\s+out|leave\s+aside|keep\s+out|spare\s+me|stay\s+away\s+from|steer\s+clear\s+of"
    rf"|weed\s+out|rule\s+out|throw\s+out|get\s+rid\s+of)\b(?!-){_OF_TOPIC}",
    r"(?<=,)\s*(?:avoiding|ignoring|skipping|leaving\s+out|omitting|leaving\s+aside)\b",
    r"\b(?:excluding|excepting|with\s+the\s+exception\s+of|except(?:\s+for)?|save\s+for|barring)\b",
    r"\b(?:anything|everything|all|any\s+\w+)\s+but\b(?!\s+(?:also|only|not)\b)",
    r"\bnothing\s+(?:on|about|from|with|in|of|related\s+to|to\s+do\s+with|involving)\b",
    r"\bneither\b",
    rf"\bbut\s+not\b(?!\s+(?:only|just|merely|limited|necessarily|exclusively)\b)(?!-){_OF_TOPIC}",
    rf"^\W*(?:please\s*,?\s*)?(?:also\s+)?(?:but\s+|and\s+)?(?:not|never|definitely\s+not|certainly\s+not|absolutely\s+no|no\s+more)\b(?!-)"
    rf"(?!\s+(?:only|just|merely|simply|limited|necessarily|exclusively|all|every|even|too|to\s+mention)\b){_OF_TOPIC}",
    r"^\W*(?:please\s*,?\s*)?(?:but\s+|and\s+)?(?:no|zero|less|fewer)\b(?!-)(?!\s+@NAME@)"
    + _OF_TOPIC,
)

# Cues whose scope ends at the next comma: `proteins, not docking, and diffusion`.
_NARROW = _pattern(
    r"(?<![-\w])not\b(?!-)(?!\s+(?:only|just|merely|simply|limited|restricted|necessarily"
    r"|exclusively|yet|all|every|even|too|least|to\s+mention|so\s+much|that|really)\b)" + _OF_TOPIC,
    r"(?:(?<=[,(:—–/])\s*|(?<=\s)[-–—]\s+|\b(?:and|or|please)\s+)no\b(?!-)(?!\s+@NAME@)"
    + _OF_TOPIC,
    r"\bnor\b",
    r"\b(?:rather\s+than|instead\s+of|as\s+opposed\s+to|in\s+contrast\s+to|in\s+place\s+of)\b"
    r"(?:\s+(?:just|only|merely|purely))?",
    r"\b(?:other\s+than|apart\s+from|aside\s+from|outside\s+of|unrelated\s+to)\b",
    r"(?<![-\w])without\b(?!-)(?!\s+@ATTRIBUTE@)(?:\s+any\b)?",
    r"\b(?:that|which)\s+(?:are|is)(?:\s+not|n['’]?t)\b(?!\s+(?:yet|known|fully|well|only|just|\w+(?:ly|able|ible)\b))",
    r"\b(?:that|which|who)\s+(?:do|does)(?:\s+not|n['’]?t)\s+(?:use|involve|include|contain|mention"
    r"|concern|deal\s+with|focus\s+on|cover|address|study|discuss|treat)\b",
    r"\b(?:that|which)\s+(?:are|is)\s+(?:purely|merely|only|just)\b(?=.*\bnot\b)",
)

# `no free lunch`, `no later than`: after `no` these words are not unwanted.
_NAMES = (
    r"(?:free\s+lunch|u-?turn|hair|go\b|cloning|arbitrage|regret|reference|response|signall?ing"
    r"|slip|boundary|scale|core|load|one\b|matter\b|less\b|later\b|longer\b|doubt|need\b|idea"
    r"|more\s+than|interest|preference|prior\s+knowledge|other\s+than|\d)"
)
# `without labels`, `without training`: a property of what is wanted, which papers state too.
_ATTRIBUTES = (
    r"(?:any\s+|the\s+|a\s+|an\s+|explicit\s+|direct\s+|human\s+|manual\s+|additional\s+|extra\s+"
    r"|prior\s+|external\s+|ground[- ]truth\s+|paired\s+)*"
    r"(?:need\b|use\s+of|loss|access|knowledge|knowing|labels?\b|labell?ed|annotations?\b|annotated"
    r"|supervision|assum\w+|gradients?\b|backprop\w*|fine-?tuning|(?:re-?)?training\b|priors?\b"
    r"|rewards?\b|human\s+feedback|demonstrations?\b|replacement|forgetting|regret|signatures?\b"
    r"|calibration|parameters?\b|normali[sz]ation|communication|coordination|sacrific\w+|\w{3,}ing\b)"
)


def _filled(pattern: re.Pattern[str]) -> re.Pattern[str]:
    text = pattern.pattern.replace("@NAME@", _NAMES).replace("@ATTRIBUTE@", _ATTRIBUTES)
    return re.compile(text, pattern.flags)


_WIDE, _NARROW = _filled(_WIDE), _filled(_NARROW)

# Before `not` these make it a statement about a thing (`is not convex`), not about the reader.
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|be|been|do|does|did|can|could|may|might|must|should|would|will|shall"
    r"|has|have|had|need|whether|or|if|why|cannot)\s*$",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"(?:\bnot|n['’]?t|\bnever)\s*$", re.IGNORECASE)

# The words before these are unwanted: `white dwarfs are out of scope`.
_DULL = (
    r"(?:irrelevant|uninteresting|boring|dull|unwanted|unimportant|unwelcome|off[- ]?topic"
    r"|out\s+of\s+(?:scope|place)|outside\s+(?:my|the|our)\s+\w+|beyond\s+(?:my|the|our)\s+\w+|of\s+no\s+(?:interest|use|relevance|concern)"
    r"|(?:a\s+)?no-?go|excluded|(?:to\s+be\s+)?(?:ignored|skipped|avoided|left\s+out|filtered\s+out|dropped|omitted|excluded))"
)
_NOT_OF_INTEREST = (
    rf"(?:not|never|n['’]?t){_HOW}\s+(?:relevant|interesting|of\s+(?:much\s+|any\s+)?(?:interest|relevance|use)|wanted|needed|welcome|useful"
    r"|important|included|in\s+scope|what\s+(?:I|we)|my\s+\w+|for\s+me|be\s+(?:shown|included|selected|kept|considered|listed))"
)
_BEFORE = _pattern(
    rf"\b(?:is|are|was|were|seems?|remains?|should\s+be|must\s+be|can\s+be|may\s+be|would\s+be)\s+(?:\w+ly\s+|also\s+|all\s+|just\s+|still\s+)*{_DULL}",
    rf"(?:\b(?:is|are|was|were|should|must|can|may|need|does|do)\s*|['’](?:s|re)\s+){_NOT_OF_INTEREST}",
    r"\b(?:does|do)(?:\s+not|n['’]?t)\s+(?:really\s+)?(?:interest|concern|excite|matter\s+to|appeal\s+to)\b(?:\s+(?:me|us|him|her|them))?",
    r"\b(?:bores?|annoys?)\s+(?:me|us|him|her|them)\b|\bleaves?\s+(?:me|us)\s+cold\b",
    r"(?<=\w)\s*(?:[-–—:,(]\s*)(?:no\s+thanks?|no\s+thank\s+you|out\s+of\s+scope|irrelevant|not\s+relevant|not\s+interest(?:ed|ing)|uninteresting|boring)\b\W*$",
    r"(?<=\w)\s+(?:out\s+of\s+scope|not\s+relevant|not\s+interesting|excluded)\b\W*$",
)
_TO_ME = re.compile(
    r"^\s*(?:to|for|here|either|at\s+all)\b(?:\s+(?:me|us|him|her|them|now))?", re.IGNORECASE
)

# Within an unwanted list the reader speaks of wanted things again.
_RESUMES = re.compile(
    r"[,(]?\s*(?:\b(?:and|but|though|although|however)\s+)?"
    r"(?:\b(?:I|we|he|she)\s+(?:do|am|like|love|want|care|work|study|read|prefer|need|enjoy)\b"
    r"|(?<=,\s)(?:only|just|rather|instead|more|show\s+me|give\s+me|focus|prefer(?:ably)?|mainly|mostly|especially)\b)",
    re.IGNORECASE,
)
# Unwanted, but for what comes after: `no surveys unless on dwarfs`.
_EXCEPTION = re.compile(
    r"[,(]?\s*\b(?:unless|except(?:\s+(?:for|when|if|where))?|other\s+than|apart\s+from|aside\s+from|but\s+only\s+if|only\s+if)\b",
    re.IGNORECASE,
)

# In a labelled text `driven by sources other than stars` is what is not wanted.
_LABELLED_EXCEPTION = re.compile(
    r"[,(]?\s*\b(?:unless|except(?:\s+(?:for|when|if|where))?)\b", re.IGNORECASE
)

_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|etc|vs|cf|al|approx|resp|incl|Dr|Prof|Fig|no|[A-Z])\.$", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\s*[;\n。；！？]\s*|(?<=[.!?])(?=[A-Z][a-z])")
_TURN = re.compile(
    r"(?<!anything)(?<!everything)(?<!all)(?<!nothing)(?:,|\s+[-–—])?\s+(?=(?:but|however|whereas|yet|although|though)\b"
    r"(?!\s+also\b))",
    re.IGNORECASE,
)
_PARENTHESIS = re.compile(r"\(([^()]*)\)")
_GLUE = re.compile(
    r"^(?:\W|\b(?:and|or|nor|but|however|whereas|though|although|please|also|any|I|we|it|is|about|of|the|a|an|so|that|to)\b)+$",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:[\s,;:.)\-–—]|(?:and|or|nor|also|any|about|of)\b(?!\s*$))+", re.IGNORECASE
)
_POLITE = re.compile(
    r"[\s,]*\b(?:please|thanks|thank\s+you|thx|at\s+all|either|of\s+course)\b[\s.,!]*$",
    re.IGNORECASE,
)

_NEAR = 16
"""Characters before a cue or a full stop that can change its meaning."""

_PIECE = re.compile(r"\S.{0,600}(?=\s|$)|\S{1,600}", re.DOTALL)

_LONGEST = 20_000
"""Characters of a text whose negations are looked for; the rest is wanted, as written."""


def clauses(text: str) -> tuple[Clause, ...]:
    """Split a text of wanted things into clauses that are wanted and clauses that are not."""
    found: list[Clause] = []
    for sentence in _sentences(text[:_LONGEST]):
        found.extend(_of_sentence(sentence))
    if len(text) > _LONGEST:
        found.append(Clause(text[_LONGEST:], wanted=True))
    return tuple(found)


def exceptions(text: str) -> tuple[Clause, ...]:
    """Split a text of unwanted things: what follows `except` or `unless` there is wanted."""
    found: list[Clause] = []
    for sentence in _sentences(text[:_LONGEST]):
        found.extend(_against(sentence, _LABELLED_EXCEPTION))
    if len(text) > _LONGEST:
        found.append(Clause(text[_LONGEST:], wanted=False))
    return tuple(found)


def is_negative(text: str) -> bool:
    """Return whether a phrase begins with a negation, as `no surveys` or `I do not want` do."""
    cue = _first_cue(text)
    return cue is not None and not any(one.wanted for one in clauses(text))


def _sentences(text: str) -> Iterator[str]:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        before = text[max(0, end.start() - _NEAR) : end.start()]
        if "\n" not in end[0] and _ABBREVIATION.search(before):
            continue
        yield from _pieces(text[start : end.end()])
        start = end.end()
    yield from _pieces(text[start:])


def _pieces(sentence: str) -> Iterator[str]:
    """Yield a sentence; one that is far too long in pieces, so that time stays linear."""
    yield from (piece for piece in re.findall(_PIECE, sentence.strip()) if piece.strip())


def _of_sentence(sentence: str) -> Iterator[Clause]:
    """Split at turns such as `but`, and take what is in brackets by itself."""
    inner = [found[1] for found in _PARENTHESIS.finditer(sentence)]
    negated = [one for one in inner if _first_cue(one) or _BEFORE.search(one)]
    for one in negated:
        sentence = sentence.replace(f"({one})", " ", 1)
    turns = _TURN.split(sentence)
    if any(_first_cue(one) or _BEFORE.search(one) for one in turns):
        for clause in turns:
            yield from _of_clause(clause)
    else:
        # As written, where nothing is negated.
        yield Clause(sentence, wanted=True)
    for one in negated:
        yield from _of_clause(one)


def _of_clause(clause: str) -> Iterator[Clause]:
    if before := _BEFORE.search(clause):
        yield from _predicated(clause, before)
        return
    while clause.strip():
        cue = _first_cue(clause)
        if cue is None:
            yield from _kept(clause, wanted=True)
            return
        found, wide = cue
        yield from _kept(clause[: found.start()], wanted=True)
        scope, clause = _scope(clause[found.end() :], wide=wide)
        yield from _against(scope)


def _first_cue(clause: str) -> tuple[re.Match[str], bool] | None:
    """Find the first cue, and whether its scope is wide; the longer of two at one place."""
    found = [
        (cue, wide)
        for pattern, wide in ((_WIDE, True), (_NARROW, False))
        for cue in _cues(pattern, clause)
    ]
    return min(found, key=lambda one: (one[0].start(), -one[0].end())) if found else None


def _cues(pattern: re.Pattern[str], clause: str) -> Iterator[re.Match[str]]:
    for cue in pattern.finditer(clause):
        before = clause[max(0, cue.start() - _NEAR) : cue.start()]
        word = cue[0].lower().split()
        if word and word[0] in {"not", "no"} and _AUXILIARY.search(before):
            continue
        if not _NEGATED.search(before):
            yield cue
            return


def _scope(after: str, *, wide: bool) -> tuple[str, str]:
    """Return what is within the scope of a cue that stood before, and the rest of the clause."""
    ends = [found.start() for found in (_RESUMES.search(after),) if found]
    if cue := _first_cue(after):
        ends.append(cue[0].start())
    if not wide:
        ends.extend(_commas(after))
    end = min(ends, default=len(after))
    return after[:end], after[end:]


def _commas(after: str) -> Iterator[int]:
    """Yield the commas that end a narrow scope: `not A, B or C` is a list and goes on."""
    if re.search(r",\s*(?:n?or\b)|^[^,]*,(?:[^,]+,)*[^,]+\s+n?or\s+\S", after):
        return
    yield from (found.start() for found in re.finditer(r",|\s[-–—]\s|[:)]", after))


def _predicated(clause: str, before: re.Match[str]) -> Iterator[Clause]:
    subject, after = clause[: before.start()], clause[before.end() :]
    # `I like A, and B is out of scope`: only B is.
    person = re.search(r"\b(?:I|we|he|she)\s+\w+", subject)
    cuts = [
        found.end()
        for found in re.finditer(r",\s*(?:and\s+|while\s+)?|\s+and\s+|:\s+|\s[-–—]\s", subject)
    ]
    cut = cuts[-1] if person and cuts else 0
    yield from _kept(subject[:cut], wanted=True)
    yield from _kept(subject[cut:], wanted=False)
    rest = _TO_ME.sub("", after)
    exception = _EXCEPTION.match(rest)
    if exception:
        yield from _kept(rest[exception.end() :], wanted=True)
    elif rest.strip(" .,!"):
        if re.match(r"\s*(?:,?\s*(?:nor|neither|and|or)\b|,)", rest) and not re.search(
            r"\b(?:I|we)\b", rest
        ):
            yield from _of_clause(rest) if _BEFORE.search(rest) else _kept(rest, wanted=False)
        else:
            yield from _of_clause(rest)


def _against(text: str, exceptions: re.Pattern[str] = _EXCEPTION) -> Iterator[Clause]:
    """Yield unwanted text; what follows an exception in it, up to the next comma, is wanted."""
    exception = exceptions.search(text)
    if exception is None:
        yield from _kept(text, wanted=False)
        return
    yield from _kept(text[: exception.start()], wanted=False)
    rest = text[exception.end() :]
    comma = rest.find(",")
    end = comma if comma >= 0 else len(rest)
    yield from _kept(rest[:end], wanted=True)
    yield from _against(rest[end:], exceptions)


def _kept(text: str, *, wanted: bool) -> Iterator[Clause]:
    """Yield the clause, unless it has nothing but function words."""
    plain = text.strip(" ,;:\t")
    if not wanted:
        plain = _POLITE.sub("", _LEADING.sub("", plain)).strip(" ,;:.!")
    if plain and re.search(r"\w", plain) and not _GLUE.match(plain):
        yield Clause(plain, wanted)

"""Cues of negation: the English phrases by which readers say what they do not want.

A cue is a pattern; in all of them a blank stands for any white space. They are in families by
the scope that they have: WIDE and NARROW make the words after them unwanted, BEFORE those before
them; EXCEPTION and RESUMES end what is unwanted.
"""

from __future__ import annotations

import re

DASH = r"[-\u2013\u2014]"
_APOSTROPHE = r"['\u2019]"


def _any(*phrases: str) -> str:
    return "(?:" + "|".join(phrases) + ")"


def _compile(*phrases: str) -> re.Pattern[str]:
    return re.compile(_any(*phrases).replace(" ", r"\s+"), re.IGNORECASE)


# What cues are made of -----------------------------------------------------------------------

_NOT = rf"(?: not|n{_APOSTROPHE}?t)"
_HOW = r"(?: (?:really|particularly|especially|very|so|that|much|at all|too|as|currently|also))*"
_DO_NOT = rf"(?:(?:do|does|did|would|will|should){_NOT}|never)\b{_HOW}"
_PERSON = r"\b(?:I|we|he|she|they|you|reader|group|lab|please|and|to|who) (?:also |just )?"
# A request begins a clause or follows who makes it: `skip surveys`, `I skip surveys`.
_AT_START = rf"(?:^\W*|(?<=[,(:\u2013\u2014])\s*|(?<=\s){DASH} |{_PERSON})"
_PLEASE = r"^\W*(?:please\s*,?\s*)?"
# Words between a cue and its subject that say nothing: `do not want to see any papers about`.
_SEE = (
    r"(?: to (?:see|read|get|hear|know|have|receive)(?! (?:less|fewer)))?"
    r"(?: (?:any|anything|papers?|articles?|work|works|studies|more|much)\b)*"
    r"(?: (?:about|on|of|from)\b)?"
)
_ABOUT = (
    r"(?: (?:any|anything|papers?|articles?|work|works|studies|stuff|everything|all)\b)*"
    r"(?: (?:about|on|with|related to|to do with|concerning|dealing with|in)\b)?"
)

# What only looks like a negation -------------------------------------------------------------

# `not only A but B`, `not necessarily A` want A too.
_ONLY = r"(?! (?:only|just|merely|limited|necessarily|exclusively)\b)"
_ONLY_AT_START = (
    r"(?! (?:only|just|merely|simply|limited|necessarily|exclusively|all|every|even|too"
    r"|to mention)\b)"
)
_ONLY_WITHIN = (
    r"(?! (?:only|just|merely|simply|limited|restricted|necessarily|exclusively|yet|all|every"
    r"|even|too|least|to mention|so much|that|really)\b)"
)
# Names and set phrases with `no`: `no free lunch`, `no later than`.
_NAME = r"(?! " + _any(
    "free lunch", r"u-?turn", "hair", r"go\b", "cloning", "arbitrage", "regret", "reference",
    "response", r"signall?ing", "slip", "boundary", "scale", "core", "load", r"one\b", r"matter\b",
    r"less\b", r"later\b", r"longer\b", "doubt", r"need\b", "idea", "more than", "interest",
    "preference", "prior knowledge", "other than", r"\d",
) + ")"  # fmt: skip
# Properties that wanted papers state themselves: `without labels`, `without training`.
_ATTRIBUTE = (
    r"(?! (?:(?:any|the|an?|explicit|direct|human|manual|additional|extra|prior|external"
    r"|ground[-\s]truth|paired) )*"
    + _any(
        r"need\b", "use of", "loss", "access", "knowledge", "knowing", r"labels?\b", "labell?ed",
        r"annotations?\b", "annotated", "supervision", r"assum\w+", r"gradients?\b", r"backprop\w*",
        r"fine-?tuning", r"(?:re-?)?training\b", r"priors?\b", r"rewards?\b", "human feedback",
        r"demonstrations?\b", "replacement", "forgetting", "regret", r"signatures?\b",
        "calibration", r"parameters?\b", r"normali[sz]ation", "communication", "coordination",
        r"sacrific\w+", r"\w{3,}ing\b",
    )
    + ")"
)  # fmt: skip

# Cues whose scope is the rest of the clause --------------------------------------------------

# `I don't want to see A, B and C`
_DOES_NOT = rf"{_AT_START}{_DO_NOT} " + _any(
    r"care (?:much |a lot )?(?:about|for)(?! (?:whether|if|how|who|what|which|where))",
    rf"(?:want|wish|like|need)(?! to (?:miss|lose|overlook|exclude))\b{_SEE}",
    r"(?:work|works) (?:on|with|in)",
    r"(?:study|studies|follow|read|enjoy|love)\b",
    rf"(?:show|send|give|bring)\b(?: me)?{_ABOUT}",
    r"bother\b(?: me)?(?: with)?",
    rf"(?:include|select|consider|recommend|suggest|pick|list|report)\b{_ABOUT}",
)
# `I'm not interested in A, B and C`, `less keen on A`
_IS_NOT = (
    _any(
        r"\b" + _any(
            rf"(?:am|is|are|was|were|be){_NOT}", rf"ain{_APOSTROPHE}?t", "not", "no longer", "less"
        ),
        rf"\b{_APOSTROPHE}(?:m|re|s) not",
    )
    + rf"{_HOW} "
    + _any(
        "interested in", "keen on", "into", "fans? of", "a fan of", "looking for",
        "concerned with", "working on", "after", "fond of", "curious about",
    )
)  # fmt: skip
# `no interest in A`, `tired of A`
_NO_INTEREST = _any(
    r"\bno longer (?:care about|want|need|follow|read|work on)\b",
    rf"\b(?:(?:have|has|with|of) )?(?:no|little|zero) interest (?:in|for)\b{_ABOUT}",
    r"\bunin?terested in\b",
    r"\bdisinterested in\b",
    r"\b(?:tired|sick|weary) of\b",
    r"\bfed up with\b",
    r"\bbored (?:by|of|with)\b",
    r"\b(?:I|we|he|she) (?:really )?(?:hate|dislike|detest|despise|avoid|skip|ignore|exclude)\b",
)
# `skip A, B and C`, `… , leaving out A and B`
_LEAVE_OUT = _any(
    rf"{_AT_START}(?:always |rather |generally |usually )?"
    + _any(
        "skip(?! connection)", "exclude", "ignore", "omit", "avoid", "discard", "reject", "hide",
        "mute", "remove", "drop", "downweight", "down-?rank", "deprioriti[sz]e", "filter out",
        "leave out", "leave aside", "keep out", "spare me", "stay away from", "steer clear of",
        "weed out", "rule out", "throw out", "get rid of",
    )
    + rf"\b(?!-){_ABOUT}",
    r"(?<=,)\s*(?:avoiding|ignoring|skipping|leaving out|omitting|leaving aside)\b",
)  # fmt: skip
# `anything but A or B`, `nothing on A`, `A but not B`
_BUT = _any(
    r"\b(?:excluding|excepting|with the exception of|except(?: for)?|save for|barring)\b",
    r"\b(?:anything|everything|all|any \w+) but\b(?! (?:also|only|not)\b)",
    r"\bnothing (?:on|about|from|with|in|of|related to|to do with|involving)\b",
    r"\bneither\b",
    rf"\bbut not\b{_ONLY}(?!-){_ABOUT}",
)
# A clause that begins `Not A, B or C`, `Please no A`, `Less A`
_NOT_AT_START = _any(
    rf"{_PLEASE}(?:also )?(?:but |and )?"
    r"(?:not|never|definitely not|certainly not|absolutely no|no more)\b(?!-)"
    rf"{_ONLY_AT_START}{_ABOUT}",
    rf"{_PLEASE}(?:but |and )?(?:no|zero|less|fewer)\b(?!-){_NAME}{_ABOUT}",
)
WIDE = _compile(_DOES_NOT, _IS_NOT, _NO_INTEREST, _LEAVE_OUT, _BUT, _NOT_AT_START)

# Cues whose scope ends at the next comma: `proteins, not docking, and diffusion` -------------

NARROW = _compile(
    rf"(?<![-\w])not\b(?!-){_ONLY_WITHIN}{_ABOUT}",
    rf"(?:(?<=[,(:/\u2013\u2014])\s*|(?<=\s){DASH} |\b(?:and|or|please) )no\b(?!-){_NAME}{_ABOUT}",
    r"\bnor\b",
    r"\b(?:rather than|instead of|as opposed to|in contrast to|in place of)\b"
    r"(?: (?:just|only|merely|purely))?",
    r"\b(?:other than|apart from|aside from|outside of|unrelated to)\b",
    rf"(?<![-\w])without\b(?!-){_ATTRIBUTE}(?: any\b)?",
    rf"\b(?:that|which) (?:are|is){_NOT}\b"
    r"(?! (?:yet|known|fully|well|only|just|\w+(?:ly|able|ible)\b))",
    rf"\b(?:that|which|who) (?:do|does){_NOT} "
    r"(?:use|involve|include|contain|mention|concern|deal with|focus on|cover|address|study"
    r"|discuss|treat)\b",
    r"\b(?:that|which) (?:are|is) (?:purely|merely|only|just)\b(?=.*\bnot\b)",
)

# Cues after what is unwanted: `white dwarfs are out of scope` --------------------------------

_DULL = _any(
    "irrelevant", "uninteresting", "boring", "dull", "unwanted", "unimportant", "unwelcome",
    r"off[-\s]?topic", "out of (?:scope|place)", r"outside (?:my|the|our) \w+",
    r"beyond (?:my|the|our) \w+", "of no (?:interest|use|relevance|concern)", "(?:a )?no-?go",
    "excluded",
    "(?:to be )?(?:ignored|skipped|avoided|left out|filtered out|dropped|omitted|excluded)",
)  # fmt: skip
_NOT_OF_INTEREST = rf"(?:not|never|n{_APOSTROPHE}?t){_HOW} " + _any(
    "relevant", "interesting", "of (?:much |any )?(?:interest|relevance|use)", "wanted", "needed",
    "welcome", "useful", "important", "included", "in scope", "what (?:I|we)", r"my \w+", "for me",
    "be (?:shown|included|selected|kept|considered|listed)",
)  # fmt: skip
_IS = _any(
    "is", "are", "was", "were", "seems?", "remains?", "should be", "must be", "can be", "may be",
    "would be",
)  # fmt: skip
BEFORE = _compile(
    rf"\b{_IS} (?:\w+ly |also |all |just |still )*{_DULL}",
    rf"(?:\b(?:is|are|was|were|should|must|can|may|need|does|do)\s*|{_APOSTROPHE}(?:s|re) )"
    rf"{_NOT_OF_INTEREST}",
    rf"\b(?:does|do){_NOT} (?:really )?(?:interest|concern|excite|matter to|appeal to)\b"
    r"(?: (?:me|us|him|her|them))?",
    r"\b(?:bores?|annoys?) (?:me|us|him|her|them)\b",
    r"\bleaves? (?:me|us) cold\b",
    # In notes without a verb: `surveys: no thanks`, `reviews (boring)`.
    r"(?<=\w)\s*[-\u2013\u2014:,(]\s*(?:no thanks?|no thank you|out of scope|irrelevant"
    r"|not relevant|not interest(?:ed|ing)|uninteresting|boring)\b\W*$",
    r"(?<=\w) (?:out of scope|not relevant|not interesting|excluded)\b\W*$",
)
TO_ME = _compile(r"^\s*(?:to|for|here|either|at all)\b(?: (?:me|us|him|her|them|now))?")
PERSON = re.compile(r"\b(?:I|we|he|she)\s+\w+")

# What ends a scope ---------------------------------------------------------------------------

# The reader speaks of wanted things again: `no surveys, I like proofs`.
RESUMES = _compile(
    r"[,(]?\s*(?:\b(?:and|but|though|although|however) )?"
    + _any(
        r"\b(?:I|we|he|she) (?:do|am|like|love|want|care|work|study|read|prefer|need|enjoy)\b",
        r"(?<=,\s)(?:only|just|rather|instead|more|show me|give me|focus|prefer(?:ably)?|mainly"
        r"|mostly|especially)\b",
    )
)
# Unwanted, but for what comes after: `no surveys unless on dwarfs`.
EXCEPTION = _compile(
    r"[,(]?\s*\b(?:unless|except(?: (?:for|when|if|where))?|other than|apart from|aside from"
    r"|but only if|only if)\b"
)
# Before `not` these make it a statement about a thing (`is not convex`), not about the reader.
AUXILIARY = _compile(
    r"\b(?:is|are|was|were|be|been|do|does|did|can|could|may|might|must|should|would|will|shall"
    r"|has|have|had|need|whether|or|if|why|cannot)\s*$"
)
NEGATED = _compile(rf"(?:\bnot|n{_APOSTROPHE}?t|\bnever)\s*$")

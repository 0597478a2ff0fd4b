"""Cues of negation: the English phrases by which readers say what they do not want.

A cue is a pattern; in all of them a blank stands for any white space. They are in families by
the scope that they have: WIDE and NARROW make the words after them unwanted, EXCEPTION and
RESUMES end what is unwanted. (`predicates` make the words before them unwanted.)
"""

from __future__ import annotations

import re

DASH = r"[-\u2013\u2014]"
APOSTROPHE = r"['\u2019]"


def any_of(*phrases: str) -> str:
    """Return a pattern of any of these patterns."""
    return "(?:" + "|".join(phrases) + ")"


def compile_cue(*phrases: str) -> re.Pattern[str]:
    """Compile a pattern of any of these, in any case and with any white space for a blank."""
    return re.compile(any_of(*phrases).replace(" ", r"\s+"), re.IGNORECASE)


# What cues are made of -----------------------------------------------------------------------

NOT = rf"(?: not|n{APOSTROPHE}?t)"
HOW = r"(?: (?:really|particularly|especially|very|so|that|much|at all|too|as|currently|also))*"
_DO_NOT = rf"(?:(?:do|does|did|would|will|should){NOT}|never)\b{HOW}"
# A request begins a clause or follows who makes it: `skip surveys`, `I skip surveys`.
_CLAUSE = (
    r"^\W*(?:(?:and|but|also|so|then),? ){0,2}"
    rf"|(?<=[,([:\u2013\u2014])\s*(?:and )?|(?<=\s){DASH} "
)
_WHO = r"\b(?:I|we|he|she|they|you|reader|group|lab|please) (?:also |just |have |has )?"
_AT_START = rf"(?:{_CLAUSE}|{_WHO}|\b(?:and|to|who) (?:also |just )?)"
_PLEASE = r"^\W*(?:P\.?S\.?:? )?(?:please\s*,?\s*)?"
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

# `not only A but B`, `not necessarily A` want A too, and so do `not yet seen`, `not at random`.
_ONLY = r"(?! (?:only|just|merely|limited|necessarily|exclusively)\b)"
_ONLY_AT_START = (
    r"(?! (?:only|just|merely|simply|limited|necessarily|exclusively|all|every|even|too"
    r"|to mention|skip|miss|ignore|exclude|omit|forget|hide|drop|overlook|lose|leave out)\b)"
)
_ONLY_WITHIN = (
    r"(?! (?:only|just|merely|simply|limited|restricted|necessarily|exclusively|yet|all|every"
    r"|even|too|least|to mention|so much|that|really|previously|currently|publicly|commonly|fully"
    r"|directly|easily|well|otherwise|at random)\b)"
)
# Names and set phrases with `no`: `no free lunch`, `no later than`.
_NAME = r"(?! " + any_of(
    "free lunch", r"u-?turn", "hair", r"go\b", "cloning", "arbitrage", "regret", "reference",
    "response", r"signall?ing", "slip", "boundary", "scale", "core", "load", r"one\b", r"matter\b",
    r"less\b", r"later\b", r"longer\b", "doubt", r"need\b", "idea", "more than", "interest",
    "preference", "prior knowledge", "other than", r"\d", r"\w+ (?:is|are) too\b",
) + ")"  # fmt: skip
# Properties that wanted papers state themselves: `without labels`, `without training`.
_ATTRIBUTE = (
    r"(?! (?:(?:any|the|an?|explicit|direct|human|manual|additional|extra|prior|external"
    r"|ground[-\s]truth|paired|full|task-specific) )*"
    + any_of(
        r"need\b", "use of", "loss", "access", "knowledge", "knowing", r"labels?\b", "labell?ed",
        r"annotations?\b", "annotated", "supervision", r"assum\w+", r"gradients?\b", r"backprop\w*",
        r"fine-?tuning", r"(?:re-?)?training\b", r"priors?\b", r"rewards?\b", "human feedback",
        r"demonstrations?\b", "replacement", "forgetting", "regret", r"signatures?\b",
        "calibration", r"parameters?\b", r"normali[sz]ation", "communication", "coordination",
        "intervention", "impact", "degradation", "modification", r"costs?\b", r"data\b",
        "ground truth",
        "known", "apparent", "obvious", "counterpart", r"closed[-\s]form", "guarantee", "exception",
        r"sacrific\w+", r"\w{3,}ing\b",
    )
    + ")"
)  # fmt: skip

# Cues whose scope is the rest of the clause --------------------------------------------------

# `I don't want to see A, B and C`
_DOES_NOT = rf"{_AT_START}{_DO_NOT} " + any_of(
    r"cared? (?:much |a lot )?(?:about|for)(?! (?:whether|if|how|who|what|which|where))",
    rf"(?:want|wish|like|need)(?! to (?:miss|lose|overlook|exclude))\b{_SEE}",
    r"(?:work|works) (?:on|with|in)",
    r"do\b(?! (?:so|that|this|it|well)\b)",
    r"(?:study|studies|follow|read|enjoy|love)\b",
    rf"(?:show|send|give|bring)\b(?: me)?{_ABOUT}",
    r"bother\b(?: me)?(?: with)?",
    rf"(?:include|select|consider|recommend|suggest|pick|list|report)\b{_ABOUT}",
)
# `I'm not interested in A, B and C`, `less keen on A`
_IS_NOT = (
    any_of(
        r"\b" + any_of(
            rf"(?:am|is|are|was|were|be){NOT}", rf"ain{APOSTROPHE}?t", "not", "no longer", "less"
        ),
        rf"\b{APOSTROPHE}(?:m|re|s) not",
    )
    + rf"{HOW} "
    + any_of(
        "interested in", "keen on", "into", "fans? of", "a fan of", "looking for",
        "concerned with", "working on", "after", "fond of", "curious about",
    )
)  # fmt: skip
# `no interest in A`, `tired of A`
_NO_INTEREST = any_of(
    r"\bno longer (?:care about|want|need|follow|read|work on)\b",
    r"\b(?:stopped|quit|gave up) (?:working on|working with|following|reading|caring about)\b",
    rf"\b(?:(?:have|has|with|of) )?(?:no|little|zero) interest (?:in|for)\b{_ABOUT}",
    rf"\bno need to (?:see|read|show|send|list|include|recommend|report)\b(?: me)?{_ABOUT}",
    rf"\bca(?:n{NOT}|n?not|n{APOSTROPHE}?t) (?:stand|bear)\b{_ABOUT}",
    rf"\bcould{NOT} care less about\b",
    r"\bcould do without\b(?!\W*$)",
    rf"\bno use for\b{_ABOUT}",
    r"(?:^\W*|\bhad )enough (?:of|about)\b",
    r"\b(?:seen?|get|got) too (?:many|much) (?:papers |articles |work )?(?:on|about|of)\b",
    r"\bunin?terested in\b",
    r"\bdisinterested in\b",
    r"\b(?:tired|sick|weary) of\b",
    r"\bfed up with\b",
    r"\bbored (?:by|of|with)\b",
    r"\b(?:I|we|he|she) (?:really )?(?:hate|dislike|detest|despise|avoid|skip|ignore|exclude)\b",
)
# `skip A, B and C`, `you can ignore A`, `… , leaving out A and B`; but `to detect and remove A`,
# `how to avoid A` and `skip lists` are subjects.
_SKIP = any_of(
    "skip(?! (?:connection|list|gram|layer|link|sampling|scan|graph))", "exclude(?! zone)",
    "ignore", "leave out", "leave aside", "filter out", "spare me", "stay away from",
    "steer clear of", "downweight", "down-?rank", "deprioriti[sz]e",
)  # fmt: skip
_DROP = any_of(
    "omit", "avoid", "discard", "reject", "hide(?! and)", "mute", "remove", "keep out", "weed out",
    "rule out", "throw out", "get rid of",
    "drop(?! (?:impact|size|shape|breakup|test|out|dynamics|coalescence))",
)  # fmt: skip
_FREELY = (
    r"(?:(?:can|may|could|should|would|will) )?(?:(?:always|rather|generally|usually|safely) )?"
)
_LEAVE_OUT = any_of(
    rf"(?:{_CLAUSE}|{_WHO}|\b(?:free|like|want|prefer|try) to ){_FREELY}(?:{_SKIP}|{_DROP})"
    rf"\b(?!-){_ABOUT}",
    rf"\band {_FREELY}{_SKIP}\b(?!-){_ABOUT}",
    r"(?<=,)\s*(?:avoiding|ignoring|skipping|leaving out|omitting|leaving aside)\b",
)  # fmt: skip
# `anything but A or B`, `nothing on A`, `A but not B`
_BUT = any_of(
    r"\b(?:excluding|excepting|with the exception of|except(?: for)?|save for|barring)\b",
    r"\b(?:anything|everything|all|any \w+) but\b(?! (?:also|only|not)\b)",
    r"\bnothing (?:on|about|from|with|in|of|related to|to do with|involving)\b",
    r"\bneither\b",
    rf"\bbut (?:please )?not\b{_ONLY}(?!-){_ABOUT}",
)
# A clause that begins `Not A, B or C`, `Please no A`, `Less A`
_NOT_AT_START = any_of(
    rf"{_PLEASE}(?:also )?(?:but |and )?"
    r"(?:not|never|definitely not|certainly not|absolutely no|no more)\b(?!-)"
    rf"{_ONLY_AT_START}{_ABOUT}",
    rf"{_PLEASE}(?:but |and )?(?:no|zero|less|fewer)\b(?!-){_NAME}{_ABOUT}",
)
# A label or a predicate before its list: `Not interested: A, B`, `Irrelevant are A and B`
_LABEL = r"(?:^\W*|(?<=[/|;.,(])\s*)(?:also |but |and )?" + any_of(
    r"(?:not|no|never|exclude|avoid|skip|ignore|without|less of|low priority)\s*:",
    r"(?:(?:not|un-?) ?(?:relevant|wanted|interested|interesting)(?: in)?|irrelevant|dislikes?"
    r"|out of scope|excluded|exclusions?)(?: (?:to|for) me)?(?:\s*:| (?:are|is)\b:?)",
)
WIDE = compile_cue(_DOES_NOT, _IS_NOT, _NO_INTEREST, _LEAVE_OUT, _BUT, _NOT_AT_START, _LABEL)
# Of these, one aside may stand between commas: `A, except B, and C` wants C.
BUT = compile_cue(_BUT)
LABEL = compile_cue(_LABEL)

# Cues whose scope ends at the next comma: `proteins, not docking, and diffusion` -------------

# `not really on A`, `not (so much) on A`
_NOT_MUCH = r"(?: \(?(?:really|so much|particularly|that much)\)?(?= (?:on|about|in)\b))?"
NARROW = compile_cue(
    rf"(?<![-\w])not\b(?!-){_NOT_MUCH}{_ONLY_WITHIN}{_ABOUT}",
    rf"(?:(?<=[,(:/\u2013\u2014])\s*|(?<=\s){DASH} "
    r"|\b(?:and|or|but|please|particular|especially|definitely|certainly) )"
    rf"no\b(?!-){_NAME}{_ABOUT}",
    r"\bnor\b",
    r"\b(?:rather than|instead of|as opposed to|in contrast to|in place of)\b"
    r"(?: (?:just|only|merely|purely))?",
    r"\b(?:other than|apart from|aside from|outside of|unrelated to)\b",
    rf"(?<![-\w])(?:without|with no|w/o)\b(?!-){_NAME}{_ATTRIBUTE}(?: any\b)?"
    r"(?: (?:mention of|relation to|connection to|link to)\b)?",
    r"\bunless (?:it|they|these|those) (?:is|are|deals? with|concerns?)\b(?: about| on)?",
    r"\bexcl\b\.?",
    r"(?:^|(?<=,))\s*minus\b(?!-)",
    # As in a search: `moths -clothes -carpets`
    r"(?:^|(?<=\s))[-!](?=[^\W\d_]{3}[\w-]*(?:\s+[-!][^\W\d_]|\s*$))",
    rf"\b(?:that|which) (?:are|is){NOT}\b"
    r"(?! (?:yet|known|fully|well|only|just|\w+(?:ly|able|ible)\b))",
    rf"\b(?:that|which|who) (?:do|does){NOT} "
    r"(?:use|involve|include|contain|mention|concern|deal with|focus on|cover|address|study"
    r"|discuss|treat)\b",
    r"\b(?:that|which) (?:are|is) (?:purely|merely|only|just)\b(?=.*\bnot\b)",
)

# What ends a scope ---------------------------------------------------------------------------

# The reader speaks of wanted things again: `no surveys, I like proofs`.
RESUMES = compile_cue(
    r"[,(]?\s*(?:\b(?:and|but|though|although|however) )?"
    + any_of(
        r"\b(?:I|we|he|she) (?:do|am|like|love|want|care|work|study|read|prefer|need|enjoy)\b",
        r"(?<=,\s)(?:only|just|rather|instead|more|show me|give me|focus|prefer(?:ably)?|mainly"
        r"|mostly|especially)\b",
    )
)
# Unwanted, but for what comes after: `no surveys unless on dwarfs`.
EXCEPTION = compile_cue(
    r"[,(]?\s*\b(?:unless(?!-)|except(?: (?:for|when|if|where))?|other than|apart from|aside from"
    r"|but only if|only if)\b"
)
LABELLED_EXCEPTION = compile_cue(r"[,(]?\s*\b(?:unless(?!-)|except(?: (?:for|when|if|where))?)\b")
# Before `not` these make it a statement about a thing (`is not convex`), not about the reader.
AUXILIARY = compile_cue(
    r"\b(?:is|are|was|were|be|been|do|does|did|can|could|may|might|must|should|would|will|shall"
    r"|has|have|had|need|whether|or|if|why|cannot)\s*$"
)
NEGATED = compile_cue(rf"(?:\bnot|n{APOSTROPHE}?t|\bnever)\s*$")

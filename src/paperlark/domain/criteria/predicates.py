"""Predicates that make the words before them unwanted: `white dwarfs are out of scope`.

As in `cues`, a blank stands for any white space in the patterns.
"""

from __future__ import annotations

from paperlark.domain.criteria.cues import APOSTROPHE, DASH, HOW, NOT, any_of, compile_cue

_DULL = any_of(
    "irrelevant", "uninteresting", "boring", "dull", "unwanted", "unimportant", "unwelcome",
    r"off[-\s]?topic", "out of (?:scope|place)", r"outside (?:my|the|our) \w+",
    r"beyond (?:my|the|our) \w+", "of (?:no|little|minor|less) (?:interest|use|relevance|concern)",
    "(?:a )?no-?go", r"a no(?=\W*$)", "excluded", r"out(?=\W*$)",
    "(?:much |far )?less (?:interesting|relevant|important)",
    "(?:to be )?(?:ignored|skipped|avoided|left out|filtered out|dropped|omitted|excluded)",
)  # fmt: skip
_NOT_OF_INTEREST = rf"(?:not|never|n{APOSTROPHE}?t){HOW} " + any_of(
    "relevant", "interesting", "of (?:much |any )?(?:interest|relevance|use)", "wanted", "needed",
    "welcome", "useful", "important", "included", "in scope", "what (?:I|we)", r"my \w+", "for me",
    "be (?:shown|included|selected|kept|considered|listed)",
    r"(?:appear|show up|turn up|come up)\b",
)  # fmt: skip
_IS = any_of(
    "is", "are", "was", "were", "seems?", "remains?", "should be", "must be", "can be", "may be",
    "would be",
)  # fmt: skip
# In notes without a verb: `surveys: no thanks`, `reviews (boring)`, `Tutorials? No.`
_VERDICT = any_of(
    "no", "never", "nope", "nothing", "no thanks?", "no thank you", "skip", "ignore", "avoid",
    "exclude", "out of scope", "irrelevant", "not relevant", "not interest(?:ed|ing)",
    "uninteresting", "boring",
)  # fmt: skip
BEFORE = compile_cue(
    rf"\b{_IS} (?:\w+ly |also |all |just |still )*{_DULL}",
    rf"(?:\b(?:is|are|was|were|should|must|can|may|need|does|do)\s*|{APOSTROPHE}(?:s|re) )"
    rf"{_NOT_OF_INTEREST}",
    rf"\b(?:does|do){NOT} (?:really )?(?:interest|concern|excite|matter to|appeal to)\b"
    r"(?: (?:me|us|him|her|them))?",
    r"\b(?:bores?|annoys?) (?:me|us|him|her|them)\b",
    r"(?<!what.)\binterests? (?:me|us) (?:much )?(?:less|little|least)\b",
    r"\bleaves? (?:me|us) cold\b",
    rf"(?<=\w)(?:\s*[:,(=?]\s*| {DASH} ){_VERDICT}[\s.,!)]*$",
    r"(?<=\w) (?:out of scope|not relevant|not interesting|excluded|no|never)[\s.,!)]*$",
    r"\s*,? I (?:can|could) do without[\s.,!)]*$",
)
TO_ME = compile_cue(r"^\s*(?:to|for|here|either|at all)\b(?: (?:me|us|him|her|them|now))?")
SUBJECT = compile_cue(
    r"\b(?:I|we|he|she) \w+", r"\b(?:is|are) (?:in|fine|good|great|welcome),", r"\byes\b"
)
"""What a clause of its own before the last subject has: `I like A, and B is out of scope`."""

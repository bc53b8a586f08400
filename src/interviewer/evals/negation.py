"""Turn a statement round by rule: what a grader must notice and a cosine does not."""

import re

_AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|could|will|would|should|must|may|might|does|do|did|has|have|had)\b(?!['’])(\s+(?:not|no)\b)?|"
    r"\b(cannot|can['’]t|won['’]t)(?!\w)",
    re.IGNORECASE,
)
_CONTRACTED = re.compile(r"\b(is|are|was|were|could|would|should|must|does|do|did|has|have|had)n['’]t\b", re.IGNORECASE)
_FULL_VERBS = {
    "has": "does not have", "have": "do not have", "had": "did not have",
    "does": "does not do", "do": "do not do", "did": "did not do",
}  # fmt: skip
"""What also stands for itself: `has a price`, `does badly`."""
_PARTICIPLE = re.compile(r"\s+(?:\w+ly\s+)?(?:been|\w+ed|\w+en|had|made|got|seen|become|come|learnt?)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:–—]\s")
_SUBORDINATE = re.compile(
    r"\b(?:which|that|who|whose|where|what|how|if|when|because|while|since|as|until|unless|although|though|whereas|than|"
    r"once|why|whether|so|before|after)\b",
    re.IGNORECASE,
)
"""What begins a side clause, whose negation would leave the statement standing."""

_DIRECTIONS = """more less; higher lower; larger smaller; bigger smaller; greater smaller; faster slower; increases
decreases; increase decrease; increasing decreasing; raises lowers; grows shrinks; grow shrink; rises falls; reduces
increases; reduce increase; reduced increased; improves hurts; improve hurt; high low; large small; positive negative;
better worse; stable unstable; always never; keeps drops; stronger weaker; longer shorter; wider narrower; deeper
shallower; adds removes; multiplied divided; multiplies divides; prevents causes; allows prevents; helps hurts; gains
loses; before after; yes no"""
_OPPOSITE = {"same": "different"} | {
    one: other
    for pair in reversed(_DIRECTIONS.split(";"))
    for one, other in (tuple(pair.split()), tuple(reversed(pair.split())))
}
"""Not `domain.words.OPPOSITES`, which the grader may look up: a variant made with its own list would be too easy."""
_IMPERATIVES = frozenset(
    """use keep look check take start choose set plot add try prefer compare train measure make begin freeze fit
    increase reduce apply initialize replace collect watch remember split divide multiply""".split()
)
_WORD = re.compile(r"[A-Za-z]+")
_CONJUNCTION = re.compile(r"^(?:And|But|So|Or)\s+")


def negated(sentence: str) -> str:
    """`sentence` with its meaning turned round; all but a word or two stands as it was.

    The first rule that applies: the auxiliary of the main clause is negated, or loses its negation; a direction word is
    swapped for its opposite; an order is forbidden; else the sentence is called untrue. Never equal to `sentence`. The
    rules know no grammar, and what they write is not always smooth.
    """
    return _by_auxiliary(sentence) or _by_direction(sentence) or _by_order(sentence) or _untrue(sentence)


def _by_auxiliary(sentence: str) -> str | None:
    for found in _CONTRACTED.finditer(sentence):
        if not _in_side_clause(sentence, found.start()):
            return sentence[: found.start()] + found[1] + sentence[found.end() :]
    for found in _AUXILIARY.finditer(sentence):
        before, after = sentence[: found.start()], sentence[found.end() :]
        if _in_side_clause(sentence, found.start()):
            continue
        if found[3] is not None:
            return before + ("will" if found[3].lower().startswith("w") else "can") + after
        if found[2]:
            return before + found[1] + after
        if found[1].lower() in _FULL_VERBS and not _PARTICIPLE.match(after):
            return before + _FULL_VERBS[found[1].lower()] + after
        return f"{before}{found[1]} not{after}"
    return None


def _by_direction(sentence: str) -> str | None:
    for word in _WORD.finditer(sentence):
        opposite = _OPPOSITE.get(word[0].lower())
        if opposite is not None and not _in_side_clause(sentence, word.start()):
            said = opposite.capitalize() if word[0][0].isupper() else opposite
            return sentence[: word.start()] + said + sentence[word.end() :]
    return None


def _in_side_clause(sentence: str, place: int) -> bool:
    """Whether what begins a side clause stands between the last comma and `place`."""
    return _SUBORDINATE.search(_CLAUSE.split(sentence[:place])[-1]) is not None


def _by_order(sentence: str) -> str | None:
    rest = _CONJUNCTION.sub("", sentence)
    first = _WORD.match(rest)
    return f"Do not {_lowered(rest)}" if first and first[0].lower() in _IMPERATIVES else None


def _untrue(sentence: str) -> str:
    return f"It is not true that {_lowered(_CONJUNCTION.sub('', sentence))}"


def _lowered(sentence: str) -> str:
    """Without the capital at its beginning, unless that belongs to a name or a symbol."""
    first = _WORD.match(sentence)
    plain = first is not None and len(first[0]) > 1 and first[0][1:].islower()
    return sentence[0].lower() + sentence[1:] if plain else sentence

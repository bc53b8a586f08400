"""Answers that earn nothing whatever their words: silence, surrender, echo, keyword lists, gibberish."""

import re
from enum import StrEnum

from interviewer.domain.card import Item
from interviewer.domain.words import FUNCTION_WORDS, content_stems, tokens


class NonAnswer(StrEnum):
    """Why an answer is none; the value is said to the user."""

    EMPTY = "There is no answer to grade."
    SURRENDER = "You said that you do not know. That is a fair answer in an interview, and it earns nothing."
    ECHO = "This repeats the question. Nothing in it goes beyond what was asked."
    KEYWORDS = "This is a list of terms. Say how they hang together: a term alone earns nothing."
    GIBBERISH = "This can not be read as English sentences."


_SURRENDER = re.compile(
    r"\b(?:i\s+)?(?:do\s*n[o']?t|don['’]?t|dont|did\s*n[o']?t|can\s*not|can['’]?t|couldn['’]?t)\s+(?:really\s+|even\s+)?"
    r"(?:know|remember|recall|have\s+(?:an?\s+|any\s+)?(?:clue|idea|answer)|answer)\b"
    r"|\bno\s+(?:idea|clue|answer|comment)\b|\bnot\s+sure\b|\bidk\b|\bdunno\b|\bhave\s+no\s+(?:idea|clue)\b"
    r"|\bforgot(?:ten)?\b",
    re.IGNORECASE,
)
_SURRENDER_ALONE = re.compile(r"\W*(?:pass|skip|next(?:\s+question)?|no|nope|none|nothing|n/?a|\?+)\W*", re.IGNORECASE)
"""What surrenders only when nothing else is said: "none" may be the right word in a sentence."""
_POLITENESS = frozenset(
    """sorry honestly honest please answer question this sure idea really afraid maybe guess think hmm
    remember moment unfortunately topic subject yet learned studied study move next nothing anything
    something heard ask another""".split()
)
_RELATION = re.compile(
    r"(?<=\w)\W+(?:is|are|was|were|be|been|has|have|had|does|do|can|will|would|should|must|gets?|makes?|gives?|keeps?"
    r"|uses?|takes?|means?|helps?|needs?|per|to|by|from|with|without|of|for|at|in|on|than|via|through|over|across|into"
    r"|no|not|after|before|during|only|because|so|if|when|while|then|that|which)\W+(?=\w)",
    re.IGNORECASE,
)
"""A word that relates what stands before it to what stands after it."""
_VERB = re.compile(
    r"\b(?:add|apply|average|avoid|break|capture|cause|change|come|compose|compute|converge|cost|depend|diverge|drive|drop"
    r"|encourage|explode|fit|follow|force|go|grow|help|hurt|improve|increase|keep|learn|limit|look|lose|lower|match|mask"
    r"|measure|memorize|multiply|need|normalize|penalize|prevent|reduce|rise|run|say|scale|set|shift|show|shrink|skip|slow"
    r"|smooth|speed|stabilize|stay|stop|sum|take|tend|track|train|tune|turn|update|use|vanish|vary|work|zero)e?s\b",
    re.IGNORECASE,
)
"""A verb in the third person makes a statement even of two words: "training diverges"."""
_SPEAKER = re.compile(r"\b(?:i|you|we|it|they|this|that|there)\b", re.IGNORECASE)
_RELATION_SIGN = re.compile(r"[=→←⊙‖<>≈∝↑↓+@×·−]|\w:\s")
_NUMBERED = re.compile(r"(?:^|(?<=\s))\(?\d{1,2}[.)]\s+")
_SEGMENT = re.compile(r"[,;\n•]+|(?:^|\s)[-–—*](?=\s)")
_ASKS_FOR_A_LIST = re.compile(
    r"\b(?:name|list|enumerate|mention|(?:types|kinds|properties|components|examples|steps|phases) of"
    r"|give (?:me )?(?:the|an?|some|two|three|four|five))\b",
    re.IGNORECASE,
)
"""To such a question a list of terms may be the right answer."""
ECHOED_SHARE = 0.6
"""The share of the question's content words that an echo repeats at least."""
BARE_SHARE = 0.66
"""The share of bare terms among the segments from which on they are a list."""
MIN_ENGLISH_WORDS = 8
ENGLISH_SHARE = 0.1
"""A reference of that many words has at least that share of English function words, unless it is in another language,
whose lists and laments the rules here do not know."""
MIN_LISTED = 3
"""Segments from which on a row of terms is a list."""
MIN_UNRELATED_WORDS = 7
"""Words in a row from which on their lack of any function word makes them a list."""


def non_answer(item: Item, answer: str) -> NonAnswer | None:
    """Why `answer` is none, or None when it deserves to be graded."""
    words = tokens(answer)
    if not any(character.isalnum() for character in answer) or not words:
        return NonAnswer.EMPTY
    if _is_echo(item, answer):
        return NonAnswer.ECHO
    if not _is_english(item.reference):
        return None
    if _is_surrender(answer):
        return NonAnswer.SURRENDER
    if _is_gibberish(answer, item):
        return NonAnswer.GIBBERISH
    if _is_keyword_list(answer) and not _ASKS_FOR_A_LIST.search(item.question):
        return NonAnswer.KEYWORDS
    return None


def _is_english(reference: str) -> bool:
    """Whether a card's language is English, as far as its function words tell; a short reference may have none."""
    words = tokens(reference)
    return len(words) < MIN_ENGLISH_WORDS or sum(word in FUNCTION_WORDS for word in words) / len(words) >= ENGLISH_SHARE


def _is_surrender(answer: str) -> bool:
    """A phrase of surrender, and nothing of substance beside it."""
    if _SURRENDER_ALONE.fullmatch(answer):
        return True
    if len(answer) > 400:
        return False
    rest, phrases = _SURRENDER.subn(" ", answer)
    substance = [word for word in tokens(rest) if word not in FUNCTION_WORDS and word not in _POLITENESS]
    return phrases > 0 and len(substance) <= 2


def _is_echo(item: Item, answer: str) -> bool:
    """Most of the question is repeated, with next to nothing added. An answer may well choose its words from the
    question ("It is a run-time error"), but then it leaves most of it out."""
    said, asked = content_stems(answer), content_stems(item.question)
    new = said - asked
    repeated = len(said & asked) >= max(3, ECHOED_SHARE * len(asked))
    return repeated and (not new or (len(new) <= 2 and len(new) / len(said) < 0.2))


def _is_keyword_list(answer: str) -> bool:
    """Terms side by side that nothing relates. Telegraph style relates them by signs: `std = 1/√n`, `train: batch`.

    In a numbered list, which may be the right answer to "name the kinds of…", an item of three words is a statement.
    """
    if _RELATION_SIGN.search(answer):
        return False
    numbered = len(_NUMBERED.findall(answer)) >= 2
    longest = 2 if numbered else 4
    segments = (_NUMBERED if numbered else _SEGMENT).split(answer)
    segments = [segment for segment in segments if any(character.isalnum() for character in segment)]
    if len(segments) >= MIN_LISTED:
        bare = [segment for segment in segments if len(segment.split()) <= longest and not _states(segment)]
        return len(bare) / len(segments) >= BARE_SHARE
    words = tokens(answer)
    return len(words) >= MIN_UNRELATED_WORDS and sum(word in FUNCTION_WORDS for word in words) / len(words) <= 0.05


def _states(segment: str) -> bool:
    """Whether a segment of a list says something of its terms."""
    return any(pattern.search(segment) for pattern in (_RELATION, _VERB, _SPEAKER))


def _is_gibberish(answer: str, item: Item) -> bool:
    """Most of the words have no shape of an English word, and none stands in the card."""
    words = re.findall(r"[^\W\d_]{3,}", answer.lower())
    if not words:
        return len(tokens(answer)) > 6
    known = content_stems(" ".join([item.question, item.reference, *(anchor.point for anchor in item.anchors)]))
    odd = sum(1 for word in words if _is_odd(word))
    distinct = len(set(words)) / len(words)
    if len(words) >= 12 and distinct < 0.2:
        return True
    return odd / len(words) > 0.5 and len(content_stems(answer) & known) < 2


def _is_odd(word: str) -> bool:
    """No vowel, four consonants in a row (five where English has them), or a letter three times running."""
    return (
        not re.search(r"[aeiouy]", word)
        or bool(re.search(r"[bcdfghjklmnpqrstvwxz]{5}", word))
        or bool(re.search(r"(.)\1\1", word))
        or bool(
            re.search(r"(?:[qwzx][bcdfghjklmnpqrstvwxz]){1}[bcdfghjklmnpqrstvwxz]|asdf|qwer|zxcv|hjkl|jkl;|q[^u]", word)
        )
    )

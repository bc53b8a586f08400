"""Words of an answer as the grader compares them: folded, stemmed, symbols spelled out."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

SYMBOLS = {
    "γ": " gamma ", "β": " beta ", "μ": " mean ", "µ": " mean ", "σ²": " variance ", "σ": " std ", "ε": " epsilon ",
    "λ": " lambda ", "√": " sqrt ", "∝": " proportional ", "≈": " approx ", "×": " times ", "·": " times ",
    "²": " squared ", "→": " to ", "−": " minus ", "↑": " increases ", "↓": " decreases ", "∞": " infinity ",
}  # fmt: skip

FUNCTION_WORDS = frozenset(
    """a about after all also am an and any are as at be because been before being between both but by can could did do
    does doing during each for from had has have having he her here him his how i if in into is it its itself
    just like may me might more most much must my no nor not now of off on once one only or other our out over
    own per rather same she should so some still such than that the their them then there these they this those
    through to too under until up upon us very was we were what when where whether which while who whom why will
    with within without would you your um uh er erm okay ok yeah well basically kind sort mean know thing things
    stuff really actually get gets got use used using make makes made way let lets""".split()
)
"""Words that carry no content of their own. Pronouns, auxiliaries, prepositions, and spoken fillers."""

NEGATIONS = frozenset(
    """not no never none neither nor without cannot can't cant don't dont doesn't doesnt isn't isnt aren't arent wasn't
    won't wont wouldn't shouldn't didn't didnt hardly nothing fails lacks lack unable instead""".split()
)

_OPPOSITES = """increase decrease; increases decreases; increasing decreasing; raise lower; raises lowers; higher lower;
high low; large small; larger smaller; big small; bigger smaller; more less; more fewer; grow shrink;
grows shrinks; rises falls; up down; fast slow; faster slower; before after; first last; early late;
train eval; training inference; training test; training evaluation; train test; on off; enabled
disabled; keep drop; kept dropped; all none; always never; with without; same different; identical
distinct; deep shallow; deeper shallower; wide narrow; wider narrower; over under; overfitting
underfitting; overfit underfit; overfits underfits; bias variance; explode vanish; explodes vanishes;
exploding vanishing; input output; inputs outputs; forward backward; fan_in fan_out; in out; static
dynamic; better worse; best worst; improve hurt; improves hurts; reduce increase; reduces increases;
encourages discourages; stable unstable; sparse dense; linear nonlinear; independent dependent; random
fixed; stochastic deterministic; learned fixed; learnable fixed; trainable fixed; necessary unnecessary;
possible impossible; global local; positive negative; memorize generalize; tail head; row column; rows
columns; per across; multiply divide; multiplied divided; add subtract; l1 l2; relu sigmoid; relu tanh;
batch layer; mean variance; zero one; freeze train; frozen updated; simple complex; cheap expensive;
cheaper costlier; shorter longer; short long; min max; minimum maximum; smooth sharp; noisy clean"""

NUMBER_WORDS = {
    "zero": "0", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "half": "2", "halves": "2", "twice": "2", "double": "2", "doubles": "2", "third": "3",
    "quarter": "4", "hundred": "100", "thousand": "1000",
}  # fmt: skip
"""Not `one`, which mostly stands for a noun. A half and a double share the 2 that a formula would have."""

_WORD = re.compile(r"[^\W_]+(?:[_'’^/][^\W_]+)*|=|<|>|\+", re.UNICODE)
_stemmer = snowballstemmer.stemmer("english")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    return str(_stemmer.stemWord(word))


def tokens(text: str) -> list[str]:
    """Lower-case words, symbols spelled out, in order. `1/√n` gives `1`, `sqrt`, `n`."""
    folded = unicodedata.normalize("NFC", text).lower().replace("’", "'")
    for symbol, spoken in SYMBOLS.items():
        folded = folded.replace(symbol, spoken)
    return _WORD.findall(unicodedata.normalize("NFKC", folded))


def content_stems(text: str) -> frozenset[str]:
    """The stems of the words that carry content."""
    return frozenset(stem(part) for word in tokens(text) for part in _parts(word) if part not in FUNCTION_WORDS)


def _parts(word: str) -> list[str]:
    return [part for part in re.split(r"[_/'^]", word) if part] if not word.isalpha() else [word]


def negations(words: list[str]) -> int:
    return sum(word in NEGATIONS or word.endswith("n't") for word in words)


def numbers(words: list[str]) -> frozenset[str]:
    """The numbers among the words, in digits: `two` and `2/fan_in` both hold `2`."""
    parts = [part for word in words for part in _parts(word)]
    return frozenset(NUMBER_WORDS.get(part, part) for part in parts if part in NUMBER_WORDS or part.isdecimal())


def _opposites() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split(";"):
        one, other = (stem(word) for word in pair.split())
        table.setdefault(one, set()).add(other)
        table.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in table.items()}


OPPOSITES = _opposites()
"""Stem to the stems that turn a statement round when they take its place."""


def turned(statement: frozenset[str], said: frozenset[str]) -> float:
    """How much of `statement` is turned round in `said`: the number of its words whose opposite is said while the
    word itself is not, at most 1. Both are content stems."""
    count = sum(1 for word in statement if word not in said and OPPOSITES.get(word, frozenset()) & said)
    return float(min(1, count))

"""The spans of an answer that a verdict can rest on."""

import re
from dataclasses import dataclass
from itertools import pairwise

MAX_SENTENCE_WORDS = 22
"""Speech comes without full stops; a longer sentence is read through overlapping windows of this many words."""
MIN_CLAUSE_WORDS = 3

_SENTENCE_END = re.compile(r"(?<![\s.]\w)(?<!e\.g)(?<!i\.e)(?<!vs)(?<!etc)[.!?]+(?=[\s\"')\]]|$)|\n+|;\s|•")
_CLAUSE_END = re.compile(
    r"[,:()\[\]–—]+(?=\s|$)|\s(?=(?:but|while|whereas|because|since|so|which|and|although|though|unless|until|then|instead)\s)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\S+")
_EDGES = re.compile(r"^[\s,;:–—•]+|[\s,;:–—•(]+\Z")
"""Space and separators at the ends of a span, which are no part of a quote."""


@dataclass(frozen=True)
class Span:
    """`answer[start:end]`, without surrounding space and separators."""

    start: int
    end: int
    text: str

    @property
    def words(self) -> int:
        return len(self.text.split())


def spans(answer: str) -> list[Span]:
    """Clauses, sentences, windows of long sentences and pairs of neighbouring sentences, each once, in order of start.

    Every span is an exact slice of `answer`. An answer with a word in it has at least one span.
    """
    found: dict[tuple[int, int], Span] = {}

    def add(start: int, end: int, least: int = 1) -> None:
        span = _span(answer, start, end)
        if span is not None and span.words >= least:
            found.setdefault((span.start, span.end), span)

    pieces = [piece for piece in _pieces(answer, _SENTENCE_END) if answer[slice(*piece)].strip()]
    for start, end in pieces:
        words = [(start + match.start(), start + match.end()) for match in _WORD.finditer(answer[start:end])]
        if len(words) <= MAX_SENTENCE_WORDS * 3 // 2:
            add(start, end)
        else:
            step = MAX_SENTENCE_WORDS // 2
            for first in range(0, len(words) - step, step):
                add(words[first][0], words[min(first + MAX_SENTENCE_WORDS, len(words)) - 1][1])
        clauses = _pieces(answer[start:end], _CLAUSE_END)
        if len(clauses) > 1:
            for inner_start, inner_end in clauses:
                add(start + inner_start, start + inner_end, MIN_CLAUSE_WORDS)
    for (start, middle), (_, end) in pairwise(pieces):
        if len(answer[start:end].split()) <= 2 * MAX_SENTENCE_WORDS and middle > start:
            add(start, end)
    return sorted(found.values(), key=lambda span: (span.start, span.end))


def sentences(text: str) -> list[Span]:
    """The sentences of `text` that have a word in them, in order."""
    found = (_span(text, start, end) for start, end in _pieces(text, _SENTENCE_END))
    return [span for span in found if span is not None]


def _span(text: str, start: int, end: int) -> Span | None:
    """`text[start:end]` without surrounding space and separators; None when there is no word in it."""
    piece = text[start:end]
    first = _EDGES.match(piece)
    start += first.end() if first else 0
    piece = _EDGES.sub("", piece)
    return Span(start, start + len(piece), piece) if any(character.isalnum() for character in piece) else None


def _pieces(text: str, separator: re.Pattern[str]) -> list[tuple[int, int]]:
    """The stretches between separators. A separator belongs to the stretch before it."""
    cuts = [0, *(match.end() for match in separator.finditer(text)), len(text)]
    return [(start, end) for start, end in pairwise(cuts) if end > start]

"""Reading what is longer than the model's window: piece by piece, with overlap, nothing cut."""

from collections.abc import Sequence

OVERLAP = 3
"""A window begins two thirds of a window after the one before it: what stands on an edge stands whole in another."""
LONGEST_WORD = 40


def windows(text: str, pieces: Sequence[tuple[int, int]], room: int) -> list[tuple[int, int]]:
    """The stretches of `text`, as character offsets, that fit into `room` word pieces each and together hold all of it.

    `pieces` are the word pieces' (start, end) offsets. A window begins with a word. One window holds a short text.
    """
    if len(pieces) <= room:
        return [(0, len(text))]
    step = max(1, room - room // OVERLAP)
    found = []
    for first in range(0, len(pieces), step):
        start = _word_start(text, pieces[first][0])
        last = min(first + room, len(pieces)) - 1
        found.append((start, pieces[last][1]))
        if last == len(pieces) - 1:
            break
    return found


def _word_start(text: str, offset: int) -> int:
    """Where the word around `offset` begins, if it is a word and no endless row of characters."""
    for start in range(offset, max(-1, offset - LONGEST_WORD), -1):
        if start == 0 or text[start - 1].isspace():
            return start
    return offset

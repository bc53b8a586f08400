"""Text of candidates and cards, made safe to show."""

import re

_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, but for tab and line end
    r"\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # what turns the direction of the text around it
)


def visible(text: str) -> str:
    """`text` with each character that a terminal would obey and not show replaced by `�`.

    The length stays, so that offsets into `text` hold: a line end of two characters becomes a space and a line end.
    """
    return _UNSEEN.sub("�", text.replace("\r\n", " \n"))


def well_formed(text: str) -> str:
    """`text` with each half of a surrogate pair, which a broken input can hold and no file can, replaced by `�`."""
    return "".join("�" if "\ud800" <= c <= "\udfff" else c for c in text)


def percent(score: float | None) -> str:
    """A share as people read it; a dash when there is none."""
    return "–" if score is None else f"{score:.0%}"

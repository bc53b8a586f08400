"""Text of candidates and cards, made safe to show."""


def visible(text: str) -> str:
    """`text` with each control character other than line ends and tabs replaced by `�`, so that no terminal obeys it.

    The length stays, so that offsets into `text` hold.
    """
    return "".join(c if c in "\n\t" or (c >= " " and not "\x7f" <= c <= "\x9f") else "�" for c in text)


def well_formed(text: str) -> str:
    """`text` with each half of a surrogate pair, which a broken input can hold and no file can, replaced by `�`."""
    return "".join("�" if "\ud800" <= c <= "\udfff" else c for c in text)


def percent(score: float | None) -> str:
    """A share as people read it; a dash when there is none."""
    return "–" if score is None else f"{score:.0%}"

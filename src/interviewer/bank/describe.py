"""A card as plain text to read."""

import textwrap
from collections.abc import Callable

from interviewer.domain.card import Anchor, Card


def card_text(card: Card, width: int = 96) -> str:
    """The whole card: question, reference, formula, anchors, follow-ups, source."""

    def wrapped(text: str, indent: str = "") -> str:
        return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent)

    parts = [wrapped(card.question), f"{card.id} · {card.difficulty}", wrapped(card.reference)]
    if card.formula:
        parts.append(f"  {card.formula}")
    parts.append("Anchors\n" + "\n".join(_anchor_text(anchor, wrapped) for anchor in card.anchors))
    for follow_up in card.follow_ups:
        anchors = "\n".join(_anchor_text(anchor, wrapped) for anchor in follow_up.anchors)
        question, reference = wrapped(follow_up.question, "  "), wrapped(follow_up.reference, "  ")
        parts.append(f"Follow-up: {follow_up.id}\n{question}\n{reference}\n{anchors}")
    number = f", question {card.source.number}" if card.source.number else ""
    parts.append(f"Source: {card.source.document}{number}")
    return "\n\n".join(parts)


def _anchor_text(anchor: Anchor, wrapped: Callable[[str, str], str]) -> str:
    lines = [f"  {anchor.name}", wrapped(anchor.point, "    ")]
    if anchor.aliases:
        lines.append(wrapped("also: " + " · ".join(anchor.aliases), "    "))
    if anchor.misconception:
        lines.append(wrapped(f"misconception: {anchor.misconception}", "    "))
    if anchor.probe:
        lines.append(wrapped(f"probe: {anchor.probe}", "    "))
    return "\n".join(lines)

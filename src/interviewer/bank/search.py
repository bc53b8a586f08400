"""Find cards by words, topic and difficulty."""

from collections.abc import Collection

from interviewer.domain.card import Bank, Card
from interviewer.errors import UnknownName


def find_cards(
    bank: Bank, words: str = "", *, topics: Collection[str] = (), difficulties: Collection[str] = ()
) -> list[Card]:
    """The cards that contain all `words` somewhere, in bank order; no topics or no difficulties means all.

    Raises UnknownName for a topic that is not there.
    """
    known = {topic.id for topic in bank.topics}
    if unknown := [topic for topic in topics if topic not in known]:
        raise UnknownName(f"There is no topic '{unknown[0]}'. Topics: {', '.join(sorted(known))}.")
    wanted = words.lower().split()
    return [
        card
        for card in bank.cards
        if (not topics or bank.topic_of(card.id).id in topics)
        and (not difficulties or card.difficulty in difficulties)
        and all(word in _searchable(card) for word in wanted)
    ]


def _searchable(card: Card) -> str:
    anchors = " ".join(f"{anchor.name} {anchor.point}" for anchor in card.anchors)
    return f"{card.id} {card.question} {card.reference} {anchors}".lower()

"""Cards as data: what they refuse, and what identifies their wording."""

from typing import Any

import pytest
from pydantic import ValidationError

from interviewer.bank.loader import load_bank
from interviewer.config import shipped_folder
from interviewer.domain.card import Bank, Card


def _changed(card: Card, **changes: Any) -> Card:
    return Card.model_validate({**card.model_dump(), **changes})


@pytest.fixture
def card(bank: Bank) -> Card:
    return bank.card("he-initialization")


def test_an_anchor_is_found_by_name(card: Card) -> None:
    assert card.anchor("half_zeroed").name == "half_zeroed"
    with pytest.raises(KeyError):
        card.anchor("fan_out")


def test_a_card_survives_being_written_and_read(card: Card) -> None:
    assert Card.model_validate_json(card.model_dump_json()) == card


def test_the_content_hash_is_that_of_the_wording(bank: Bank, card: Card) -> None:
    again = load_bank([shipped_folder("bank")])
    assert [one.content_hash for one in again.cards] == [one.content_hash for one in bank.cards]
    assert len({one.content_hash for one in bank.cards}) == 75
    assert _changed(card, question=card.question + " Why?").content_hash != card.content_hash
    assert Card.model_validate_json(card.model_dump_json()).content_hash == card.content_hash


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": "He Initialization"}, "pattern"),
        ({"id": "x" * 81}, "at most 80"),
        ({"question": "  "}, "at least 1"),
        ({"difficulty": "trivial"}, "'easy', 'medium' or 'hard'"),
        ({"anchors": []}, "at least 2"),
        ({"source": {"document": "x", "number": 0}}, "greater than or equal to 1"),
        ({"hint": "no such field"}, "not permitted"),
    ],
)
def test_a_faulty_card_is_refused(card: Card, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        _changed(card, **changes)


def test_names_that_occur_twice_are_refused(card: Card) -> None:
    anchor, deeper = card.anchors[0].model_dump(), card.follow_ups[0].model_dump()
    with pytest.raises(ValidationError, match="two anchors have the same name: relu"):
        _changed(card, anchors=[anchor, anchor])
    with pytest.raises(ValidationError, match="two follow-ups have the same id"):
        _changed(card, follow_ups=[deeper, deeper])


def test_a_card_can_not_be_changed(card: Card) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        card.question = "Another?"  # type: ignore[misc]


def test_a_bank_knows_its_cards_and_their_topics(bank: Bank) -> None:
    assert "he-initialization" in bank
    assert "she-initialization" not in bank
    assert bank.topic_of("he-initialization").id == "weight-initialization"
    with pytest.raises(KeyError):
        bank.card("she-initialization")

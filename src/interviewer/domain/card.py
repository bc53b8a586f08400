"""Cards: interview questions with all that is needed to grade an answer."""

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from interviewer.domain.model import Model, Slug, Text


class Difficulty(StrEnum):
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class Anchor(Model):
    """What an interviewer listens for."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\n]+$")]
    """Short, as an interviewer would tick it off: `fan_in`."""
    point: Text
    """One atomic key point, a full sentence that can be judged alone."""
    aliases: tuple[Text, ...] = ()
    """Other ways to say the whole point: other vocabulary, terse forms, symbols."""
    misconception: Text | None = None
    """The wrong version that people state."""
    probe: Text | None = None
    """A question that leads to the point without giving it away."""


class Item(Model):
    """A question that can be asked and graded."""

    question: Annotated[str, StringConstraints(strip_whitespace=True)]
    reference: Text
    """The reference answer: it covers every anchor."""
    anchors: tuple[Anchor, ...] = Field(min_length=1)
    """In order of importance, the most important first."""

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [anchor.name for anchor in self.anchors]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two anchors have the same name: {', '.join(twice)}")
        return self

    def anchor(self, name: str) -> Anchor:
        """The anchor of that name. Raises KeyError."""
        for anchor in self.anchors:
            if anchor.name == name:
                return anchor
        raise KeyError(name)


class ReferenceItem(Item):
    """A question that brings a reference answer alone: its anchors are the sentences of the reference, which nobody
    chose as what to listen for."""


class DeeperQuestion(Item):
    """A question one step deeper than its card, asked when nothing was missing."""

    id: Slug
    question: Text
    anchors: tuple[Anchor, ...] = Field(min_length=1, max_length=5)


class Source(Model):
    """Where a question comes from."""

    document: Text
    number: int | None = Field(default=None, ge=1)


class Card(Item):
    """One interview question of a bank."""

    id: Slug
    """Readable and stable: history refers to it."""
    question: Text
    difficulty: Difficulty
    formula: Text | None = None
    anchors: tuple[Anchor, ...] = Field(min_length=2, max_length=5)
    follow_ups: tuple[DeeperQuestion, ...] = ()
    source: Source

    @model_validator(mode="after")
    def _follow_up_ids_are_unique(self) -> Self:
        ids = [follow_up.id for follow_up in self.follow_ups]
        if len(set(ids)) != len(ids):
            raise ValueError("two follow-ups have the same id")
        return self

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 (hex) of the card's whole content: history keeps the wording that was asked."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class Topic(Model):
    """What the cards of one bank file have in common."""

    id: Slug
    title: Text
    description: Text
    expectations: tuple[Text, ...] = ()
    """What interviewers want to hear in this topic."""


class TopicFile(Model):
    """One file of a bank."""

    topic: Topic
    cards: tuple[Card, ...] = Field(min_length=1)


class Bank:
    """Topics and their cards, in file order. Ids are unique across the bank (the loader sees to it)."""

    def __init__(self, files: Iterable[TopicFile]) -> None:
        files = tuple(files)
        self.topics: tuple[Topic, ...] = tuple(file.topic for file in files)
        self.cards: tuple[Card, ...] = tuple(card for file in files for card in file.cards)
        self._cards = {card.id: card for card in self.cards}
        self._topics = {card.id: file.topic for file in files for card in file.cards}

    def __contains__(self, card_id: object) -> bool:
        return card_id in self._cards

    def card(self, card_id: str) -> Card:
        """The card of that id. Raises KeyError."""
        return self._cards[card_id]

    def topic_of(self, card_id: str) -> Topic:
        """The topic of the card of that id. Raises KeyError."""
        return self._topics[card_id]

    def cards_of(self, topic_id: str) -> tuple[Card, ...]:
        return tuple(card for card in self.cards if self._topics[card.id].id == topic_id)

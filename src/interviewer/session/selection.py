"""Which card comes next."""

from collections.abc import Sequence
from random import Random

from interviewer.domain.card import Bank, Card, Difficulty
from interviewer.domain.transcript import Mode, Plan
from interviewer.errors import UnknownName
from interviewer.session.state import Turn

LEVELS = (Difficulty.EASY, Difficulty.MEDIUM, Difficulty.HARD)
STEP_UP_FROM = 0.7
"""A mean score of the last two questions from which an adaptive interview asks harder ones."""
STEP_DOWN_BELOW = 0.4
"""A mean score of the last two questions below which it asks easier ones."""


def cards_in(bank: Bank, plan: Plan) -> tuple[Card, ...]:
    """The cards that a plan draws from, in bank order. Raises UnknownName for a card or topic that is not there, and
    when no card is left."""
    if plan.mode is Mode.CARD:
        if plan.card_id not in bank:
            raise UnknownName(f"There is no card '{plan.card_id}'. `interviewer bank list` shows them.")
        return (bank.card(str(plan.card_id)),)
    known = {topic.id for topic in bank.topics}
    if unknown := [topic for topic in plan.topics if topic not in known]:
        raise UnknownName(f"There is no topic '{unknown[0]}'. Topics: {', '.join(sorted(known))}.")
    cards = tuple(
        card
        for card in bank.cards
        if (not plan.topics or bank.topic_of(card.id).id in plan.topics)
        and (not plan.difficulties or card.difficulty in plan.difficulties)
    )
    if not cards:
        raise UnknownName("No card of the chosen topics has one of the chosen difficulties.")
    return cards


def planned_questions(bank: Bank, plan: Plan) -> int:
    """How many questions the session will have: never more than there are cards."""
    cards = len(cards_in(bank, plan))
    return min(plan.questions, cards) if plan.mode is Mode.MOCK else cards


def next_card(bank: Bank, plan: Plan, turns: Sequence[Turn], asked: Sequence[str] = ()) -> Card | None:
    """The next card, or None when the session is complete. No card comes twice.

    `asked` are the ids of all cards that were asked, those without a turn left behind too. A mock interview goes round
    its topics; an adaptive one prefers the difficulty that the last scores call for. The choice is drawn from the
    plan's seed and the number of questions asked, so it can be reproduced.
    """
    seen = {*asked, *(turn.card_id for turn in turns)}
    left = [card for card in cards_in(bank, plan) if card.id not in seen]
    if not left or len(seen) >= planned_questions(bank, plan):
        return None
    chance = Random(f"{plan.seed}/{len(seen)}")
    if plan.mode is not Mode.MOCK:
        return chance.choice(left)
    counts = {topic.id: 0 for topic in bank.topics}
    for card_id in seen:
        if card_id in bank:
            counts[bank.topic_of(card_id).id] += 1
    fewest = min(counts[bank.topic_of(card.id).id] for card in left)
    pool = [card for card in left if counts[bank.topic_of(card.id).id] == fewest]
    if plan.adaptive:
        level = target_level(turns)
        distance = min(abs(LEVELS.index(card.difficulty) - level) for card in pool)
        pool = [card for card in pool if abs(LEVELS.index(card.difficulty) - level) == distance]
    return chance.choice(pool)


def target_level(turns: Sequence[Turn]) -> int:
    """The index into `LEVELS` that an adaptive interview aims at: from medium on, stepped by the last two scores."""
    level = 1
    scores: list[float] = []
    for turn in turns:
        if turn.score is None:
            continue
        scores.append(turn.score)
        recent = sum(scores[-2:]) / len(scores[-2:])
        if recent >= STEP_UP_FROM:
            level = min(level + 1, len(LEVELS) - 1)
        elif recent < STEP_DOWN_BELOW:
            level = max(level - 1, 0)
    return level

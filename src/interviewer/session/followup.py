"""The follow-up: aimed at the most important gap, never telling what fills it."""

from interviewer.bank.checks import gives_away
from interviewer.domain.card import Anchor, Card, Item
from interviewer.domain.grade import FollowUp, Grade, PointVerdict, Verdict

LONGEST_QUOTE = 160
"""Characters of the candidate's own words that a follow-up repeats; a longer statement is not repeated."""


def next_follow_up(
    item: Item, grade: Grade, points: tuple[PointVerdict, ...], asked: tuple[str, ...] = ()
) -> FollowUp | None:
    """The follow-up to a graded answer, or None when there is nothing left to ask.

    It aims at the first contradicted, else the first missing anchor; when nothing is missing, at the card's next
    deeper question. `asked` are the targets that were already followed up.
    """
    for verdict in (Verdict.CONTRADICTED, Verdict.MISSING):
        for point in points:
            if point.verdict is verdict and point.id not in asked:
                return FollowUp(text=_question(item, grade, point), target=point.id)
    if any(point.verdict is not Verdict.COVERED for point in points):
        return None
    for deeper in item.follow_ups if isinstance(item, Card) else ():
        if deeper.id not in asked:
            return FollowUp(text=deeper.question, target=deeper.id, deeper=True)
    return None


def follow_up_item(card: Card, follow_up: FollowUp) -> Item:
    """What the answer to a follow-up is graded against: that anchor alone, or the deeper question. Raises KeyError."""
    if follow_up.deeper:
        return next(deeper for deeper in card.follow_ups if deeper.id == follow_up.target)
    anchor = card.anchor(follow_up.target)
    return Item(question=follow_up.text, reference=anchor.point, anchors=(anchor,))


def hint_for(card: Card, given: tuple[str, ...]) -> tuple[Anchor, str] | None:
    """The next anchor to hint at, in order of importance, and the hint; None when all hints were given."""
    for anchor in card.anchors:
        if anchor.name not in given:
            return anchor, probe_for(card, anchor)
    return None


def probe_for(item: Item, anchor: Anchor) -> str:
    """The anchor's probe; a neutral question where there is none, or where it would give the point away."""
    if anchor.probe is not None and not gives_away(item, anchor, anchor.probe):
        return anchor.probe
    return "There is one more thing an interviewer listens for here. What else matters?"


def _question(item: Item, grade: Grade, point: PointVerdict) -> str:
    probe = probe_for(item, item.anchor(point.id))
    quote = grade.point(point.id).evidence
    if point.verdict is Verdict.CONTRADICTED and quote is not None and len(quote.quote) <= LONGEST_QUOTE:
        return f"You said “{' '.join(quote.quote.split())}”. Think that over: {probe}"
    return probe

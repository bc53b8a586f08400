"""What a grade says in words."""

from interviewer.domain.card import Anchor, Item
from interviewer.domain.grade import Band, PointVerdict, Verdict

OPENINGS = {
    Band.STRONG: "A strong answer.",
    Band.ADEQUATE: "A solid answer with a gap.",
    Band.PARTIAL: "Part of it is there.",
    Band.WEAK: "Only a little of what an interviewer listens for.",
    Band.NO_ANSWER: "None of the points an interviewer listens for.",
}
UNSURE_BELOW = 0.6
"""Below this confidence the feedback asks the user to judge."""


def feedback_text(item: Item, points: tuple[PointVerdict, ...], band: Band, confidence: float) -> str:
    """A few sentences: what was covered, what was got wrong, what was missing, in order of importance.

    An anchor with a probe is only named, so that the follow-up can still ask for it; without one its point is told.
    """
    anchors = {verdict: [item.anchor(point.id) for point in points if point.verdict is verdict] for verdict in Verdict}
    sentences = [OPENINGS[band]]
    if covered := anchors[Verdict.COVERED]:
        sentences.append(f"You covered {_listed(covered)}.")
    if contradicted := anchors[Verdict.CONTRADICTED]:
        sentences.append(f"You got this the wrong way round: {_listed(contradicted)}.")
    if missing := anchors[Verdict.MISSING]:
        sentences.append(f"Missing: {_listed(missing)}.")
    if confidence < UNSURE_BELOW:
        sentences.append("I am not sure of this grade: read the verdicts and overrule what I misheard.")
    return " ".join(sentences)


def _listed(anchors: list[Anchor]) -> str:
    told = [anchor.name.replace("_", " ") if anchor.probe else f"“{anchor.point}”" for anchor in anchors]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"

"""What a grade says in words."""

from interviewer.domain.card import Item
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
    """A few sentences: what was covered, what was got wrong, what was missing, in order of importance."""
    names = {verdict: [point.id for point in points if point.verdict is verdict] for verdict in Verdict}
    sentences = [OPENINGS[band]]
    if names[Verdict.COVERED]:
        sentences.append(f"You covered {_listed(names[Verdict.COVERED])}.")
    for name in names[Verdict.CONTRADICTED]:
        sentences.append(f"On {_spoken(name)} you said the opposite. {_sentence(item.anchor(name).point)}")
    if missing := names[Verdict.MISSING]:
        sentences.append(f"Missing: {_listed(missing)}. {_sentence(item.anchor(missing[0]).point)}")
    if confidence < UNSURE_BELOW:
        sentences.append("I am not sure of this grade: read the verdicts and overrule what I misheard.")
    return " ".join(sentences)


def _listed(names: list[str]) -> str:
    spoken = [_spoken(name) for name in names]
    return spoken[0] if len(spoken) == 1 else f"{', '.join(spoken[:-1])} and {spoken[-1]}"


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."

"""Key points for a question that brings only a reference answer."""

from interviewer.domain.card import Anchor, ReferenceItem
from interviewer.grading.evidence import sentences

MIN_WORDS = 3


def derived_anchors(reference: str) -> tuple[Anchor, ...]:
    """One anchor a sentence of the reference: `k1`, `k2`, …; the whole of it when no sentence has three words."""
    points = [span.text for span in sentences(reference) if span.words >= MIN_WORDS] or [reference]
    return tuple(Anchor(name=f"k{number}", point=point) for number, point in enumerate(points, start=1))


def reference_item(question: str, reference: str) -> ReferenceItem:
    """A question with the anchors that its reference gives."""
    return ReferenceItem(question=question, reference=reference, anchors=derived_anchors(reference))

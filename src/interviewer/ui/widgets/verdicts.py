"""Verdicts and scores as coloured text. Words of cards and candidates go in as data, never as markup."""

from collections.abc import Iterable

from textual.content import Content

from interviewer.domain.display import percent, visible
from interviewer.domain.grade import Band, PointVerdict, Verdict

MARKS = {Verdict.COVERED: "✓", Verdict.MISSING: "○", Verdict.CONTRADICTED: "✗"}
STYLES = {Verdict.COVERED: "$text-success", Verdict.MISSING: "$foreground-muted", Verdict.CONTRADICTED: "$text-error"}
HIGHLIGHTS = {
    Verdict.COVERED: "underline $text-success on $covered-background",
    Verdict.CONTRADICTED: "underline $text-error on $contradicted-background",
    Verdict.MISSING: "",
}
BAND_STYLES = {
    Band.STRONG: "bold $text-success",
    Band.ADEQUATE: "bold $text-success",
    Band.PARTIAL: "bold $text-warning",
    Band.WEAK: "bold $text-warning",
    Band.NO_ANSWER: "bold $text-error",
}
BAR_CELLS = 20


def plain(text: str) -> Content:
    return Content(visible(text))


def score_line(score: float | None, confidence: float | None = None) -> Content:
    """`72%  adequate  ██████████████░░░░░░`, and how sure the grader is."""
    if score is None:
        return Content.styled("no score yet", "$foreground-muted")
    style = BAND_STYLES[Band.of(score)]
    parts = [Content.styled(f"{percent(score):>4}  {Band.of(score)}  ", style), bar(score, style)]
    if confidence is not None:
        parts.append(Content.styled(f"  {percent(confidence)} sure", "$foreground-muted"))
    return Content("").join(parts)


def bar(share: float, style: str, cells: int = BAR_CELLS) -> Content:
    full = round(share * cells)
    return Content("").join(
        [Content.styled("━" * full, style), Content.styled("─" * (cells - full), "$foreground-disabled")]
    )


def verdict_line(point: PointVerdict, *, overruled: bool, note: str = "") -> Content:
    """One anchor with its verdict, and the words it rests on."""
    style = STYLES[point.verdict]
    parts = [
        Content.styled(f"{MARKS[point.verdict]} {visible(point.id)}", f"bold {style}"),
        Content.styled(f"  {point.verdict}", style),
    ]
    if overruled:
        parts.append(Content.styled("  your word", "$text-accent"))
    else:
        parts.append(Content.styled(f"  {percent(point.probability)}", "$foreground-muted"))
    if note:
        parts.append(Content.styled(f"\n  {visible(note)}", "$foreground-muted"))
    elif point.evidence is not None:
        quote = " ".join(visible(point.evidence.quote).split())
        parts.append(Content.styled(f"\n  “{quote}”", "italic"))
    return Content("").join(parts)


def highlighted(answer: str, points: Iterable[PointVerdict]) -> Content:
    """The answer with the evidence of each verdict marked in place."""
    content = Content(visible(answer))
    for point in points:
        if point.evidence is not None and HIGHLIGHTS[point.verdict]:
            content = content.stylize(HIGHLIGHTS[point.verdict], point.evidence.start, point.evidence.end)
    return content

"""The report on a session: what was strong, what was weak, what to study."""

import re
from collections.abc import Callable
from datetime import datetime

from interviewer.domain.card import Bank, Card
from interviewer.domain.display import percent
from interviewer.domain.grade import Band, FollowUp, Grade, Override, PointVerdict, Verdict
from interviewer.domain.model import Model
from interviewer.domain.transcript import Mode
from interviewer.session.state import SessionState, Turn

STUDY_BELOW = 0.8
"""A question below this score (the strong band) is put on the study list while one of its anchors is open."""


class FollowUpReport(Model):
    follow_up: FollowUp
    answer: str | None
    grade: Grade | None


class TurnReport(Model):
    """One question of the session. `score` and `points` are settled: after follow-ups, overrides and hints."""

    card_id: str
    topic_id: str
    question: str
    reference: str
    answer: str | None
    skipped: bool
    timed_out: bool
    flagged: bool
    hints: tuple[str, ...]
    seconds: float
    score: float | None
    band: Band | None
    points: tuple[PointVerdict, ...]
    overrides: tuple[Override, ...]
    grade: Grade | None
    """The first grade, as the grader gave it."""
    follow_ups: tuple[FollowUpReport, ...]


class TopicReport(Model):
    topic_id: str
    title: str
    questions: int
    score: float | None
    covered: int
    missing: int
    contradicted: int


class StudyItem(Model):
    """A card to ask again, with what was not said."""

    card_id: str
    question: str
    anchors: tuple[str, ...]
    points: tuple[str, ...]


class Report(Model):
    session_id: str
    mode: Mode
    started_at: datetime | None
    ended: bool
    score: float | None
    band: Band | None
    asked: int
    answered: int
    skipped: int
    topics: tuple[TopicReport, ...]
    best: str | None
    """Card id of the best answer; None when nothing was answered."""
    worst: str | None
    """Card id of the worst answer; None when fewer than two were answered."""
    study: tuple[StudyItem, ...]
    turns: tuple[TurnReport, ...]


def build_report(session_id: str, state: SessionState, bank: Bank, wording: Callable[[str], Card | None]) -> Report:
    """The report on the state of a session. `wording` gives the card of a content hash as it was asked."""
    cards = {turn.card_hash: _card(turn, bank, wording) for turn in state.turns}
    asked = [turn for turn in state.turns if cards[turn.card_hash] is not None]
    turns = tuple(_turn_report(turn, card) for turn in asked if (card := cards[turn.card_hash]) is not None)
    answered = [turn for turn in turns if turn.grade is not None and turn.score is not None]
    ranked = sorted(answered, key=lambda turn: turn.score or 0.0)
    return Report(
        session_id=session_id,
        mode=state.plan.mode,
        started_at=state.started_at,
        ended=state.phase == "ended",
        score=state.score,
        band=None if state.score is None else Band.of(state.score),
        asked=len(turns),
        answered=len(answered),
        skipped=sum(turn.skipped for turn in turns),
        topics=_topic_reports(turns, bank),
        best=ranked[-1].card_id if ranked else None,
        worst=ranked[0].card_id if len(ranked) > 1 else None,
        study=tuple(
            item
            for turn, state_turn in sorted(zip(turns, asked, strict=True), key=lambda pair: pair[0].score or 0.0)
            if (card := cards[state_turn.card_hash]) is not None and (item := _study_item(turn, card)) is not None
        ),
        turns=turns,
    )


def _card(turn: Turn, bank: Bank, wording: Callable[[str], Card | None]) -> Card | None:
    if turn.card_id in bank and bank.card(turn.card_id).content_hash == turn.card_hash:
        return bank.card(turn.card_id)
    return wording(turn.card_hash)


def _turn_report(turn: Turn, card: Card) -> TurnReport:
    score = None if turn.score is None else round(turn.score, 4)
    return TurnReport(
        card_id=turn.card_id,
        topic_id=turn.topic_id,
        question=card.question,
        reference=card.reference,
        answer=turn.answer,
        skipped=turn.skipped,
        timed_out=turn.timed_out,
        flagged=turn.flagged,
        hints=tuple(hint.text for hint in turn.hints),
        seconds=round(turn.seconds, 1),
        score=score,
        band=None if score is None else Band.of(score),
        points=turn.points,
        overrides=turn.overrides,
        grade=turn.grade,
        follow_ups=tuple(
            FollowUpReport(follow_up=asked.follow_up, answer=asked.answer, grade=asked.grade)
            for asked in turn.follow_ups
        ),
    )


def _topic_reports(turns: tuple[TurnReport, ...], bank: Bank) -> tuple[TopicReport, ...]:
    titles = {topic.id: topic.title for topic in bank.topics}
    reports = []
    for topic_id in dict.fromkeys(turn.topic_id for turn in turns):
        own = [turn for turn in turns if turn.topic_id == topic_id]
        scores = [turn.score for turn in own if turn.score is not None]
        verdicts = [point.verdict for turn in own for point in turn.points]
        reports.append(
            TopicReport(
                topic_id=topic_id,
                title=titles.get(topic_id, topic_id),
                questions=len(own),
                score=sum(scores) / len(scores) if scores else None,
                covered=verdicts.count(Verdict.COVERED),
                missing=verdicts.count(Verdict.MISSING),
                contradicted=verdicts.count(Verdict.CONTRADICTED),
            )
        )
    return tuple(reports)


def _study_item(turn: TurnReport, card: Card) -> StudyItem | None:
    if turn.score is None or turn.score >= STUDY_BELOW:
        return None
    settled = {point.id: point.verdict for point in turn.points}
    gaps = [anchor for anchor in card.anchors if settled.get(anchor.name) is not Verdict.COVERED]
    if not gaps:
        return None
    return StudyItem(
        card_id=card.id,
        question=card.question,
        anchors=tuple(anchor.name for anchor in gaps),
        points=tuple(anchor.point for anchor in gaps),
    )


MARKS = {Verdict.COVERED: "✓", Verdict.MISSING: "·", Verdict.CONTRADICTED: "✗"}


def render_markdown(report: Report) -> str:
    """The report as Markdown. Words of the candidate and of cards are escaped: they show as they were written."""
    started = f"{report.started_at:%Y-%m-%d %H:%M} UTC" if report.started_at else "not started"
    lines = [
        "# Interview report",
        "",
        f"Session `{report.session_id}` · {report.mode} · {started}" + ("" if report.ended else " · not finished"),
        "",
        f"**Score {percent(report.score)}**" + (f" ({report.band})" if report.band else "")
        + f" · {report.answered} answered, {report.skipped} skipped of {report.asked} asked",
        "",
    ]  # fmt: skip
    if report.topics:
        lines += ["## By topic", "", "| topic | questions | score | covered | missing | contradicted |"]
        lines += ["|---|---:|---:|---:|---:|---:|"]
        lines += [
            f"| {escape(topic.title)} | {topic.questions} | {percent(topic.score)} |"
            f" {topic.covered} | {topic.missing} | {topic.contradicted} |"
            for topic in report.topics
        ]
        lines.append("")
    questions = {turn.card_id: turn for turn in report.turns}
    for title, card_id in (("Best answer", report.best), ("Weakest answer", report.worst)):
        if card_id is not None:
            turn = questions[card_id]
            lines += [f"**{title}** ({percent(turn.score)}): {escape(turn.question)}", ""]
    if report.study:
        lines += ["## What to study", ""]
        for item in report.study:
            lines.append(f"- **{escape(item.question)}** (`interviewer --card {item.card_id}`)")
            lines += [f"  - {escape(point)}" for point in item.points]
        lines.append("")
    if report.turns:
        lines += ["## Questions", ""]
    for number, turn in enumerate(report.turns, start=1):
        lines += _turn_markdown(number, turn)
    return "\n".join(lines).rstrip() + "\n"


def _turn_markdown(number: int, turn: TurnReport) -> list[str]:
    result = "skipped" if turn.skipped else percent(turn.score)
    lines = [f"### {number}. {escape(turn.question)}", "", f"{result}" + (f" · {turn.band}" if turn.band else "")]
    notes = [f"{len(turn.hints)} hint(s)"] if turn.hints else []
    notes += ["the clock ran out"] if turn.timed_out else []
    notes += ["flagged"] if turn.flagged else []
    if notes:
        lines[-1] += f" · {', '.join(notes)}"
    lines.append("")
    if turn.answer:
        lines += [*_quoted(turn.answer), ""]
    overruled = {override.anchor: override for override in turn.overrides}
    for point in turn.points:
        line = f"- {MARKS[point.verdict]} **{escape(point.id)}** {point.verdict}"
        if point.id in overruled:
            reason = overruled[point.id].reason
            line += f" (your word{': ' + escape(reason) if reason else ''})"
        elif point.evidence is not None:
            line += f": “{escape(' '.join(point.evidence.quote.split()))}”"
        lines.append(line)
    for asked in turn.follow_ups:
        lines += ["", f"Follow-up: {escape(asked.follow_up.text)}", ""]
        if asked.answer:
            lines += _quoted(asked.answer)
        if asked.grade is not None:
            lines += ["", "Follow-up result: " + ", ".join(f"{escape(p.id)} {p.verdict}" for p in asked.grade.points)]
    return [*lines, "", f"Reference: {escape(turn.reference)}", ""]


def escape(text: str) -> str:
    """`text` with everything that Markdown or HTML would act on made literal."""
    literal = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    literal = re.sub(r"([\\`*_\[\]|~])", r"\\\1", literal)
    literal = re.sub(r"(?m)^(\s*\d*)([#+=.)-])", r"\1\\\2", literal)
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "�", literal)


def _quoted(text: str) -> list[str]:
    """As a block quote. Leading space becomes no-break space: four of the other kind would begin a code block."""
    lines = text.strip("\n").splitlines()
    return ["> " + "\xa0" * (len(line) - len(line.lstrip())) + escape(line.lstrip()) for line in lines]

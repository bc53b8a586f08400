"""The interview in a plain terminal, or through a pipe: the same runner as the screens', line by line."""

from typing import TYPE_CHECKING

from interviewer.cli.channels import Channel, JsonChannel, PlainChannel, is_command
from interviewer.editor import EditorError, edited_text

if TYPE_CHECKING:
    from interviewer.domain.card import Card
    from interviewer.domain.transcript import Plan
    from interviewer.report import Report
    from interviewer.session.runner import SessionRunner
    from interviewer.session.state import Turn
    from interviewer.wiring import Interviewer

HELP = """\
  Type your answer; an empty line ends it.
  /hint       a hint (costs 10 points)       /skip       leave this question
  /flag       flag the card                  /pause      stop the clock until you press Enter
  /edit       write in $EDITOR               /quit       stop here; `interviewer ask --resume` continues
After the grade:
  Enter       next question                  /reference  show the reference answer
  /followup   answer the follow-up           /override ANCHOR covered|missing|contradicted [REASON]
"""


def run(program: "Interviewer", plan: "Plan", *, resume: bool, as_json: bool) -> None:
    """Hold a whole session. The end of the input leaves it to be resumed."""
    from interviewer.errors import UnknownName

    if resume:
        unfinished = program.unfinished()
        if not unfinished:
            raise UnknownName("There is no unfinished session to resume.")
        runner = program.resume(unfinished[0].id)
    else:
        runner = program.start(plan)
    channel: Channel = JsonChannel() if as_json else PlainChannel()
    channel.say("session", id=runner.id, questions=runner.total)
    if _interview(runner, channel):
        _say_report(channel, program.report(runner.id))
    else:
        runner.pause()
        channel.say("paused", id=runner.id)


def _interview(runner: "SessionRunner", channel: Channel) -> bool:
    """Whether the session came to its end."""
    from interviewer.session.state import Phase

    while runner.state.phase is not Phase.ENDED:
        phase = runner.state.phase
        if phase is Phase.BETWEEN:
            runner.next_question()
        elif phase is Phase.ANSWERING:
            if not _question(runner, channel):
                return False
        elif phase in {Phase.GRADING, Phase.FOLLOW_UP_GRADING}:
            runner.grade()
            _say_grade(runner, channel)
        elif phase is Phase.FOLLOW_UP:
            if not _follow_up(runner, channel):
                return False
        elif not _afterwards(runner, channel):
            return False
    return True


def _question(runner: "SessionRunner", channel: Channel) -> bool:
    card = runner.card
    topic = runner.bank.topic_of(card.id).title if card.id in runner.bank else ""
    channel.say(
        "question", number=runner.number, total=runner.total, card_id=card.id, topic=topic,
        difficulty=str(card.difficulty), text=card.question, seconds=runner.seconds_left,
    )  # fmt: skip
    while True:
        answer = channel.read_answer(runner.draft)
        left = runner.seconds_left
        match answer:
            case None | "/quit":
                return False
            case "/hint":
                hint = runner.hint()
                channel.say("hint", text=hint or "There is no further hint.")
            case "/skip":
                runner.skip()
                return True
            case "/flag":
                channel.say("flag", flagged=runner.flag())
            case "/pause":
                runner.pause()
                channel.say("pause")
                if channel.read_command() is None:
                    return False
                runner.unpause()
            case "/edit":
                try:
                    text = (edited_text(runner.draft) or "").strip()
                except EditorError as error:
                    channel.say("note", text=str(error))
                    continue
                if text:
                    runner.submit(text)
                    return True
                channel.say("note", text="Nothing was written.")
            case "/help":
                channel.say("help", text=HELP)
            case str() if is_command(answer):
                channel.say("note", text=f"{answer.split()[0]} is no command here. /help lists them.")
            case _:
                runner.submit(answer, timed_out=left == 0.0)
                return True


def _follow_up(runner: "SessionRunner", channel: Channel) -> bool:
    turn = runner.state.turns[-1]
    channel.say("follow_up", text=turn.follow_ups[-1].follow_up.text, target=turn.follow_ups[-1].follow_up.target)
    while True:
        answer = channel.read_answer(runner.draft)
        match answer:
            case None | "/quit":
                return False
            case "/skip":
                runner.next_question()
                return True
            case str() if is_command(answer):
                if not _aside(runner, channel, answer):
                    channel.say("note", text="Answer the follow-up, or /skip it.")
            case _:
                runner.answer_follow_up(answer)
                return True


def _afterwards(runner: "SessionRunner", channel: Channel) -> bool:
    """The talk about a graded or skipped question, until the next one."""
    offered = runner.state.plan.follow_ups and not runner.state.turns[-1].follow_ups and runner.ask_follow_up()
    if offered:
        return True
    command = channel.read_command()
    match command.split() if command else command:
        case None | ["/quit"]:
            return False
        case "" | []:
            runner.next_question()
        case ["/followup"]:
            if not runner.ask_follow_up():
                channel.say("note", text="There is no further follow-up.")
        case _:
            if not _aside(runner, channel, str(command)):
                channel.say("note", text="Enter goes on; /help lists the commands.")
    return True


def _aside(runner: "SessionRunner", channel: Channel, command: str) -> bool:
    """Do what can be done at any time after the grade. Whether `command` was such a thing."""
    match command.split():
        case ["/reference"]:
            runner.reveal_reference()
            channel.say("reference", text=runner.card.reference, formula=runner.card.formula)
        case ["/override", anchor, verdict, *reason]:
            _override(runner, channel, anchor, verdict, " ".join(reason))
        case ["/flag"]:
            channel.say("flag", flagged=runner.flag())
        case ["/help"]:
            channel.say("help", text=HELP)
        case _:
            return False
    return True


def _override(runner: "SessionRunner", channel: Channel, anchor: str, verdict: str, reason: str) -> None:
    from interviewer.domain.grade import Verdict

    known = [point.id for point in runner.state.turns[-1].points]
    if anchor not in known or verdict not in list(Verdict):
        channel.say("note", text=f"Say /override ANCHOR VERDICT [REASON], with ANCHOR one of: {', '.join(known)}.")
        return
    runner.override(anchor, Verdict(verdict), reason)
    channel.say("override", anchor=anchor, verdict=verdict, score=runner.state.turns[-1].score)


def _say_grade(runner: "SessionRunner", channel: Channel) -> None:
    turn: Turn = runner.state.turns[-1]
    card: Card = runner.card
    grade = turn.follow_ups[-1].grade if turn.follow_ups else turn.grade
    if grade is None:
        return
    channel.say(
        "grade", card_id=card.id, follow_up=bool(turn.follow_ups), score=grade.score, band=str(grade.band),
        question_score=turn.score, confidence=grade.confidence,
        points=[point.contract() for point in grade.points],
        feedback=grade.feedback, similarity=grade.similarity, provenance=grade.provenance.model_dump(),
    )  # fmt: skip


def _say_report(channel: Channel, report: "Report") -> None:
    channel.say("report", report=report)

"""The scripting contract of `interviewer grade`: one JSON line in, one JSON line out."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from interviewer.domain.card import Anchor, Bank, Item
from interviewer.domain.grade import Grade
from interviewer.domain.model import Text
from interviewer.errors import GradingError, InterviewerError
from interviewer.grading.interface import Grader
from interviewer.grading.keypoints import reference_item
from interviewer.session.followup import next_follow_up


class _KeyPoint(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: Text
    text: Text
    aliases: tuple[Text, ...] = ()
    misconception: Text | None = None


class _Request(BaseModel):
    """A line of input. Fields that are not known here are ignored."""

    answer: str
    card_id: str | None = None
    question: str = ""
    reference: str = ""
    key_points: tuple[_KeyPoint, ...] = ()


@dataclass(frozen=True)
class GradedLine:
    output: bytes
    """One JSON object and a line end."""
    failed: bool


class LineError(InterviewerError):
    """A line of input that can not be graded. `code` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def grade_line(bank: Bank, grader: Grader, number: int, line: bytes) -> GradedLine:
    """Grade line `number` (from 1) of the input. Never raises for what the line says."""
    identity: Any = None
    try:
        fields = _parse(line)
        identity = fields.get("id", fields.get("card_id"))
        request = _validate(fields)
        item = _item(bank, request)
        output = _output(identity, item, grader.grade(item, request.answer))
        return GradedLine(_encode(output), failed=False)
    except LineError as error:
        code, message = error.code, str(error)
    except GradingError as error:
        code, message = "grading_failed", str(error)
    return GradedLine(
        _encode({"id": identity, "error": {"code": code, "message": message, "line": number}}), failed=True
    )


def _parse(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line.decode("utf-8-sig"))
        json.dumps(fields, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeDecodeError as error:
        raise LineError("invalid_encoding", f"the line is not UTF-8 (byte {error.start})") from None
    except UnicodeEncodeError:
        raise LineError("invalid_encoding", "the line has half of a surrogate pair (\\ud800 to \\udfff)") from None
    except (ValueError, RecursionError) as error:
        raise LineError("invalid_json", f"the line is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise LineError("invalid_input", f"expected a JSON object, found {type(fields).__name__}")
    return fields


def _validate(fields: dict[str, Any]) -> _Request:
    try:
        return _Request.model_validate(fields)
    except ValidationError as error:
        raise LineError("invalid_input", _faults(error)) from None


def _faults(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}".removeprefix(": ") for fault in error.errors()
    )


def _item(bank: Bank, request: _Request) -> Item:
    if request.card_id is not None:
        if request.card_id not in bank:
            raise LineError("unknown_card", f"there is no card '{request.card_id}'; see `interviewer bank list`")
        return bank.card(request.card_id)
    reference = request.reference.strip() or " ".join(point.text for point in request.key_points)
    if not reference:
        raise LineError("invalid_input", "card_id, or reference, or key_points must be given")
    anchors = tuple(
        Anchor.model_construct(name=p.id, point=p.text, aliases=p.aliases, misconception=p.misconception, probe=None)
        for p in request.key_points
    )
    try:
        if not anchors:
            return reference_item(request.question, reference)
        return Item(question=request.question, reference=reference, anchors=anchors)
    except ValidationError as error:
        raise LineError("invalid_input", _faults(error)) from None


def _output(identity: Any, item: Item, grade: Grade) -> dict[str, Any]:
    follow_up = next_follow_up(item, grade, grade.points)
    return {
        "id": identity,
        "score": grade.score,
        "band": grade.band,
        "confidence": grade.confidence,
        "points": [point.contract() for point in grade.points],
        "feedback": grade.feedback,
        "follow_up": follow_up and follow_up.model_dump(include={"text", "target"}),
        "provenance": grade.provenance.model_dump(),
    }


def _encode(fields: dict[str, Any]) -> bytes:
    return (json.dumps(fields, ensure_ascii=False) + "\n").encode()

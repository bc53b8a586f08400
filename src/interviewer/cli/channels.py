"""How the line-by-line interview talks to who sits at the other end: text for people, JSON for programs."""

import json
import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Any, Protocol

from interviewer.domain.display import visible

if TYPE_CHECKING:
    from interviewer.report import Report

MARKS = {"covered": "+", "missing": "-", "contradicted": "!"}


class Channel(Protocol):
    """How the interview talks to who sits at the other end."""

    def say(self, kind: str, **fields: Any) -> None: ...

    def read_answer(self, draft: str) -> str | None:
        """An answer, or a command that starts with `/`. None at the end of the input."""
        ...

    def read_command(self) -> str | None:
        """A command, or "" for going on. None at the end of the input."""
        ...


def is_command(text: str) -> bool:
    return text.startswith("/") and "\n" not in text and text[1:2].isalpha()


class JsonChannel:
    """One JSON object a line each way. In: {"answer": "…"} or {"command": "/hint"}; {} goes on."""

    def say(self, kind: str, **fields: Any) -> None:
        if kind == "report":
            fields = {"report": fields["report"].model_dump(mode="json")}
        print(json.dumps({"kind": kind, **fields}, ensure_ascii=False), flush=True)

    def read_answer(self, draft: str) -> str | None:  # noqa: ARG002  # a program keeps its own drafts
        return self._read("answer")

    def read_command(self) -> str | None:
        return self._read("command")

    def _read(self, expected: str) -> str | None:
        for line in sys.stdin:
            try:
                fields = json.loads(line)
                value = fields.get("command", fields.get(expected, "")) if isinstance(fields, dict) else None
            except ValueError:
                value = None
            if isinstance(value, str):
                return value
            self.say(
                "error", message=f'expected one JSON object a line: {{"{expected}": "…"}} or {{"command": "/help"}}'
            )
        return None


class PlainChannel:
    """Text for people. Words of cards and candidates are printed as they are, control characters made visible."""

    def say(self, kind: str, **fields: Any) -> None:
        text = visible(self._text(kind, fields))
        if sys.stdout.isatty():
            width = max(20, shutil.get_terminal_size().columns - 1)
            text = "\n".join(_wrapped(line, width) for line in text.split("\n"))
        print(text, flush=True)

    def _text(self, kind: str, fields: dict[str, Any]) -> str:
        match kind:
            case "session":
                return f"Interviewer · {fields['questions']} question(s) · /help says what can be typed"
            case "question":
                limit = f" · {fields['seconds']:.0f} s" if fields["seconds"] is not None else ""
                head = f"\n{fields['number']}/{fields['total']} · {fields['topic']} · {fields['difficulty']}{limit}"
                return f"{head}\n{fields['text']}\n"
            case "grade":
                return _grade_text(fields)
            case "follow_up":
                return f"\nFollow-up: {fields['text']}\n(answer, then an empty line; /skip to go on)"
            case "hint":
                return f"Hint: {fields['text']}"
            case "reference":
                return f"Reference: {fields['text']}" + (f"\n  {fields['formula']}" if fields["formula"] else "")
            case "flag":
                return "Flagged." if fields["flagged"] else "The flag is off."
            case "pause":
                return "Paused. Enter goes on."
            case "paused":
                return f"\nSession {fields['id']} is kept. `interviewer --resume` continues it."
            case "override":
                return f"Noted: {fields['anchor']} is {fields['verdict']}. Score now {fields['score']:.0%}."
            case "report":
                return _report_text(fields["report"])
            case _:
                return str(fields["text"])

    def read_answer(self, draft: str) -> str | None:
        if draft:
            print(visible(f"(kept from before, sent along with what you type)\n{draft}"))
        lines = [draft] if draft else []
        while True:
            line = self._line("> ")
            if line is None:
                return "\n".join(lines).strip() or None
            if not lines and is_command(line.strip()):
                return line.strip()
            if not line.strip():
                if lines:
                    return "\n".join(lines).strip()
                continue
            lines.append(line)

    def read_command(self) -> str | None:
        line = self._line("[Enter: next · /help] ")
        return None if line is None else line.strip()

    def _line(self, prompt: str) -> str | None:
        try:
            return input(prompt if sys.stdin.isatty() else "")
        except EOFError:
            return None


def _wrapped(line: str, width: int) -> str:
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(line, width, subsequent_indent=indent, drop_whitespace=True) if len(line) > width else line


def _grade_text(fields: dict[str, Any]) -> str:
    lines = [f"\n{fields['score']:.0%} · {fields['band']} · confidence {fields['confidence']:.0%}"]
    for point in fields["points"]:
        quote = f": “{' '.join(point['evidence']['quote'].split())}”" if point["evidence"] else ""
        lines.append(f"  {MARKS[point['verdict']]} {point['id']} {point['verdict']}{quote}")
    lines.append(fields["feedback"])
    return "\n".join(lines)


def _report_text(report: "Report") -> str:
    score = "–" if report.score is None else f"{report.score:.0%}"
    lines = [f"\nReport: {score} over {report.answered + report.skipped} question(s)"]
    for topic in report.topics:
        lines.append(f"  {topic.title}: {'–' if topic.score is None else f'{topic.score:.0%}'}")
    if report.study:
        lines.append("To study:")
    for item in report.study:
        lines.append(f"  {item.question} ({', '.join(item.anchors)})")
    lines.append(f"`interviewer report --session {report.session_id}` writes the whole of it.")
    return "\n".join(lines)


if os.name == "posix":  # line editing for input()
    import readline  # noqa: F401

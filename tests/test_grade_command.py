"""The scripting contract of `interviewer grade`: JSON Lines in, JSON Lines out."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
from conftest import CommandLine

from interviewer.domain.card import Bank
from interviewer.grading.interface import MAX_ANSWER_CHARACTERS, Grader

Talking = Callable[..., Popen[bytes]]
HE = "He is meant for ReLU. The weight variance is 2 divided by fan_in."
INLINE = {
    "id": "anything",
    "question": "What does atomicity promise?",
    "reference": "Either all statements take effect or none does. Recovery rolls back what was half finished.",
    "key_points": [
        {"id": "k1", "text": "Either all statements of a transaction take effect or none does."},
        {"id": "k2", "text": "Recovery rolls back what was half finished."},
    ],
    "answer": "All statements of the transaction take effect, or none of them.",
}


def _lines(*objects: Any) -> str:
    return "".join(f"{json.dumps(fields, ensure_ascii=False)}\n" for fields in objects)


def _read(output: str) -> list[dict[str, Any]]:
    """The output as strict JSON: one object a line, and no NaN, which JSON does not have."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    assert output == "" or output.endswith("\n")
    return [json.loads(line, parse_constant=refuse) for line in output.split("\n")[:-1]]


class TestGrades:
    def test_a_grade_has_the_fields_of_the_contract(self, cli: CommandLine) -> None:
        done = cli("grade", input=_lines({"card_id": "he-initialization", "answer": HE}))
        [grade] = _read(done.stdout)
        assert (done.returncode, done.stderr) == (0, "")
        assert list(grade) == [
            "id", "score", "band", "confidence", "points", "feedback", "follow_up", "provenance",
        ]  # fmt: skip
        assert 0 < grade["score"] <= 1
        assert 0 < grade["confidence"] <= 1
        assert grade["band"] in {"strong", "adequate", "partial", "weak"}
        assert [point["id"] for point in grade["points"]] == ["relu", "two_over_fan_in", "half_zeroed", "stable_depth"]
        for point in grade["points"]:
            assert list(point) == ["id", "verdict", "probability", "evidence"]
            assert point["verdict"] in {"covered", "missing", "contradicted"}
            assert 0 <= point["probability"] <= 1
            if point["verdict"] == "missing":
                assert point["evidence"] is None
            else:
                assert list(point["evidence"]) == ["quote", "start", "end"]
                assert HE[point["evidence"]["start"] : point["evidence"]["end"]] == point["evidence"]["quote"]
        assert grade["points"][0]["verdict"] == "covered"
        assert list(grade["follow_up"]) == ["text", "target"]
        assert {"grader", "model", "version"} <= set(grade["provenance"])
        assert grade["provenance"]["grader"] == "offline"

    def test_the_command_grades_as_the_program_does(self, cli: CommandLine, bank: Bank, grader: Grader) -> None:
        cards = bank.cards[::25]
        done = cli("grade", input=_lines(*({"card_id": card.id, "answer": card.reference} for card in cards)))
        assert [grade["score"] for grade in _read(done.stdout)] == [
            grader.grade(card, card.reference).score for card in cards
        ]

    def test_ids_are_echoed_whatever_they_are_and_lines_stay_in_order(self, cli: CommandLine) -> None:
        ids: list[Any] = ["b", "a", 7, 1.5, None, True, ["x", {"y": 1}], {"k": "v"}, "ü\u2028", 2**70]
        done = cli("grade", input=_lines(*({"id": i, "card_id": "group-norm", "answer": "No idea."} for i in ids)))
        assert [grade["id"] for grade in _read(done.stdout)] == ids
        assert done.returncode == 0

    def test_without_an_id_the_card_id_is_echoed(self, cli: CommandLine) -> None:
        done = cli("grade", input=_lines({"card_id": "group-norm", "answer": "No idea."}))
        assert _read(done.stdout)[0]["id"] == "group-norm"

    def test_unknown_fields_are_ignored(self, cli: CommandLine) -> None:
        plain = {"id": 1, "card_id": "he-initialization", "answer": HE}
        adorned = {**plain, "score": 1.0, "label": "correct", "metadata": {"grader": "human"}, "band": None}
        inline = {**INLINE, "key_points": [{**point, "weight": 2} for point in INLINE["key_points"]], "split": "dev"}
        done = cli("grade", input=_lines(plain, adorned, INLINE, inline))
        one, other, bare, weighted = _read(done.stdout)
        assert one == other
        assert bare == weighted

    def test_an_inline_card_is_graded_on_its_key_points(self, cli: CommandLine) -> None:
        done = cli("grade", input=_lines(INLINE))
        [grade] = _read(done.stdout)
        assert (grade["id"], done.returncode) == ("anything", 0)
        assert [(point["id"], point["verdict"]) for point in grade["points"]] == [("k1", "covered"), ("k2", "missing")]
        assert grade["follow_up"]["target"] == "k2"

    def test_key_points_are_derived_from_the_reference(self, cli: CommandLine) -> None:
        derived = {name: value for name, value in INLINE.items() if name != "key_points"}
        done = cli("grade", input=_lines(derived, {**derived, "key_points": []}, {**derived, "question": ""}))
        grades = _read(done.stdout)
        assert done.returncode == 0
        assert [[point["id"] for point in grade["points"]] for grade in grades] == [["k1", "k2"]] * 3
        assert grades[0] == grades[1]
        assert all(grade["points"][0]["verdict"] == "covered" for grade in grades)

    def test_the_reference_may_be_left_out_where_there_are_key_points(self, cli: CommandLine) -> None:
        bare = {name: INLINE[name] for name in ("id", "key_points", "answer")}
        done = cli("grade", input=_lines(bare))
        assert done.returncode == 0
        assert _read(done.stdout)[0]["points"][0]["verdict"] == "covered"

    def test_an_empty_answer_is_a_grade_of_zero_and_no_error(self, cli: CommandLine) -> None:
        done = cli("grade", input=_lines(*({**INLINE, "answer": answer} for answer in ("", " \n", "I don't know"))))
        assert done.returncode == 0
        assert [(grade["score"], grade["band"]) for grade in _read(done.stdout)] == [(0.0, "no answer")] * 3

    def test_offsets_count_characters_of_the_answer_as_it_was_sent(self, cli: CommandLine) -> None:
        prefixes = [
            "\x00", "\x1b[2J\x1b[31m", "\u202e", "e\u0301 ", "👩‍👩‍👧 ",
            "\r\n\t ", "\\\" ' </script> ", "\u2028\x85", "\ufeff",
        ]  # fmt: skip
        answers = [f"{prefix}{HE}{prefix}" for prefix in prefixes]
        done = cli("grade", input=_lines(*({"id": a, "card_id": "he-initialization", "answer": a} for a in answers)))
        grades = _read(done.stdout)
        assert done.returncode == 0
        assert [grade["id"] for grade in grades] == answers
        for answer, grade in zip(answers, grades, strict=True):
            evidence = [point["evidence"] for point in grade["points"] if point["evidence"]]
            assert evidence
            assert all(answer[found["start"] : found["end"]] == found["quote"] for found in evidence)

    def test_control_characters_never_reach_the_terminal_raw(self, cli: CommandLine) -> None:
        answer = f"\x1b]0;owned\x07{HE}\x1b[2J"
        done = cli("grade", input=_lines({"id": answer, "card_id": "he-initialization", "answer": answer}))
        assert "\x1b" not in done.stdout
        assert "\x07" not in done.stdout

    def test_cards_of_a_users_own_bank_can_be_named(self, cli: CommandLine, databases: Path) -> None:
        line = _lines({"card_id": "index-cost", "answer": "Every write also has to update the index, which is slower."})
        done = cli("grade", "--bank", databases, input=line)
        assert done.returncode == 0
        assert _read(done.stdout)[0]["points"][0]["id"] == "slower_writes"


class TestErrors:
    def test_lines_that_can_not_be_graded_say_why_and_the_others_are_graded(self, cli: CommandLine) -> None:
        good = {"id": "good", "card_id": "group-norm", "answer": "Channels are split into groups."}
        rows: list[tuple[bytes, Any, str | None]] = [
            (json.dumps(good).encode(), "good", None),
            (b"", None, "invalid_json"),
            (b"   ", None, "invalid_json"),
            (b"not json", None, "invalid_json"),
            (b'{"id": 1, "card_id": "group-norm"', None, "invalid_json"),
            (b'{"id": 1} {"id": 2}', None, "invalid_json"),
            (b"[" * 100_000, None, "invalid_json"),
            (b'{"id": ' + b"9" * 5_000 + b"}", None, "invalid_json"),
            (b"[1, 2]", None, "invalid_input"),
            (b'"text"', None, "invalid_input"),
            (b"null", None, "invalid_input"),
            (b"{}", None, "invalid_input"),
            (b'{"id": "no-answer", "card_id": "group-norm"}', "no-answer", "invalid_input"),
            (b'{"id": "null", "card_id": "group-norm", "answer": null}', "null", "invalid_input"),
            (b'{"id": "number", "card_id": "group-norm", "answer": 7}', "number", "invalid_input"),
            (b'{"id": "no-card", "card_id": "nope", "answer": "x"}', "no-card", "unknown_card"),
            (b'{"id": "nothing", "answer": "x"}', "nothing", "invalid_input"),
            (b'{"id": "blank", "reference": "  ", "answer": "x"}', "blank", "invalid_input"),
            (b'{"id": "point", "key_points": [{"id": "k1"}], "answer": "x"}', "point", "invalid_input"),
            (b'{"id": "points", "key_points": "k1", "answer": "x"}', "points", "invalid_input"),
            (
                _lines({**INLINE, "id": "twice", "key_points": INLINE["key_points"] * 2}).encode().strip(),
                "twice",
                "invalid_input",
            ),
            (b'{"id": "latin", "card_id": "group-norm", "answer": "caf\xe9"}', None, "invalid_encoding"),
            (b"\xff\xfe\x00", None, "invalid_encoding"),
            (b'{"id": "half", "card_id": "group-norm", "answer": "\\ud800"}', None, "invalid_encoding"),
            (
                json.dumps({"id": "long", "card_id": "group-norm", "answer": "x " * MAX_ANSWER_CHARACTERS}).encode(),
                "long",
                "grading_failed",
            ),
            (json.dumps(good).encode(), "good", None),
        ]
        done = cli("grade", input=b"\n".join(line for line, _, _ in rows) + b"\n")
        results = _read(done.stdout)
        assert done.returncode == 1
        assert done.stderr == ""
        assert [(result["id"], result.get("error", {}).get("code")) for result in results] == [
            (identity, code) for _, identity, code in rows
        ]
        assert results[0] == results[-1]
        assert results[0]["score"] > 0
        for number, result in enumerate(results, start=1):
            if "error" in result:
                assert list(result) == ["id", "error"]
                assert list(result["error"]) == ["code", "message", "line"]
                assert result["error"]["line"] == number
                assert result["error"]["message"]

    def test_numbers_that_json_does_not_have_never_reach_the_output(self, cli: CommandLine) -> None:
        numbers = ("NaN", "Infinity", "-Infinity", "1e999")
        line = '{{"id": {}, "card_id": "group-norm", "answer": "No idea."}}\n'
        done = cli("grade", input="".join(line.format(number) for number in numbers))
        assert len(_read(done.stdout)) == len(numbers)

    def test_the_message_names_the_field_at_fault(self, cli: CommandLine) -> None:
        done = cli("grade", input='{"card_id": "group-norm"}\n{"key_points": [{"id": "a"}], "answer": "x"}\n')
        first, second = (result["error"]["message"] for result in _read(done.stdout))
        assert first.startswith("answer: ")
        assert "key_points.0.text" in second

    def test_a_byte_order_mark_and_windows_line_ends_are_no_error(self, cli: CommandLine) -> None:
        line = json.dumps({"id": 1, "card_id": "group-norm", "answer": "No idea."}).encode()
        done = cli("grade", input=b"\xef\xbb\xbf" + line + b"\r\n" + line)
        assert [result.get("score") for result in _read(done.stdout)] == [0.0, 0.0]
        assert done.returncode == 0

    def test_no_input_is_no_output(self, cli: CommandLine) -> None:
        done = cli("grade", input="")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["--grader", "llm"], "llm"),
            (["--grader", "hybrid"], "hybrid"),
            (["--grader", "oracle"], "oracle"),
            (["--workers", "0"], "workers"),
            (["--workers", "many"], "workers"),
            (["--input", "nowhere.jsonl"], "nowhere.jsonl"),
            (["--output", "no/such/folder.jsonl"], "folder.jsonl"),
            (["--bank", "nowhere.yaml"], "nowhere.yaml"),
            (["--no-such-option"], "--no-such-option"),
            (["surplus"], "surplus"),
        ],
    )
    def test_unusable_arguments_end_with_status_2_and_one_message(
        self, cli: CommandLine, arguments: list[str], told: str
    ) -> None:
        done = cli("grade", *arguments, input=_lines(INLINE))
        assert (done.returncode, done.stdout) == (2, "")
        assert told in done.stderr
        assert "Traceback" not in done.stderr


class TestFiles:
    def test_input_and_output_can_be_files(self, cli: CommandLine, tmp_path: Path) -> None:
        source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        source.write_text(_lines(INLINE, {"id": 2}), encoding="utf-8")
        target.write_text("what was here before\n", encoding="utf-8")
        done = cli("grade", "--input", source, "--output", target)
        assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
        good, bad = _read(target.read_text(encoding="utf-8"))
        assert good["id"] == "anything"
        assert bad["error"]["line"] == 2

    def test_the_input_is_never_overwritten_by_the_output(self, cli: CommandLine, tmp_path: Path) -> None:
        file = tmp_path / "answers.jsonl"
        file.write_text(_lines(INLINE), encoding="utf-8")
        done = cli("grade", "--input", file, "--output", file)
        assert done.returncode == 2
        assert file.read_text(encoding="utf-8") == _lines(INLINE)

    def test_earlier_results_survive_arguments_that_can_not_be_used(self, cli: CommandLine, tmp_path: Path) -> None:
        source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
        source.write_text(_lines(INLINE), encoding="utf-8")
        target.write_text("an hour of grading\n", encoding="utf-8")
        done = cli("grade", "--grader", "llm", "--input", source, "--output", target)
        assert done.returncode == 2
        assert target.read_text(encoding="utf-8") == "an hour of grading\n"


class TestStreaming:
    @pytest.mark.parametrize("workers", [1, 2])
    def test_each_line_is_written_as_soon_as_it_is_graded(self, talking: Talking, workers: int) -> None:
        program = talking("grade", "--workers", str(workers))
        assert program.stdin is not None
        assert program.stdout is not None
        for number in range(3):
            program.stdin.write(_lines({**INLINE, "id": number}).encode())
            program.stdin.flush()
            assert json.loads(program.stdout.readline())["id"] == number
        program.stdin.close()
        assert program.stdout.read() == b""
        assert program.wait() == 0

    def test_two_workers_write_the_same_bytes_as_one(self, cli: CommandLine, bank: Bank, tmp_path: Path) -> None:
        rows: list[dict[str, Any]] = [
            {"id": number, "card_id": card.id, "answer": f"{card.anchors[0].aliases[0]}. {card.anchors[-1].point}"}
            for number, card in enumerate(bank.cards[::4])
        ]
        source = tmp_path / "in.jsonl"
        source.write_text(_lines(*rows, INLINE, {"id": "bad"}, *rows[:3]), encoding="utf-8")
        one, two = (cli("grade", "--input", source, "--workers", str(workers)) for workers in (1, 2))
        assert len(_read(one.stdout)) == len(rows) + 5
        assert (two.returncode, two.stdout, two.stderr) == (one.returncode, one.stdout, one.stderr)
        assert one.returncode == 1

    @pytest.mark.parametrize("workers", [1, 2])
    def test_a_reader_that_goes_away_is_no_traceback(self, talking: Talking, workers: int) -> None:
        program = talking("grade", "--workers", str(workers))
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdin.write(_lines(INLINE).encode())
        program.stdin.flush()
        program.stdout.readline()
        program.stdout.close()
        program.stdin.write(_lines(INLINE, INLINE, INLINE).encode())
        program.stdin.close()
        assert program.wait() != 0
        assert program.stderr.read() == b""


def test_grading_leaves_nothing_in_the_home_folder(cli: CommandLine, home: Path) -> None:
    """The model runtime would keep a device id and send usage data if it were let."""
    assert (
        cli("grade", input='{"reference": "Heat flows to the cold side.", "answer": "to the cold"}\n').returncode == 0
    )
    assert [path for path in home.rglob("*") if path.is_file()] == []

"""The commands as a user or a script runs them."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest
import typer
from conftest import CommandLine
from markdown_it import MarkdownIt

from interviewer import __version__
from interviewer.bank.schema import topic_file_schema
from interviewer.cli.app import app
from interviewer.domain.card import Bank, Card
from interviewer.report import Report

Talking = Callable[..., Popen[bytes]]
HE = ("--card", "he-initialization")
RELU = "It is designed for ReLU networks."


def _json(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def _said(*objects: dict[str, str]) -> str:
    return "".join(f"{json.dumps(fields)}\n" for fields in objects)


def _of(kind: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["kind"] == kind]


def _commands(command: Any, name: str = "interviewer") -> Iterator[tuple[str, Any]]:
    yield name, command
    for inner, one in getattr(command, "commands", {}).items():
        yield from _commands(one, f"{name} {inner}")


COMMANDS = dict(_commands(typer.main.get_command(app)))


class TestHelp:
    def test_these_are_the_commands(self) -> None:
        assert {name.removeprefix("interviewer").strip() for name in COMMANDS} >= {
            "", "ask", "grade", "history", "report", "doctor",
            "bank", "bank list", "bank show", "bank check", "bank schema", "config", "config show", "config path",
        }  # fmt: skip

    @pytest.mark.parametrize("name", COMMANDS)
    def test_each_command_says_what_it_and_each_of_its_options_does(self, cli: CommandLine, name: str) -> None:
        done = cli(*name.split()[1:], "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"Usage: {name} ")
        assert max(len(line) for line in done.stdout.splitlines()) <= 80
        command = COMMANDS[name]
        assert command.help
        shown = " ".join(done.stdout.split())
        for option in command.params:
            if option.param_type_name == "option" and not option.hidden:
                assert option.help, option.name
                assert option.opts[0] in shown

    def test_the_first_help_shows_how_to_start(self, cli: CommandLine) -> None:
        assert "interviewer --topic batch-normalization --questions 3" in cli("-h").stdout

    def test_the_version_is_told(self, cli: CommandLine) -> None:
        assert cli("--version").stdout == f"interviewer {__version__}\n"

    def test_the_package_can_be_run_as_a_module(self) -> None:
        done = subprocess.run([sys.executable, "-m", "interviewer", "--version"], capture_output=True, check=False)
        assert (done.returncode, done.stdout.decode().strip()) == (0, f"interviewer {__version__}")


class TestAskInPlainText:
    def test_an_interview_through_a_pipe(self, cli: CommandLine, bank: Bank) -> None:
        card = bank.card("he-initialization")
        done = cli("ask", *HE, input=f"{RELU}\nIt scales the variance\nby 2 / fan_in.\n\nNo idea.\n\n\n")
        assert (done.returncode, done.stderr) == (0, "")
        parts = [
            card.question, "+ relu covered: “It is designed for ReLU networks.", "- half_zeroed missing",
            f"Follow-up: {card.anchor('half_zeroed').probe}", "no answer", "Report: ", "To study:",
        ]  # fmt: skip
        places = [done.stdout.find(part) for part in parts]
        assert -1 not in places
        assert places == sorted(places)

    def test_without_a_terminal_the_bare_command_asks_too(self, cli: CommandLine) -> None:
        done = cli(*HE, input=f"{RELU}\n\n/skip\n")
        assert (done.returncode, done.stderr) == (0, "")
        assert "+ relu covered" in done.stdout

    def test_hint_flag_pause_skip_and_reference(self, cli: CommandLine, bank: Bank) -> None:
        card = bank.card("he-initialization")
        typed = "/hint\n/hint\n/flag\n/pause\n\n/help\n/dance\n/skip\n/reference\n\n"
        done = cli("ask", *HE, input=typed)
        assert (done.returncode, done.stderr) == (0, "")
        for part in (
            f"Hint: {card.anchors[0].probe}", f"Hint: {card.anchors[1].probe}", "Flagged.", "Paused.",
            "/override ANCHOR", "/dance is no command here", f"Reference: {card.reference}", "Report: 0%",
        ):  # fmt: skip
            assert part in done.stdout

    def test_the_answer_itself_is_not_told_before_it_is_asked_for(self, cli: CommandLine, bank: Bank) -> None:
        card = bank.card("he-initialization")
        done = cli("ask", *HE, input=f"/hint\n{RELU}\n\n")
        assert card.reference not in done.stdout
        assert not any(anchor.point in done.stdout for anchor in card.anchors)

    def test_an_answer_can_be_written_in_the_users_editor(self, cli: CommandLine, tmp_path: Path) -> None:
        script = tmp_path / "editor.py"
        script.write_text(f"import pathlib, sys\npathlib.Path(sys.argv[1]).write_text({RELU!r})", encoding="utf-8")
        done = cli("ask", *HE, input="/edit\n/skip\n", env={"EDITOR": f"{sys.executable} {script}", "VISUAL": ""})
        assert (done.returncode, done.stderr) == (0, "")
        assert "+ relu covered" in done.stdout

    def test_an_editor_that_is_not_there_does_not_end_the_interview(self, cli: CommandLine) -> None:
        done = cli("ask", *HE, input=f"/edit\n{RELU}\n\n/skip\n", env={"EDITOR": "no-such-editor", "VISUAL": ""})
        assert "+ relu covered" in done.stdout
        assert "no-such-editor" in done.stdout + done.stderr

    def test_the_end_of_the_input_keeps_the_session_for_later(self, cli: CommandLine) -> None:
        left = cli("ask", "--topic", "overfitting", "--questions", "2", "--seed", "3", input="/hint\n")
        assert left.returncode == 0
        assert "--resume" in left.stdout
        question = left.stdout.split("Hint:")[0].split("\n", 2)[2].strip()
        done = cli("ask", "--resume", input="/skip\n\n/skip\n\n")
        assert question.splitlines()[-1] in done.stdout
        assert "Report: 0% over 2 question(s)" in done.stdout
        assert cli("ask", "--resume").returncode == 2

    def test_the_same_seed_asks_the_same_questions(self, cli: CommandLine) -> None:
        def questions(seed: str) -> list[str]:
            done = cli("ask", "--json", "--seed", seed, "--questions", "4", input='{"command": "/skip"}\n{}\n' * 4)
            return [line["card_id"] for line in _of("question", _json(done.stdout))]

        assert questions("5") == questions("5")
        assert len(questions("5")) == 4

    def test_what_the_candidate_types_can_not_command_the_terminal(self, cli: CommandLine) -> None:
        answer = "It is designed \x1b[31mfor \x07the ReLU\x08 activation\x9b.\x00"
        done = cli("ask", *HE, input=f"{answer}\n\n/skip\n")
        assert (done.returncode, done.stderr) == (0, "")
        assert "designed �\\[31mfor �the ReLU�" in cli("report").stdout
        assert not set(done.stdout) & {"\x1b", "\x07", "\x9b", "\x08", "\x00"}

    @pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C"}])
    def test_bytes_that_are_no_text_are_no_traceback(self, cli: CommandLine, locale: dict[str, str]) -> None:
        done = cli("ask", *HE, input=b"It is for \xff\xfe ReLU.\n\n/skip\n", env=locale)
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize("command", [("bank", "list"), ("bank", "show", "xavier-initialization"), ("ask", *HE)])
    def test_a_console_of_an_old_code_page_is_no_traceback(self, cli: CommandLine, command: tuple[str, ...]) -> None:
        done = cli(*command, input=f"{RELU} σ² ≈ 2/n\n\n/reference\n", env={"PYTHONIOENCODING": "cp1252"})
        assert "Traceback" not in done.stderr
        assert done.returncode == 0

    @pytest.mark.filterwarnings("ignore:.*forkpty.*:DeprecationWarning")
    def test_in_a_terminal_ctrl_c_leaves_a_session_that_can_be_resumed(self, cli: CommandLine) -> None:
        pexpect = pytest.importorskip("pexpect")
        terminal = pexpect.spawn(cli.program, ["ask", *HE], encoding="utf-8", timeout=60, dimensions=(24, 80))
        try:
            terminal.expect("> ")
            terminal.sendline("/hint")
            terminal.expect("Hint: ")
            terminal.expect("> ")
            terminal.sendintr()
            rest = terminal.read()
            terminal.wait()
        finally:
            terminal.close(force=True)
        assert "Traceback" not in rest
        [session] = json.loads(cli("history", "--json").stdout)
        assert not session["ended"]
        done = cli("ask", "--resume", input=f"{RELU}\n\n/skip\n")
        assert "+ relu covered" in done.stdout


class TestAskInJson:
    def test_an_interview_of_objects(self, cli: CommandLine, bank: Bank) -> None:
        card = bank.card("he-initialization")
        done = cli("ask", "--json", *HE, input=_said({"answer": RELU}, {"answer": "2 / fan_in"}, {}))
        lines = _json(done.stdout)
        assert (done.returncode, done.stderr) == (0, "")
        assert [line["kind"] for line in lines] == ["session", "question", "grade", "follow_up", "grade", "report"]
        question, grade, follow_up = lines[1], lines[2], lines[3]
        assert (question["card_id"], question["text"], question["number"]) == (card.id, card.question, 1)
        assert grade["points"][0]["evidence"] == {"quote": RELU, "start": 0, "end": len(RELU)}
        assert follow_up["target"] in {anchor.name for anchor in card.anchors}
        assert Report.model_validate(lines[5]["report"]).session_id == lines[0]["id"]

    def test_what_a_hint_a_follow_up_and_an_override_do_to_the_score(self, cli: CommandLine) -> None:
        talk = _said(
            {"command": "/hint"}, {"answer": RELU}, {"answer": "No idea."}, {"command": "/followup"},
            {"answer": "No idea."}, {"command": "/override half_zeroed covered I said so"},
            {"command": "/override nothing covered"}, {"command": "/flag"}, {},
        )  # fmt: skip
        lines = _json(cli("ask", "--json", *HE, input=talk).stdout)
        graded = _of("grade", lines)
        assert graded[0]["question_score"] == pytest.approx(graded[0]["score"] - 0.1, abs=1e-3)
        assert [line["follow_up"] for line in graded] == [False, True, True]
        first, second = _of("follow_up", lines)
        assert first["target"] != second["target"]
        [override] = _of("override", lines)
        assert override["score"] > graded[0]["question_score"]
        assert "half_zeroed" in _of("note", lines)[0]["text"]
        [turn] = lines[-1]["report"]["turns"]
        assert turn["flagged"]
        assert turn["overrides"] == [{"anchor": "half_zeroed", "verdict": "covered", "reason": "I said so"}]
        assert turn["score"] == pytest.approx(override["score"], abs=1e-3)

    def test_a_line_that_is_no_object_is_told_and_asked_for_again(self, cli: CommandLine) -> None:
        talk = 'nonsense\n[]\n{"answer": 3}\n' + _said({"answer": RELU}, {"command": "/quit"})
        lines = _json(cli("ask", "--json", *HE, input=talk).stdout)
        assert [line["kind"] for line in lines][:6] == ["session", "question", "error", "error", "error", "grade"]
        assert lines[-1]["kind"] == "paused"

    def test_half_a_surrogate_pair_is_no_traceback(self, cli: CommandLine) -> None:
        done = cli("ask", "--json", *HE, input='{"answer": "\\ud800 for ReLU"}\n{"command": "/quit"}\n')
        assert "Traceback" not in done.stderr
        assert all(line["kind"] for line in _json(done.stdout))

    def test_a_question_with_a_clock_tells_its_seconds(self, cli: CommandLine) -> None:
        done = cli("ask", "--json", "--seconds", "600", "--questions", "1", "--seed", "1")
        [question] = _of("question", _json(done.stdout))
        assert 0 < question["seconds"] <= 600

    def test_an_answer_of_several_paragraphs_is_kept_as_it_was_sent(self, cli: CommandLine) -> None:
        answer = "It is designed for ReLU networks.\n\n\tHalf of the units are zero:\r\n  👩‍👩‍👧 e\u0301 \x1b[31m."
        lines = _json(cli("ask", "--json", *HE, input=_said({"answer": answer}, {"command": "/skip"})).stdout)
        assert lines[-1]["report"]["turns"][0]["answer"] == answer


class TestHistoryAndReport:
    @pytest.fixture
    def session(self, cli: CommandLine) -> str:
        """The id of a finished session on one card, answered with one point of four."""
        return str(
            _json(cli("ask", "--json", *HE, input=_said({"answer": RELU}, {"command": "/skip"})).stdout)[0]["id"]
        )

    def test_an_empty_history_says_how_to_begin(self, cli: CommandLine) -> None:
        assert "`interviewer` starts one" in cli("history").stdout
        assert json.loads(cli("history", "--json").stdout) == []

    def test_the_history_fits_eighty_columns_with_id_and_score(self, cli: CommandLine, session: str) -> None:
        done = cli("history")
        [score] = [row["score"] for row in json.loads(cli("history", "--json").stdout)]
        assert session in done.stdout
        assert f"{score:.0%}" in done.stdout
        assert max(len(line) for line in done.stdout.splitlines()) <= 80

    def test_the_history_as_json_lists_the_newest_first(self, cli: CommandLine, session: str) -> None:
        left = str(_json(cli("ask", "--json", "--card", "gain").stdout)[0]["id"])
        rows = json.loads(cli("history", "--json").stdout)
        assert [(row["id"], row["ended"], row["answered"]) for row in rows] == [(left, False, 0), (session, True, 1)]
        assert [row["id"] for row in json.loads(cli("history", "--json", "--limit", "1").stdout)] == [left]

    def test_the_report_is_of_the_newest_session_or_of_the_one_that_is_named(
        self, cli: CommandLine, session: str
    ) -> None:
        cli("ask", "--card", "gain", input="/skip\n\n")
        newest, named = cli("report").stdout, cli("report", "--session", session).stdout
        assert "What is the gain" in newest
        assert RELU in named
        assert newest.startswith("# Interview report\n")

    def test_the_report_as_json_is_the_whole_of_it(self, cli: CommandLine, session: str, bank: Bank) -> None:
        report = Report.model_validate_json(cli("report", "--json").stdout)
        assert (report.session_id, report.asked, report.answered, report.skipped) == (session, 1, 1, 0)
        assert [topic.topic_id for topic in report.topics] == ["weight-initialization"]
        assert report.turns[0].reference == bank.card("he-initialization").reference
        assert "relu" not in report.study[0].anchors
        assert "half_zeroed" in report.study[0].anchors

    def test_a_report_can_be_written_to_a_file(self, cli: CommandLine, session: str, tmp_path: Path) -> None:
        done = cli("report", "--output", tmp_path / "report.md")
        assert (done.returncode, done.stdout) == (0, "")
        assert session in (tmp_path / "report.md").read_text(encoding="utf-8")
        assert cli("report", "--output", tmp_path / "no" / "folder.md").returncode == 2

    def test_a_report_needs_no_bank_that_is_gone(self, cli: CommandLine, databases: Path) -> None:
        cli("ask", "--card", "index-cost", "--bank", databases, input="Every write is slower.\n\n/skip\n")
        done = cli("report")
        assert (done.returncode, done.stderr) == (0, "")
        assert "What does an index on a table cost?" in done.stdout

    def test_hostile_words_show_in_markdown_as_they_were_written(self, cli: CommandLine, tmp_path: Path) -> None:
        hostile = [
            "It is designed for ReLU networks, # no heading",
            "# heading", "<script>alert(1)</script> &lt; &amp; <!-- open",
            "[link](javascript:alert(1)) ![image](x.png) <http://auto.link>", "| a | b |", "|---|---|", "---", "===",
            "1. one", "2) two", "- a", "+ b", "* c", "> quote", "```fence", "~~~", "", "    four_spaces *in* <b>",
            "\tand a tab", "", "a_b_c *d* **e** ~~f~~ `g` \\h \\* &copy;", "\x1b[31mred\x1b[0m \x9b1m \x07",
        ]  # fmt: skip
        answer = "\n".join(hostile)
        reason = "<b>because</b> *I* said | `so` [x](y)"
        talk = _said({"answer": answer}, {"command": f"/override relu covered {reason}"}, {"command": "/skip"})
        assert cli("ask", "--json", *HE, input=talk).returncode == 0
        assert cli("report", "--output", tmp_path / "report.md").returncode == 0
        text = (tmp_path / "report.md").read_text(encoding="utf-8")
        assert not set(text) & {"\x1b", "\x9b", "\x07"}
        rendered = _Rendered(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))
        shown = "".join("�" if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) <= 0x9F else c for c in answer)
        assert rendered.quoted.split() == shown.split()
        assert set(rendered.tags_in_quotes) <= {"p"}
        assert rendered.tags.keys() <= {
            "h1",
            "h2",
            "h3",
            "p",
            "ul",
            "li",
            "strong",
            "code",
            "blockquote",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
        }
        assert reason in rendered.text


class _Rendered(HTMLParser):
    """What a reader of a rendered page sees, and by which tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.tags_in_quotes: list[str] = []
        self.text = self.quoted = ""
        self._depth = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags[tag] = self.tags.get(tag, 0) + 1
        if self._depth:
            self.tags_in_quotes.append(tag)
        self._depth += tag == "blockquote"

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "blockquote"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._depth:
            self.quoted += data


class TestBank:
    def test_list_shows_all_cards_by_topic(self, cli: CommandLine, bank: Bank) -> None:
        done = cli("bank", "list")
        assert all(f"  {card.id} " in done.stdout for card in bank.cards)
        assert all(f"{topic.title} ({topic.id})" in done.stdout for topic in bank.topics)

    def test_list_as_json_and_by_topic_difficulty_and_words(self, cli: CommandLine, bank: Bank) -> None:
        rows = json.loads(cli("bank", "list", "--json").stdout)
        assert [row["id"] for row in rows] == [card.id for card in bank.cards]
        assert list(rows[0]) == ["id", "topic", "difficulty", "question"]
        hard = json.loads(cli("bank", "list", "--json", "-t", "overfitting", "-d", "hard").stdout)
        assert [row["id"] for row in hard] == ["double-descent"]
        assert "double-descent" in cli("bank", "list", "--search", "interpolation threshold").stdout
        assert cli("bank", "list", "--search", "sourdough").stdout == "No card fits.\n"

    def test_show_tells_everything_about_a_card(self, cli: CommandLine, bank: Bank) -> None:
        card = bank.card("he-initialization")
        shown = " ".join(cli("bank", "show", card.id).stdout.split())
        texts = [card.question, card.reference, str(card.formula), card.follow_ups[0].question]
        for anchor in card.anchors:
            texts += [anchor.name, anchor.point, *anchor.aliases, str(anchor.misconception), str(anchor.probe)]
        assert [text for text in texts if " ".join(text.split()) not in shown] == []
        assert Card.model_validate_json(cli("bank", "show", card.id, "--json").stdout) == card

    def test_check_has_no_complaint_about_the_shipped_bank(self, cli: CommandLine) -> None:
        done = cli("bank", "check")
        assert (done.returncode, done.stdout) == (0, "75 cards, no complaint.\n")

    def test_check_tells_faults_with_file_line_and_field(
        self, cli: CommandLine, databases: Path, tmp_path: Path
    ) -> None:
        file = tmp_path / "own.yaml"
        file.write_text(databases.read_text(encoding="utf-8").replace("difficulty:", "dificulty:", 1), encoding="utf-8")
        done = cli("bank", "check", file)
        assert done.returncode == 1
        assert f"{file}:10: cards[0].dificulty: unknown field" in done.stdout
        problems = json.loads(cli("bank", "check", file, "--json").stdout)
        assert {(problem["file"], problem["line"], problem["field"]) for problem in problems} == {
            (str(file), 10, "cards[0].dificulty"), (str(file), 8, "cards[0].difficulty"),
        }  # fmt: skip

    def test_schema_is_that_of_the_loader(self, cli: CommandLine) -> None:
        assert cli("bank", "schema").stdout == topic_file_schema()

    def test_a_bank_of_ones_own_is_merged_and_can_stand_alone(self, cli: CommandLine, databases: Path) -> None:
        assert len(json.loads(cli("bank", "list", "--json", "--bank", databases).stdout)) == 77
        alone = cli("bank", "list", "--json", "--bank", databases, env={"INTERVIEWER_SHIPPED_BANK": "false"})
        assert [row["id"] for row in json.loads(alone.stdout)] == ["transaction-atomicity", "index-cost"]

    def test_no_bank_at_all_is_told(self, cli: CommandLine) -> None:
        done = cli("bank", "list", env={"INTERVIEWER_SHIPPED_BANK": "false"})
        assert done.returncode == 2
        assert "shipped_bank" in done.stderr


class TestDoctor:
    def test_all_is_well_here(self, cli: CommandLine) -> None:
        done = cli("doctor")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith("All is well.\n")

    def test_as_json(self, cli: CommandLine, home: Path) -> None:
        found = json.loads(cli("doctor", "--json").stdout)
        assert found["faults"] == []
        assert found["versions"]["interviewer"] == __version__
        assert found["bank"]["cards"] == 75
        assert found["paths"]["history"].startswith(str(home))
        assert found["grading"]["reference answer"] > found["grading"]["no answer"] == 0.0

    def test_faults_are_told_and_end_with_status_1(self, cli: CommandLine, tmp_path: Path) -> None:
        (tmp_path / "history.sqlite3").write_bytes(b"not a database" * 100)
        done = cli("doctor", "--data-dir", tmp_path, "--bank", tmp_path / "nowhere.yaml")
        assert done.returncode == 1
        assert "nowhere.yaml" in done.stdout
        assert "history.sqlite3" in done.stdout
        assert "Traceback" not in done.stderr


class TestErrors:
    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["dance"], "No such command 'dance'"),
            (["ask", "--dance"], "--dance"),
            (["ask", "--card", "no-such-card"], "There is no card 'no-such-card'"),
            (["ask", "--topic", "cooking"], "There is no topic 'cooking'. Topics: batch-normalization,"),
            (["ask", "--drill", "cooking"], "There is no topic 'cooking'"),
            (["ask", "--difficulty", "trivial"], "'trivial' is not a difficulty"),
            (["ask", "--card", "gain", "--topic", "overfitting"], "--card asks one card"),
            (["ask", "--drill", "overfitting", "--questions", "3"], "--drill asks all cards"),
            (["ask", "--questions", "0"], "questions"),
            (["ask", "--resume"], "no unfinished session"),
            (["--resume"], "no unfinished session"),
            (["--topic", "overfitting", "bank", "list"], "--topic goes after the command"),
            (["bank", "show", "he-initialisation"], "Did you mean he-initialization"),
            (["bank", "list", "--topic", "cooking"], "cooking"),
            (["bank", "list", "--bank", "nowhere.yaml"], "nowhere.yaml: there is no such file"),
            (["report"], "no session yet"),
            (["report", "--session", "20990101-000000-ffff"], "20990101-000000-ffff"),
            (["history", "--limit", "0"], "limit"),
        ],
    )
    def test_what_can_not_be_done_is_one_message_on_standard_error_and_status_2(
        self, cli: CommandLine, arguments: list[str], told: str
    ) -> None:
        done = cli(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert told in " ".join(done.stderr.split())
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize(
        "arguments",
        [["bank", "list"], ["bank", "show", "gain"], ["config", "show"], ["history"], ["ask", *HE], ["doctor"]],
    )
    def test_a_reader_that_goes_away_is_no_traceback(self, talking: Talking, arguments: list[str]) -> None:
        program = talking(*arguments)
        assert program.stdin is not None
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.close()
        program.stdin.close()
        assert program.wait() != 0
        assert program.stderr.read() == b""


class TestCompletion:
    @pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
    @pytest.mark.parametrize("way", ["option", "variable"])
    def test_the_script_for_bash_completes_commands(self, cli: CommandLine, tmp_path: Path, way: str) -> None:
        if way == "option":
            script = cli("--show-completion", "bash").stdout
        else:
            script = cli(env={"_INTERVIEWER_COMPLETE": "source_bash"}).stdout
        file = tmp_path / "complete.bash"
        file.write_text(script, encoding="utf-8")
        assert subprocess.run(["bash", "-n", str(file)], capture_output=True, check=False).returncode == 0
        ask = f'source {file}; COMP_WORDS=(interviewer gr); COMP_CWORD=1; _interviewer_completion "{cli.program}";'
        done = subprocess.run(["bash", "-c", f'{ask} echo "${{COMPREPLY[@]}}"'], capture_output=True, check=True)
        assert done.stdout.decode().split() == ["grade"]

"""The shipped bank, and what a user's own bank file is told when it is wrong."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import CommandLine

from interviewer.bank.checks import check_files, gives_away
from interviewer.bank.loader import find_place, load_bank, load_files
from interviewer.bank.schema import topic_file_schema
from interviewer.bank.search import find_cards
from interviewer.config import shipped_folder
from interviewer.domain.card import Anchor, Bank, Item
from interviewer.errors import BankError, Problem, UnknownName

TOPICS = {
    "network-design": range(1, 16),
    "weight-initialization": range(16, 31),
    "batch-normalization": range(31, 46),
    "overfitting": range(46, 61),
    "dropout-regularization": range(61, 76),
}
SEED_HEADING = re.compile(r"^(\d+) .*?(Easy|Medium|Hard)$", re.MULTILINE)
OVERLAP = 8
"""From so many words in a row on, a text is taken from the seed document rather than written."""


def _bank_files() -> list[Path]:
    return sorted(shipped_folder("bank").glob("*.yaml"))


def _items(bank: Bank) -> list[tuple[str, Item]]:
    """Every question that can be asked: cards and their follow-ups."""
    return [
        (f"{card.id} {item.id}", item) for card in bank.cards for item in (card, *card.follow_ups)
    ]  # fmt: skip


def _anchors(bank: Bank) -> list[tuple[str, Item, Anchor]]:
    return [(f"{name} {anchor.name}", item, anchor) for name, item in _items(bank) for anchor in item.anchors]


def _texts(value: Any) -> list[str]:
    """Every string inside a YAML document."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


class TestShippedBank:
    def test_has_75_cards_in_five_topics_of_15(self, bank: Bank) -> None:
        assert {topic.id: len(bank.cards_of(topic.id)) for topic in bank.topics} == dict.fromkeys(TOPICS, 15)
        assert len({card.id for card in bank.cards}) == 75

    def test_covers_each_number_of_the_seed_document_once_in_its_topic(self, bank: Bank) -> None:
        numbers = {topic: sorted(card.source.number or 0 for card in bank.cards_of(topic)) for topic in TOPICS}
        assert numbers == {topic: list(numbers) for topic, numbers in TOPICS.items()}

    def test_has_the_difficulties_of_the_seed_document(self, bank: Bank) -> None:
        assert Counter(card.difficulty for card in bank.cards) == {"easy": 28, "medium": 36, "hard": 11}

    def test_agrees_with_the_seed_document_on_every_difficulty(self, bank: Bank, seed_document: str) -> None:
        seed = {int(number): level.lower() for number, level in SEED_HEADING.findall(seed_document)}
        assert len(seed) == 75
        assert {card.source.number: str(card.difficulty) for card in bank.cards} == seed

    def test_is_written_in_its_own_words(self, seed_document: str) -> None:
        taken = set(_runs(seed_document))
        shared = [
            " ".join(run)
            for file in _bank_files()
            for text in _texts(yaml.safe_load(file.read_text(encoding="utf-8")))
            for run in _runs(text)
            if run in taken
        ]
        assert shared == []

    def test_every_anchor_is_complete(self, bank: Bank) -> None:
        incomplete = [
            name for name, _, anchor in _anchors(bank) if not (anchor.aliases and anchor.misconception and anchor.probe)
        ]
        assert incomplete == []

    def test_every_card_has_a_deeper_question(self, bank: Bank) -> None:
        assert [card.id for card in bank.cards if not card.follow_ups] == []

    def test_every_topic_says_what_interviewers_expect(self, bank: Bank) -> None:
        assert [topic.id for topic in bank.topics if not topic.expectations] == []

    def test_no_probe_gives_its_point_away(self, bank: Bank) -> None:
        telling = [
            name for name, item, anchor in _anchors(bank) if anchor.probe and gives_away(item, anchor, anchor.probe)
        ]
        assert telling == []

    def test_no_misconception_is_listed_as_a_right_answer(self, bank: Bank) -> None:
        wrong = [name for name, _, anchor in _anchors(bank) if anchor.misconception in (anchor.point, *anchor.aliases)]
        assert wrong == []

    def test_the_editor_has_no_complaint(self) -> None:
        assert [str(problem) for problem in check_files(load_files([shipped_folder("bank")]))] == []

    def test_has_no_mojibake(self) -> None:
        garbled = [
            f"{file.name}: {run}"
            for file in _bank_files()
            for run in re.findall(r"[^\x00-\x7f]+|[\x00-\x08\x0b-\x1f\x7f]", file.read_text(encoding="utf-8"))
            if _is_garbled(run)
        ]
        assert garbled == []

    def test_the_schema_beside_it_is_the_schema_of_the_program(self) -> None:
        assert (shipped_folder("bank") / "topic.schema.json").read_text(encoding="utf-8") == topic_file_schema()

    @pytest.mark.parametrize("file", [file.name for file in _bank_files()])
    def test_fits_the_schema(self, file: str) -> None:
        content = yaml.safe_load((shipped_folder("bank") / file).read_text(encoding="utf-8"))
        assert [error.message for error in _validator().iter_errors(content)] == []


def _runs(text: str) -> list[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return [tuple(words[first : first + OVERLAP]) for first in range(len(words) - OVERLAP + 1)]


def _is_garbled(run: str) -> bool:
    """UTF-8 that was once read as Windows-1252, a replacement character, or a control character."""
    if "�" in run or any(ord(character) < 0xA0 for character in run):
        return True
    try:
        run.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return False
    return True


def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(topic_file_schema()))


class TestSchema:
    def test_is_a_valid_schema(self) -> None:
        jsonschema.Draft202012Validator.check_schema(json.loads(topic_file_schema()))

    @pytest.mark.parametrize(
        ("right", "wrong"),
        [
            ("difficulty: easy", "difficulty: trivial"),
            ("    question: What does an index", "    qestion: What does an index"),
            ("      number: 2", "      number: zero"),
            ("  - id: index-cost", "  - id: Index Cost"),
        ],
    )
    def test_refuses_what_the_loader_refuses(self, databases: Path, tmp_path: Path, right: str, wrong: str) -> None:
        text = databases.read_text(encoding="utf-8")
        assert right in text
        file = tmp_path / "changed.yaml"
        file.write_text(text.replace(right, wrong), encoding="utf-8")
        assert list(_validator().iter_errors(yaml.safe_load(text))) == []
        assert list(_validator().iter_errors(yaml.safe_load(file.read_text(encoding="utf-8"))))
        with pytest.raises(BankError):
            load_bank([file])


class TestLoading:
    def test_merges_own_banks_with_the_shipped_one(self, databases: Path) -> None:
        merged = load_bank([shipped_folder("bank"), databases])
        assert len(merged.cards) == 77
        assert merged.topic_of("index-cost").title == "Databases"
        assert [card.id for card in merged.cards_of("databases")] == ["transaction-atomicity", "index-cost"]

    def test_reads_yaml_and_yml_of_a_folder_in_name_order_and_nothing_else(
        self, databases: Path, tmp_path: Path
    ) -> None:
        text = databases.read_text(encoding="utf-8")
        (tmp_path / "b.yaml").write_text(text, encoding="utf-8")
        (tmp_path / "a.yml").write_text(_renamed(text, "first"), encoding="utf-8")
        (tmp_path / "notes.txt").write_text("not a bank", encoding="utf-8")
        (tmp_path / "topic.schema.json").write_text("{}", encoding="utf-8")
        assert [topic.id for topic in load_bank([tmp_path]).topics] == ["first-databases", "databases"]

    def test_reads_a_file_with_a_byte_order_mark_and_windows_line_ends(self, databases: Path, tmp_path: Path) -> None:
        file = tmp_path / "windows.yaml"
        file.write_bytes(b"\xef\xbb\xbf" + databases.read_bytes().replace(b"\n", b"\r\n"))
        assert load_bank([file]).cards == load_bank([databases]).cards

    def test_a_file_that_is_named_twice_is_read_once(self, databases: Path) -> None:
        bank = load_bank([databases, databases.parent, databases])
        assert [card.id for card in bank.cards] == ["transaction-atomicity", "index-cost"]

    def test_finds_the_place_of_a_card(self, databases: Path) -> None:
        file, line = find_place([shipped_folder("bank"), databases], "index-cost")
        assert file == databases
        assert databases.read_text(encoding="utf-8").splitlines()[line - 1] == "  - id: index-cost"

    def test_has_no_place_for_an_unknown_card(self, databases: Path) -> None:
        with pytest.raises(UnknownName, match="no-such-card"):
            find_place([databases], "no-such-card")

    def test_finds_cards_by_words_topic_and_difficulty(self, bank: Bank) -> None:
        found = find_cards(bank, "RELU variance", topics=["weight-initialization"], difficulties=["medium"])
        assert "he-initialization" in {card.id for card in found}
        assert all(card.difficulty == "medium" for card in found)
        assert {bank.topic_of(card.id).id for card in found} == {"weight-initialization"}
        with pytest.raises(UnknownName, match="cooking"):
            find_cards(bank, topics=["cooking"])


def _renamed(text: str, prefix: str) -> str:
    """The same bank file under other ids."""
    return re.sub(r"(?m)^((?:  - |  )id: )", rf"\g<1>{prefix}-", text)


def _line(text: str, part: str) -> int:
    """The line (from 1) on which `part` first stands."""
    return text[: text.index(part)].count("\n") + 1


def _problems(*sources: Path) -> list[Problem]:
    with pytest.raises(BankError) as caught:
        load_bank(sources)
    return caught.value.problems


class TestFaultyBanks:
    def test_all_faults_of_all_files_are_reported_at_once(self, databases: Path, tmp_path: Path) -> None:
        good = databases.read_text(encoding="utf-8")
        folder = tmp_path / "bank"
        folder.mkdir()

        def write(name: str, old: str, new: str, prefix: str) -> int:
            """A file with one fault; the line on which it is."""
            text = _renamed(good, prefix)
            assert text.count(old) == 1
            (folder / name).write_text(text.replace(old, new), encoding="utf-8")
            return _line(text, old)

        unknown = write("1-unknown.yaml", "    difficulty: medium", "    dificulty: medium", "one")
        wrong_type = write("2-type.yaml", "      number: 2", "      number: [2]", "two")
        twice = write("3-twice.yaml", "      - name: storage\n", "      - name: storage\n        name: disk\n", "three")
        syntax = write("4-syntax.yaml", "What does an index on a table cost?", "What? [an: index", "four")
        laughs = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"
        (folder / "5-laughs.yaml").write_text(laughs, encoding="utf-8")
        (folder / "6-latin1.yaml").write_bytes(_renamed(good, "six").replace("colleague", "collègue").encode("latin-1"))
        (folder / "7-empty.yaml").write_text("", encoding="utf-8")
        (folder / "8-fine.yaml").write_text(_renamed(good, "eight"), encoding="utf-8")
        (folder / "9-again.yaml").write_text(
            _renamed(good, "nine").replace("nine-index-cost", "eight-index-cost"), encoding="utf-8"
        )
        (tmp_path / "bare").mkdir()

        problems = _problems(folder, tmp_path / "bare", tmp_path / "nowhere.yaml")

        found = {(Path(problem.file).name, problem.line, problem.field) for problem in problems}
        card = _line(good, "  - id: index-cost")
        assert found == {
            ("1-unknown.yaml", unknown, "cards[1].dificulty"),
            ("1-unknown.yaml", card, "cards[1].difficulty"),
            ("2-type.yaml", wrong_type, "cards[1].source.number"),
            ("3-twice.yaml", twice + 1, "name"),
            ("4-syntax.yaml", syntax, ""),
            ("5-laughs.yaml", 1, ""),
            ("5-laughs.yaml", 2, ""),
            ("5-laughs.yaml", 3, ""),
            ("6-latin1.yaml", None, ""),
            ("7-empty.yaml", 1, ""),
            ("9-again.yaml", card, "cards[1].id"),
            ("bare", None, ""),
            ("nowhere.yaml", None, ""),
        }
        told = "\n".join(str(problem) for problem in problems)
        for part in (
            "unknown field", "this field is missing", "valid integer", "given twice", "not valid YAML",
            "aliases (*name) are not allowed", "not UTF-8", "expected the keys 'topic' and 'cards'",
            "'eight-index-cost' is already the id of a card in", "has no .yaml file", "no such file or folder",
        ):  # fmt: skip
            assert part in told

    @pytest.mark.parametrize(
        ("old", "new", "field", "told"),
        [
            ("  id: databases", "  id: Data Bases", "topic.id", "pattern"),
            ("  title: Databases", "  title: ' '", "topic.title", "at least 1"),
            ("difficulty: easy", "difficulty: trivial", "cards[0].difficulty", "'easy', 'medium' or 'hard'"),
            ("number: 2", "number: 0", "cards[1].source.number", "greater than or equal to 1"),
        ],
    )
    def test_the_place_of_a_fault_is_told(
        self, databases: Path, tmp_path: Path, old: str, new: str, field: str, told: str
    ) -> None:
        good = databases.read_text(encoding="utf-8")
        file = tmp_path / "own.yaml"
        file.write_text(good.replace(old, new, 1), encoding="utf-8")
        [problem] = _problems(file)
        assert (problem.file, problem.field) == (str(file), field)
        assert problem.line == _line(good, old)
        assert told in problem.message

    def test_two_anchors_of_one_name_are_told_at_their_card(self, databases: Path, tmp_path: Path) -> None:
        good = databases.read_text(encoding="utf-8")
        file = tmp_path / "own.yaml"
        file.write_text(good.replace("rollback_after_crash", "all_or_nothing"), encoding="utf-8")
        [problem] = _problems(file)
        assert (problem.line, problem.field) == (_line(good, "  - id: transaction-atomicity"), "cards[0]")
        assert "same name: all_or_nothing" in problem.message

    def test_a_date_that_does_not_exist_is_told_with_its_line(self, databases: Path, tmp_path: Path) -> None:
        good = databases.read_text(encoding="utf-8")
        file = tmp_path / "own.yaml"
        file.write_text(good.replace("number: 2", "number: 2020-13-45"), encoding="utf-8")
        [problem] = _problems(file)
        assert problem.line == _line(good, "number: 2")

    @pytest.mark.parametrize("text", ["topic: " + "[" * 100_000, "topic: " + "[" * 100_000 + "]" * 100_000])
    def test_brackets_without_end_are_refused(self, cli: CommandLine, tmp_path: Path, text: str) -> None:
        file = tmp_path / "deep.yaml"
        file.write_text(text, encoding="utf-8")
        done = cli("bank", "check", file)
        assert done.returncode == 1
        assert str(file) in done.stdout

    def test_a_card_id_that_occurs_twice_in_one_line_is_refused(self, databases: Path, tmp_path: Path) -> None:
        content = yaml.safe_load(databases.read_text(encoding="utf-8"))
        content["cards"][1]["id"] = content["cards"][0]["id"]
        file = tmp_path / "minified.yaml"
        file.write_text(json.dumps(content), encoding="utf-8")
        [problem] = _problems(file)
        assert "already the id of a card" in problem.message

    @pytest.mark.parametrize("field", ["topic", "cards"])
    def test_a_file_without_its_parts_is_refused(self, databases: Path, tmp_path: Path, field: str) -> None:
        content = yaml.safe_load(databases.read_text(encoding="utf-8"))
        del content[field]
        file = tmp_path / "own.yaml"
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        assert [(problem.field, problem.message) for problem in _problems(file)] == [(field, "this field is missing")]

    @pytest.mark.parametrize(
        "text", ["- a list", "just text", "topic: !!python/object/apply:os.system [id]", "a: 1\n---\nb: 2", "a: \0"]
    )
    def test_yaml_that_is_no_bank_is_refused(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "own.yaml"
        file.write_text(text, encoding="utf-8")
        assert all(problem.file == str(file) for problem in _problems(file))

    def test_a_problem_reads_as_file_line_field_and_message(self) -> None:
        assert str(Problem("own.yaml", 7, "cards[0].id", "too long")) == "own.yaml:7: cards[0].id: too long"
        assert str(Problem("own.yaml", None, "", "not UTF-8")) == "own.yaml: not UTF-8"


class TestChecks:
    @pytest.mark.parametrize(
        ("old", "new", "told"),
        [
            ("name: storage", "name: Disk Space", "not in snake_case"),
            ("        misconception: An index needs no storage because it only points at the rows.\n", "",
             "has no misconception"),
            ("        probe: Which statements suffer when a table has twenty of them?\n", "", "has no probe"),
            ("Which statements suffer when", "Each write has to maintain the index as well; writes become slower when",
             "gives its point away"),
            ("it needs room on disk and in the cache", "storage", "lone keyword"),
            ("it needs room on disk and in the cache", "An index occupies disk space and memory of its own.",
             "said twice"),
        ],
    )  # fmt: skip
    def test_a_careless_edit_is_told_with_its_place(
        self, databases: Path, tmp_path: Path, old: str, new: str, told: str
    ) -> None:
        text = databases.read_text(encoding="utf-8")
        assert text.count(old) == 1
        assert check_files(load_files([databases])) == []
        file = tmp_path / "own.yaml"
        file.write_text(text.replace(old, new), encoding="utf-8")
        [problem] = check_files(load_files([file]))
        assert told in problem.message
        assert problem.file == str(file)
        assert problem.field.startswith("cards[1].anchors[")

    def test_a_card_without_a_deeper_question_is_told(self, databases: Path, tmp_path: Path) -> None:
        content = yaml.safe_load(databases.read_text(encoding="utf-8"))
        del content["cards"][0]["follow_ups"]
        file = tmp_path / "own.yaml"
        file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        [problem] = check_files(load_files([file]))
        assert "'transaction-atomicity' has no follow-up" in problem.message
        assert problem.field == "cards[0]"

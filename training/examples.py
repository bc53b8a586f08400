"""What the cross-encoder learns from: every source as statement, answer and verdict."""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from interviewer.grading.entailment import VERDICTS, statement

DATA = Path(__file__).parent / "data"
BANK = Path(__file__).parents[1] / "bank"
PER_SOURCE = {"breaking_nli": 3_000, "conj_nli": 6_000, "help": 3_000, "med": 3_000}  # the rest whole
NLI_VERDICTS = {"entailment": "covered", "neutral": "missing", "contradiction": "contradicted"}
CALIBRATION_ASSIGNMENT = 9  # of Mohler: this one and the later ones
BEETLE_VERDICTS = {
    "correct": "covered",
    "partially_correct_incomplete": "missing",
    "contradictory": "contradicted",
    "irrelevant": "missing",
    "non_domain": "missing",
}


@dataclass(frozen=True)
class Example:
    """One statement held against one answer. `group`: the card or question; a split keeps groups whole."""

    statement: str
    answer: str
    verdict: str
    source: str
    group: str

    def row(self) -> dict[str, str | int]:
        return {"statement": self.statement, "answer": self.answer, "label": VERDICTS.index(self.verdict)}


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def entailment_pairs(folder: Path, seed: int) -> list[Example]:
    """General entailment: the premise plays the answer, the hypothesis the point."""
    by_source: dict[str, list[Example]] = {}
    for row in read_lines(folder / "entailment_pairs.jsonl"):
        if row["label"] in NLI_VERDICTS:
            said, verdict = statement("", row["hypothesis"]), NLI_VERDICTS[row["label"]]
            example = Example(said, row["premise"], verdict, row["source"], row["premise"])
            by_source.setdefault(row["source"], []).append(example)
    chosen = []
    for source, examples in sorted(by_source.items()):
        random.Random(f"{seed}{source}").shuffle(examples)
        chosen += examples[: PER_SOURCE.get(source)]
    return chosen


def graded_answers(folder: Path) -> list[Example]:
    """Beetle and Mohler: the reference is the point. Mohler counts where both people gave full or hardly any marks,
    and without the assignments that calibrate the score."""
    examples = []
    for row in read_lines(folder / "graded_answers_train.jsonl"):
        if calibrates(row):
            continue
        if row["source"] == "beetle":
            verdict = BEETLE_VERDICTS[row["label"]]
        elif min(row["grader_scores"]) >= 1.0:
            verdict = "covered"
        elif max(row["grader_scores"]) <= 0.4:
            verdict = "missing"
        else:
            continue
        group = f"{row['source']} {row['question_id']}"
        examples.append(
            Example(statement(row["question"], row["reference"]), row["answer"], verdict, row["source"], group)
        )
    return examples


def calibrates(row: dict[str, Any]) -> bool:
    """Whether a graded answer is kept from the cross-encoder, to calibrate what it makes of derived points."""
    number = row["question_id"].partition(".")[0]
    return row["source"] == "mohler" and int(number) >= CALIBRATION_ASSIGNMENT


@dataclass(frozen=True)
class LabelledCard:
    """A card with its points and answers; `answers` rows have kind, answer, points."""

    id: str
    topic: str
    question: str
    reference: str
    points: dict[str, str]
    answers: list[dict[str, Any]]


def labelled_cards(data: Path = DATA, bank: Path = BANK) -> list[LabelledCard]:
    """Every card that has labelled answers: those of the bank and those written for training."""
    answers: dict[str, list[dict[str, Any]]] = {}
    for file in sorted((data / "answers").glob("*.jsonl")):
        for row in read_lines(file):
            answers.setdefault(row["card_id"], []).append(row)
    cards = []
    for file in sorted(bank.glob("*.yaml")):
        topic = yaml.safe_load(file.read_text(encoding="utf-8"))
        for card in topic["cards"]:
            points = {anchor["name"]: anchor["point"] for anchor in card["anchors"]}
            cards.append((card["id"], file.stem, card["question"], card["reference"], points))
    for file in sorted((data / "cards").glob("*.jsonl")):
        for card in read_lines(file):
            points = {point["id"]: point["text"] for point in card["key_points"]}
            cards.append((card["id"], file.stem, card["question"], card["reference"], points))
    return [LabelledCard(*card, answers[card[0]]) for card in cards if card[0] in answers]


def held_out(data: Path = DATA) -> tuple[set[str], set[str]]:
    """Topics and cards of the test split, which no training sees."""
    split = json.loads((data / "test_split.json").read_text(encoding="utf-8"))
    return set(split["topics"]), set(split["cards"])


@dataclass(frozen=True)
class Split:
    """Cards by what they are for. The cross-encoder sees the first alone, the calibration the second alone."""

    training: list[LabelledCard]
    calibration: list[LabelledCard]
    test: list[LabelledCard]


def split_cards(cards: Iterable[LabelledCard]) -> Split:
    """Every sixth card of a topic that is not held out calibrates."""
    topics, ids = held_out()
    split = Split([], [], [])
    place: dict[str, int] = {}
    for card in cards:
        if card.topic in topics or card.id in ids:
            split.test.append(card)
            continue
        place[card.topic] = place.get(card.topic, 0) + 1
        (split.calibration if place[card.topic] % 6 == 0 else split.training).append(card)
    return split


def card_examples(cards: Iterable[LabelledCard]) -> list[Example]:
    """Every answer against every point of its card."""
    return [
        Example(statement(card.question, text), row["answer"], row["points"][point], "answers", card.id)
        for card in cards
        for row in card.answers
        for point, text in card.points.items()
    ]


def foreign_examples(cards: list[LabelledCard], seed: int, per_card: int = 4) -> list[Example]:
    """Answers to other cards, half of them of the same topic, against a point of this one: missing."""
    chance = random.Random(seed)
    by_topic: dict[str, list[LabelledCard]] = {}
    for card in cards:
        by_topic.setdefault(card.topic, []).append(card)
    examples = []
    for card in cards:
        for number in range(per_card):
            others = by_topic[card.topic] if number % 2 else cards
            other = chance.choice([each for each in others if each.id != card.id] or cards)
            right = [row for row in other.answers if row["kind"] in ("complete", "partial_long", "complete_terse")]
            said = statement(card.question, chance.choice(list(card.points.values())))
            examples.append(Example(said, chance.choice(right)["answer"], "missing", "foreign", card.id))
    return examples


def reference_examples(cards: Iterable[LabelledCard]) -> list[Example]:
    """The reference covers every point; the question alone none."""
    examples = []
    for card in cards:
        for text in card.points.values():
            said = statement(card.question, text)
            examples.append(Example(said, card.reference, "covered", "references", card.id))
        examples.append(Example(said, card.question, "missing", "references", card.id))
    return examples


def edited_answers(cards: Iterable[LabelledCard], seed: int, data: Path = DATA) -> list[Example]:
    """Right answers, and what a word or two makes of them: each turned answer against the point that it contradicts and
    one of the others, which it still covers; less those that two readers read differently."""
    chance = random.Random(seed)
    by_id = {card.id: card for card in cards}
    examples: list[Example] = []
    for file in sorted((data / "edits").glob("*.jsonl")):
        for row in read_lines(file):
            if (card := by_id.get(row["card_id"])) is None:
                continue
            said = {point: statement(card.question, text) for point, text in card.points.items()}
            absent = set(row.get("left_out", ()))
            present = [point for point in said if point not in absent]
            disputed = row.get("disputed", ())
            if "right" not in disputed:
                for point, each in said.items():
                    verdict = "missing" if point in absent else "covered"
                    examples.append(Example(each, row["right"], verdict, "edits", card.id))
            if "reworded" not in disputed:
                examples.append(Example(said[chance.choice(present)], row["reworded"], "covered", "edits", card.id))
            for turned in row["turned"]:
                if turned["point"] in disputed:
                    continue
                wrong = {turned["point"], *turned.get("also", ())}
                right = [point for point in present if point not in wrong]
                examples += [
                    Example(said[p], turned["answer"], "contradicted", "edits", card.id) for p in sorted(wrong)
                ]
                for point in chance.sample(right, min(1, len(right))):
                    examples.append(Example(said[point], turned["answer"], "covered", "edits", card.id))
    return examples


def minimal_pairs(data: Path = DATA, *, test: bool = False) -> list[Example]:
    """Each point with a right, a turned and a nearly contradictory statement, less those that two readers read
    differently. Test files are whole subjects."""
    topics, _ = held_out(data)
    examples: list[Example] = []
    for file in sorted((data / "pairs").glob("*.jsonl")):
        if (file.stem in topics) != test:
            continue
        for row in read_lines(file):
            said = statement(row["question"], row["point"])
            verdicts = {"right": "covered", "turned": "contradicted", "near": row["near_verdict"]}
            examples += [
                Example(said, row[form], verdict, "pairs", f"{file.stem} {row['point']}")
                for form, verdict in verdicts.items()
                if form not in row.get("disputed", ())
            ]
    return examples

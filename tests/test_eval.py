"""`interviewer eval`: measures by hand-computed values, readers on real files, the command with the real grader."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import CommandLine

from interviewer.domain.card import Bank
from interviewer.domain.grade import BAND_FLOORS, Band
from interviewer.evals import baselines, confidence, metrics
from interviewer.evals.answers import Assessed, Failed, GradedAnswer, Measured, assess
from interviewer.evals.measures import tables_of
from interviewer.evals.metrics import VERDICTS
from interviewer.evals.negation import negated
from interviewer.evals.plots import save_plots
from interviewer.evals.readers import AnswerSet, Reader, UnusableData
from interviewer.evals.report import LISTED
from interviewer.evals.robustness import robustness_report
from interviewer.evals.staged import (
    INSTRUCTIONS,
    LONG,
    OTHER_TOPIC,
    PLAIN,
    buried,
    keywords,
    mistyped,
    staged_answers,
    turned_references,
)
from interviewer.evals.tables import Bootstrap, Figure, Table
from interviewer.grading.embedding import OnnxEmbedder
from interviewer.grading.interface import MAX_ANSWER_CHARACTERS, Grader

COVERED, MISSING, CONTRADICTED = range(3)
WHERE = {
    "id": "where",
    "question": "What is the difference between WHERE and HAVING?",
    "reference": "WHERE filters rows before they are grouped. HAVING filters groups after the grouping.",
    "key_points": [
        {"id": "rows", "text": "WHERE filters rows before they are grouped."},
        {"id": "groups", "text": "HAVING filters groups after the grouping."},
    ],
    "answers": [
        {
            "kind": "complete",
            "text": "WHERE filters single rows before they are grouped, and HAVING filters groups after the grouping.",
            "score": 1.0,
            "points": {"rows": "covered", "groups": "covered"},
        },
        {
            "kind": "partial",
            "text": "WHERE filters the rows before they are grouped.",
            "score": 0.5,
            "points": {"rows": "covered", "groups": "missing"},
        },
        {
            "kind": "contradiction",
            "text": "WHERE filters groups after the grouping and HAVING filters rows before they are grouped.",
            "score": 0.0,
            "points": {"rows": "contradicted", "groups": "contradicted"},
        },
        {"kind": "vague", "text": "I do not know.", "score": 0.0, "points": {"rows": "missing", "groups": "missing"}},
    ],
}


def _graded(question: str, answer: str, score: float, **more: Any) -> dict[str, Any]:
    reference = "A stack gives back first what was put in last. A queue gives back first what was put in first."
    return {"question_id": question, "question": "", "reference": reference, "answer": answer, "score": score, **more}


GRADED = [
    _graded("q1", "A stack gives back first what was put in last.", 0.5, source="one", label="partial"),
    _graded("q1", "A stack is last in, first out; a queue first in, first out.", 1.0, source="one", label="correct"),
    _graded("q2", "It is a kind of fruit.", 0.0, source="one", label="irrelevant"),
    _graded("q1", "The stack gives back what was put in last and the queue what was put in first.", 1.0, source="two"),
    _graded("q2", "No idea.", 0.0, source="two"),
]


def _write(path: Path, *rows: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


class TestScores:
    def test_kappa_of_the_bands_by_hand(self) -> None:
        # observed disagreement 1/4 at full cost; by chance 1/2 · 3/4 + 1/2 · 1/4 = 1/2
        human, predicted = [0.9, 0.8, 0.0, 0.04], [1.0, 0.0, 0.0, 0.0]
        assert metrics.quadratic_weighted_kappa(human, predicted) == pytest.approx(0.5)
        assert metrics.quadratic_weighted_kappa(human, human) == 1.0
        assert metrics.quadratic_weighted_kappa([0.9, 0.9], [0.9, 0.9]) == 0.0

    def test_a_neighbouring_band_costs_a_sixteenth_of_the_farthest(self) -> None:
        human, near, far = [1.0, 0.0], [0.7, 0.0], [0.0, 0.0]
        # near: observed 1/2 · 1/16; by chance (16·1/4 + 9·1/4 + 1·1/4) / 16 with rows (strong, none)
        assert metrics.quadratic_weighted_kappa(human, near) == pytest.approx(1 - (1 / 32) / (26 / 64))
        assert metrics.quadratic_weighted_kappa(human, far) == pytest.approx(0.0)

    def test_bands_are_those_of_the_domain(self) -> None:
        scores = [0.0, 0.04, 0.05, 0.349, 0.35, 0.5, 0.599, 0.6, 0.799, 0.8, 1.0]
        order = list(reversed(BAND_FLOORS))
        assert [order[place] for place in metrics.bands(scores)] == [Band.of(score) for score in scores]

    def test_auc_by_hand(self) -> None:
        # of four pairs three are in order and one ties
        assert metrics.area_under_curve([1.0, 0.5, 0.4, 0.0], [0.9, 0.4, 0.4, 0.1]) == 3.5 / 4
        assert math.isnan(metrics.area_under_curve([1.0, 0.5], [0.9, 0.4]))

    def test_block_weighted_rmse_gives_each_tenth_the_same_weight(self) -> None:
        assert metrics.block_weighted_rmse([0.05, 0.05, 0.95], [0.05, 0.05, 0.45]) == pytest.approx(math.sqrt(0.25 / 2))
        assert metrics.rmse([0.05, 0.05, 0.95], [0.05, 0.05, 0.45]) == pytest.approx(math.sqrt(0.25 / 3))

    def test_spearman_is_the_mean_over_questions_whose_scores_differ(self) -> None:
        human, predicted = [0.0, 0.5, 1.0, 0.0, 1.0, 1.0, 1.0], [0.1, 0.2, 0.9, 0.7, 0.3, 0.2, 0.4]
        questions = ["a", "a", "a", "b", "b", "c", "c"]
        assert metrics.within_question_spearman(human, predicted, questions) == pytest.approx((1 - 1) / 2)
        assert metrics.question_spearmans(human, predicted, questions).tolist() == pytest.approx([1.0, -1.0])

    def test_order_of_pairs_counts_ties_half_and_leaves_out_close_ones(self) -> None:
        # a: 0.0 < 0.3 right, 0.0 < 0.5 tie, 0.3 and 0.5 are too close
        order = metrics.pairwise_order([0.0, 0.3, 0.5], [0.2, 0.4, 0.2], ["a", "a", "a"])
        assert order == pytest.approx((1 + 0.5) / 2)

    def test_pearson_by_hand(self) -> None:
        assert metrics.pearson([0, 1, 2], [1, 3, 2]) == pytest.approx(0.5)
        assert metrics.pearson([0, 1, 2], [1, 1, 1]) == 0.0


class TestVerdicts:
    def test_macro_f1_and_confusion_by_hand(self) -> None:
        human = ["covered", "covered", "missing", "contradicted"]
        called = ["covered", "missing", "missing", "covered"]
        table = metrics.confusion(human, called)
        assert table.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]
        assert metrics.macro_f1(human, called) == pytest.approx((1 / 2 + 2 / 3 + 0) / 3)
        assert metrics.precision_recall_of(table, COVERED) == (0.5, 0.5)
        assert metrics.precision_recall_of(table, CONTRADICTED) == (0.0, 0.0)

    def test_an_unknown_verdict_is_refused(self) -> None:
        with pytest.raises(ValueError, match="maybe"):
            metrics.confusion(["covered"], ["maybe"])

    @pytest.mark.parametrize(
        ("present", "stated", "recall"),
        [
            ([1, 1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.0], 2 / 3),  # precision 1, 1, 2/3, 3/4
            ([1, 1, 1, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.6], 1.0),  # 4 of 5 is just enough
            ([1, 0], [0.5, 0.5], 0.0),  # a threshold cannot cut a tie
            ([1, 1], [0.0, 0.0], 0.0),  # never called
            ([0, 0], [0.9, 0.1], 0.0),
        ],
    )
    def test_recall_at_precision(self, present: list[int], stated: list[float], recall: float) -> None:
        assert metrics.recall_at_precision(present, stated, 0.8) == pytest.approx(recall)

    def test_the_best_threshold_is_the_best_of_all(self) -> None:
        chance = np.random.default_rng(7)
        for _ in range(20):
            human = chance.integers(3, size=30)
            nearest = np.round(chance.random(30), 1)

            def f1(floor: float, human: Any = human, nearest: Any = nearest) -> float:
                return metrics.macro_f1_of(metrics.counted(human, baselines.thresholded(nearest, floor), 3))

            best = max(f1(floor) for floor in nearest.tolist())
            assert f1(baselines.best_threshold(human, nearest)) == pytest.approx(best)

    def test_majority(self) -> None:
        assert baselines.majority(np.array([MISSING, COVERED, MISSING])).tolist() == [MISSING] * 3


class TestConfidence:
    def test_calibration_error_and_bins_by_hand(self) -> None:
        stated, right = [0.9, 0.9, 0.6], [1, 0, 1]
        assert confidence.expected_calibration_error(stated, right) == pytest.approx((0.8 + 0.4) / 3)
        low, high = confidence.reliability(stated, right)
        assert (low.floor, low.rows, low.right) == (0.6, 1, 1.0)
        assert (high.floor, high.rows, high.right) == (0.9, 2, 0.5)

    def test_risk_and_coverage_by_hand(self) -> None:
        sureness, error = [0.5, 0.9, 0.5, 0.1], [0.2, 0.0, 0.4, 1.0]
        assert confidence.risk_coverage(sureness, error).tolist() == pytest.approx([0.0, 0.15, 0.2, 0.4])
        assert confidence.area_under_risk_coverage(sureness, error) == pytest.approx(0.75 / 4)
        assert confidence.selective_risk(sureness, error, 0.75) == pytest.approx(0.2)
        assert confidence.selective_risk(sureness, error, 0.8) == pytest.approx(0.4)

    def test_a_confidence_that_says_nothing_has_the_mean_error_throughout(self) -> None:
        assert confidence.risk_coverage([0.5] * 3, [0.0, 0.3, 0.9]).tolist() == pytest.approx([0.4] * 3)


class TestBootstrap:
    def test_whole_questions_are_drawn(self) -> None:
        values = np.array([0.0, 0.0, 0.0, 1.0])
        drawn = metrics.resampled(lambda rows: float(values[rows].sum()), ["a", "a", "a", "b"], 200)
        assert set(drawn.tolist()) == {0.0, 1.0, 2.0}

    def test_the_quick_way_for_means_agrees(self) -> None:
        values, questions = np.random.default_rng(3).random(40), [str(number % 7) for number in range(40)]
        slow = metrics.resampled(lambda rows: float(values[rows].mean()), questions, 50, seed=5)
        assert metrics.resampled_means(values, questions, 50, seed=5) == pytest.approx(slow)

    def test_rounds_without_a_value_are_left_out(self) -> None:
        assert metrics.interval(np.array([np.nan, 0.2, 0.2])) == (0.2, 0.2)
        with pytest.raises(ValueError, match="no round"):
            metrics.interval(np.array([np.nan]))

    def test_the_mean_over_sets_weighs_sets_and_not_answers(self) -> None:
        sets = [(lambda _: 0.2, ["a", "b"]), (lambda _: 0.6, ["a"] * 9)]
        figure = Bootstrap(20).mean_over(sets)  # type: ignore[arg-type]
        assert figure.value == pytest.approx(0.4)
        assert figure.interval == pytest.approx((0.4, 0.4))

    def test_no_row_and_no_value_are_undefined(self) -> None:
        assert str(Bootstrap(5).mean(np.array([]), [])) == "–"
        assert Bootstrap(5).figure(lambda _: math.nan, ["a"]) == Figure(None)


def test_a_cell_cannot_break_out_of_its_table() -> None:
    table = Table("t", "T", "", {"a": "a", "b": "b"}, [("x|y\nz", Figure(0.5, (0.25, 1.0)))])
    assert table.markdown().split("\n")[-2] == "| x\\|y z | 0.50 [0.25, 1.00] |"
    assert table.json() == [{"a": "x|y\nz", "b": {"value": 0.5, "interval": [0.25, 1.0]}}]


class TestBaselines:
    def test_token_recall_and_length(self) -> None:
        assert baselines.token_recall("The cats sat.", "A cat and a dog") == 0.5
        assert baselines.length(["", "one two", "one two three four"]).tolist() == pytest.approx([0, 0.5, 4 / 6])

    def test_cosines(self, embedder: OnnxEmbedder) -> None:
        assert baselines.cosine(embedder, "", "A stack.") == 0.0
        assert baselines.cosine(embedder, "A stack.", "A stack.") == pytest.approx(1.0, abs=1e-4)
        near, far = baselines.nearest_sentences(
            embedder, "It rains. A stack is full.", ["A stack is full", "Cats sleep"]
        )
        assert near > 0.95 > far
        assert baselines.nearest_sentences(embedder, "…", ["A stack"]) == [0.0]


class TestReaders:
    def test_sources_are_sets_of_their_own(self, tmp_path: Path) -> None:
        sets = Reader(Bank([])).file(_write(tmp_path / "exam.jsonl", *GRADED))
        assert [(each.name, len(each.answers)) for each in sets] == [("exam: one", 3), ("exam: two", 2)]
        first = sets[0].answers[0]
        assert (first.question_id, first.score, first.label) == ("q1", 0.5, "partial")
        assert first.place == f"{tmp_path / 'exam.jsonl'}:1"
        assert len(first.item.anchors) == 2

    def test_interview_cards(self, tmp_path: Path) -> None:
        [cards] = Reader(Bank([])).file(_write(tmp_path / "cards.jsonl", WHERE))
        assert [row.label for row in cards.answers] == ["complete", "partial", "contradiction", "vague"]
        assert cards.answers[1].points == {"rows": "covered", "groups": "missing"}

    def test_lines_that_can_not_be_used_are_named_and_left_out(self, tmp_path: Path) -> None:
        without = {key: value for key, value in GRADED[0].items() if key != "reference"}
        path = _write(tmp_path / "exam.jsonl", GRADED[0], without, {**GRADED[0], "score": 7}, "{", "", "[1]", GRADED[3])
        reader = Reader(Bank([]))
        assert sum(len(each.answers) for each in reader.file(path)) == 2
        assert [(problem.line, problem.field) for problem in reader.problems] == [
            (2, "reference"), (3, "score"), (4, ""), (6, ""),
        ]  # fmt: skip
        assert str(reader.problems[0]) == f"{path}:2: reference: missing; add it"

    def test_points_must_be_those_of_the_card(self, tmp_path: Path) -> None:
        strange = {**WHERE["answers"][0], "points": {"columns": "covered"}}  # type: ignore[index,dict-item]
        path = _write(tmp_path / "cards.jsonl", {**WHERE, "answers": [strange]})
        reader = Reader(Bank([]))
        assert reader.file(path) == []
        assert [problem.field for problem in reader.problems] == ["answers[0].points"]
        assert "'columns'" in reader.problems[0].message

    @pytest.mark.parametrize(
        ("first", "said"),
        [("{", "not JSON"), ('{"a": 1}', "neither graded answers"), ('{"card_id": "a"}', "Name the folder")],
    )
    def test_a_file_of_no_known_form(self, tmp_path: Path, first: str, said: str) -> None:
        with pytest.raises(UnusableData, match=rf"data\.jsonl:1: .*{said}"):
            Reader(Bank([])).file(_write(tmp_path / "data.jsonl", first))

    def test_a_folder_and_its_split(self, tmp_path: Path, bank: Bank) -> None:
        card = bank.cards[0]
        covered = {anchor.name: "covered" for anchor in card.anchors}
        mixed = {"rows": "covered", "groups": "contradicted"}
        _write(tmp_path / "cards" / "sql.jsonl", {**WHERE, "topic": "sql"})
        _write(
            tmp_path / "answers" / "all.jsonl",
            {"card_id": "where", "kind": "mixed", "answer": "…", "points": mixed},
            {"card_id": card.id, "kind": "complete", "answer": "…", "points": covered},
            {"card_id": "where", "kind": "mixed", "answer": "…", "points": {"rows": "covered"}},
            {"card_id": "nowhere", "kind": "mixed", "answer": "…", "points": mixed},
        )
        reader = Reader(bank)
        with pytest.raises(UnusableData, match="test_split"):
            reader.folder(tmp_path, "test")
        (tmp_path / "test_split.json").write_text('{"topics": ["sql"], "cards": []}', encoding="utf-8")
        [test], [train], [everything] = (reader.folder(tmp_path, split) for split in ("test", "train", "all"))
        assert [row.question_id for row in test.answers] == ["where"]
        assert test.answers[0].score == pytest.approx(0.5 - 0.4 * 0.5)
        assert [row.question_id for row in train.answers] == [card.id]
        assert train.answers[0].item is card
        assert len(everything.answers) == 2
        assert {(problem.line, problem.field) for problem in reader.problems} == {(3, "points"), (4, "card_id")}

    def test_a_sample_keeps_the_order_and_follows_the_seed(self, bank: Bank) -> None:
        rows = [GradedAnswer(str(number), bank.cards[0], "", 0.0) for number in range(20)]
        drawn = [AnswerSet("s", rows).sampled(2, 5, seed).answers for seed in (1, 1, 2)]
        numbers = [[int(row.question_id) for row in each] for each in drawn]
        assert numbers[0] == numbers[1] == sorted(numbers[0]) != numbers[2]
        assert len(set(numbers[0])) == 5
        assert len(AnswerSet("s", rows).sampled(3).answers) == 7
        assert AnswerSet("s", rows).sampled().answers == rows


class TestNegation:
    @pytest.mark.parametrize(
        ("sentence", "turned"),
        [
            ("The output is deterministic.", "The output is not deterministic."),
            ("It does not use the batch.", "It does use the batch."),
            ("It can't learn.", "It can learn."),
            ("A model cannot see it.", "A model can see it."),
            ("It isn't needed.", "It is needed."),
            ("Each has its price.", "Each does not have its price."),
            ("The mean has moved.", "The mean has not moved."),
            ("Larger batches give better estimates.", "Smaller batches give better estimates."),
            ("If the rate is low, training is slow.", "If the rate is low, training is not slow."),
            ("Use early stopping.", "Do not use early stopping."),
            ("Freezing fixes the statistics.", "It is not true that freezing fixes the statistics."),
            ("ReLU zeroes half of them.", "It is not true that ReLU zeroes half of them."),
        ],
    )
    def test_rules(self, sentence: str, turned: str) -> None:
        assert negated(sentence) == turned

    def test_no_sentence_of_the_bank_stays_as_it_was(self, bank: Bank, embedder: OnnxEmbedder) -> None:
        for card in bank.cards[::15]:
            *single, everything = turned_references(card, embedder)
            assert len(single) == len(card.anchors)
            assert card.reference not in (*single, everything)


class TestStagedAnswers:
    def test_typing_errors_follow_the_seed_and_spare_most_letters(self) -> None:
        text = "the quick brown fox jumps over the lazy dog and runs away " * 20
        wrong = mistyped(text, "1")
        assert wrong == mistyped(text, "1") != mistyped(text, "2")
        same = sum(one == other for one, other in zip(text.split(), wrong.split(), strict=False)) / len(text.split())
        assert 0.5 < same < 0.85  # words of 3.75 letters: (11/12)^3.75 is 0.72

    def test_a_buried_reference_is_whole(self, bank: Bank) -> None:
        text = buried(bank, bank.cards[3])
        assert LONG <= len(text.split()) < LONG + 300
        assert text.count(bank.cards[3].reference) == 1
        assert not text.startswith(bank.cards[3].reference)

    def test_every_variant_is_made(self, bank: Bank, embedder: OnnxEmbedder) -> None:
        card = bank.cards[0]
        staged = list(staged_answers(bank, card, embedder))
        counts = {variant: [each.variant for each in staged].count(variant) for variant in {e.variant for e in staged}}
        assert staged[0].variant == PLAIN
        assert counts["one point negated"] == len(card.anchors)
        assert counts["an instruction to the grader"] == len(INSTRUCTIONS) >= 8
        other = next(each.answer for each in staged if each.variant == OTHER_TOPIC)
        [owner] = [each for each in bank.cards if each.reference == other]
        assert bank.topic_of(owner.id) != bank.topic_of(card.id)
        assert "," in keywords(card)


class TestMeasured:
    def test_what_could_not_be_graded_is_counted_and_not_scored(
        self, tmp_path: Path, grader: Grader, embedder: OnnxEmbedder
    ) -> None:
        [one, _] = Reader(Bank([])).file(_write(tmp_path / "exam.jsonl", *GRADED))
        one.answers.append(GradedAnswer("q3", one.answers[0].item, "a" * (MAX_ANSWER_CHARACTERS + 1), 1.0))
        outcomes = [assess(grader, embedder, row.item, row.answer) for row in one.answers]
        assert isinstance(outcomes[-1], Failed)
        part = Measured.of(one.name, one.answers, outcomes)
        assert part is not None
        assert (len(part.answers), len(part.failed)) == (3, 1)
        assert part.human.tolist() == [0.5, 1.0, 0.0]
        assert part.scores[baselines.MEAN].tolist() == [0.5] * 3
        assert Measured.of(one.name, one.answers[-1:], outcomes[-1:]) is None
        tables = {table.key: table for table in tables_of(part, Bootstrap(0))}
        assert "verdicts" not in tables
        assert tables["scores"].rows[0][0] == part.grader
        assert "two_way_f1" in tables["scores"].columns
        assert [row[:2] for row in tables["kinds"].rows] == [("partial", 1), ("correct", 1), ("irrelevant", 1)]

    def test_points_and_their_baselines(self, tmp_path: Path, grader: Grader, embedder: OnnxEmbedder) -> None:
        [cards] = Reader(Bank([])).file(_write(tmp_path / "cards.jsonl", WHERE))
        outcomes = [assess(grader, embedder, row.item, row.answer, tuple(row.points)) for row in cards.answers]
        part = Measured.of("cards", cards.answers, outcomes)
        assert part is not None
        points = part.points()
        assert points is not None
        human = [COVERED, COVERED, COVERED, MISSING, CONTRADICTED, CONTRADICTED, MISSING, MISSING]
        assert points.human.tolist() == human
        first = outcomes[0]
        assert isinstance(first, Assessed)
        assert [VERDICTS[place] for place in points.called[:2]] == [point.verdict for point in first.grade.points]
        assert points.contradiction[:2].tolist() == [point.contradicted for point in first.grade.points]
        tables = {table.key: table for table in tables_of(part, Bootstrap(20))}
        assert list(tables) == [
            "scores", "kinds", "verdicts", "confusion", "calibration", "reliability", "risk_coverage",
        ]  # fmt: skip
        assert [row[0] for row in tables["verdicts"].rows] == [part.grader, baselines.NEAREST, baselines.MAJORITY]
        assert sum(cell for row in tables["confusion"].rows for cell in row[1:] if isinstance(cell, int)) == len(human)

    def test_plots(self, tmp_path: Path, grader: Grader, embedder: OnnxEmbedder) -> None:
        pytest.importorskip("matplotlib")
        sets = Reader(Bank([])).file(_write(tmp_path / "cards.jsonl", WHERE))
        sets += Reader(Bank([])).file(_write(tmp_path / "exam.jsonl", *GRADED[3:]))
        names = []
        for each in sets:
            outcomes = [assess(grader, embedder, row.item, row.answer, tuple(row.points)) for row in each.answers]
            part = Measured.of(each.name, each.answers, outcomes)
            assert part is not None
            names.append({path.name for path in save_plots(part, tmp_path, "p")})
            assert all((tmp_path / name).read_bytes().startswith(b"\x89PNG") for name in names[-1])
        assert names == [
            {"p-scores.png", "p-risk-coverage.png", "p-reliability.png", "p-kinds.png"},
            {"p-scores.png", "p-risk-coverage.png"},
        ]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return _write(tmp_path / "exam.jsonl", *GRADED), _write(tmp_path / "cards.jsonl", WHERE)


class TestCommand:
    def test_report_and_files(self, cli: CommandLine, files: tuple[Path, Path], tmp_path: Path) -> None:
        folder = tmp_path / "new" / "results"
        done = cli("eval", *files, "--bootstrap", "20", "--output", folder, "--json")
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        assert json.loads((folder / "report.json").read_text(encoding="utf-8")) == report
        assert [(part["name"], part["answers"]) for part in report["sets"]] == [
            ("exam: one", 3), ("exam: two", 2), ("cards", 4),
        ]  # fmt: skip
        for part in report["sets"]:
            systems = [row["system"] for row in part["scores"]]
            assert systems == [report["provenance"]["grader"], "MiniLM cosine", "token recall", "length", "mean"]
        weighted = [part["scores"][0]["block_weighted_rmse"]["value"] for part in report["sets"]]
        closing = report["mean_block_weighted_rmse"][0]["block_weighted_rmse"]
        assert closing["value"] == pytest.approx(sum(weighted) / 3)
        low, high = closing["interval"]
        assert 0 < low < high < 1
        rows = [json.loads(line) for line in (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
        assert len(rows) == 9
        assert rows[0]["human"] == 0.5
        assert GRADED[0]["answer"] not in (folder / "answers.jsonl").read_text(encoding="utf-8")
        assert "exam: two: 2 of 2 answers" in done.stderr
        text = (folder / "report.md").read_text(encoding="utf-8")
        for picture in (folder / "plots").glob("*.png"):
            assert picture.read_bytes().startswith(b"\x89PNG")
            assert f"(plots/{picture.name})" in text

    def test_workers_and_sources(self, cli: CommandLine, files: tuple[Path, Path]) -> None:
        runs = [
            cli("eval", files[0], "--source", "two", "--bootstrap", "0", "--workers", workers) for workers in ("1", "2")
        ]
        assert [run.returncode for run in runs] == [0, 0], runs[1].stderr
        assert runs[0].stdout == runs[1].stdout
        assert "exam: two" in runs[0].stdout
        assert "exam: one" not in runs[0].stdout

    def test_faulty_lines_are_listed_and_without_matplotlib_there_are_no_plots(
        self, cli: CommandLine, tmp_path: Path
    ) -> None:
        path = _write(tmp_path / "exam.jsonl", GRADED[0], *["{"] * (LISTED + 2))
        _write(tmp_path / "hidden" / "matplotlib" / "__init__.py", "raise ImportError")
        modules = os.pathsep.join([str(tmp_path / "hidden"), *filter(None, [os.environ.get("PYTHONPATH")])])
        done = cli("eval", path, "--bootstrap", "0", "-o", tmp_path / "results", env={"PYTHONPATH": modules})
        assert done.returncode == 1
        assert f"{path}:2: not JSON" in done.stdout
        assert "and 2 more" in done.stdout
        assert "1 answers to 1 questions" in done.stdout
        assert "matplotlib is not installed" in done.stdout
        assert sorted(each.name for each in (tmp_path / "results").iterdir()) == [
            "answers.jsonl", "report.json", "report.md",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ((), "--robustness"),
            (("missing.jsonl",), "can not be read"),
            (("exam.jsonl", "--source", "three"), "one, two"),
            (("exam.jsonl", "--output", "exam.jsonl"), "can not be made"),
            (("empty.jsonl", "--format", "graded"), "There is no answer"),
        ],
    )
    def test_unusable_arguments(
        self, cli: CommandLine, files: tuple[Path, Path], tmp_path: Path, arguments: tuple[str, ...], said: str
    ) -> None:
        _write(tmp_path / "empty.jsonl", "")
        named = [str(tmp_path / word) if word.endswith(".jsonl") else word for word in arguments]
        done = cli("eval", *named, env={"COLUMNS": "400"})
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert files[0].read_text(encoding="utf-8").count("\n") == len(GRADED)

    def test_robustness_on_a_bank_of_ones_own(self, cli: CommandLine, databases: Path) -> None:
        done = cli(
            "eval", "--robustness", "--bank", databases, "--bootstrap", "10", "--json",
            env={"INTERVIEWER_SHIPPED_BANK": "false"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        rows = {row["variant"]: row for row in report["robustness"]}
        plain = rows[PLAIN]
        assert (plain["answers"], plain["grader_shift"]["value"]) == (2, 0)
        assert plain["cosine_mean"]["value"] == pytest.approx(1.0, abs=1e-4)
        assert rows["nothing"]["grader_passed"] == "0 of 2"
        assert rows["an instruction to the grader"]["answers"] == 2 * len(INSTRUCTIONS)
        total = list(rows.values())[-1]
        assert total["answers"] == 2 * len(INSTRUCTIONS) + 3 * 2  # echo, keywords, the topic's other card
        assert OTHER_TOPIC not in rows

    def test_help_loads_no_model(self) -> None:
        script = (
            "import sys; sys.argv = ['interviewer', 'eval', '--help']\n"
            "from interviewer.cli import main\n"
            "try:\n    main()\n"
            "except SystemExit:\n"
            "    print(sorted({'numpy', 'onnxruntime', 'matplotlib', 'textual'} & sys.modules.keys()))"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
        assert done.stdout.strip().endswith("[]")
        assert "--robustness" in done.stdout


def test_a_card_whose_reference_could_not_be_graded_is_left_out(bank: Bank, embedder: OnnxEmbedder) -> None:
    staged = list(staged_answers(bank, bank.cards[0], embedder))
    assert robustness_report(staged, [Failed("no")] * len(staged), Bootstrap(0)) is None

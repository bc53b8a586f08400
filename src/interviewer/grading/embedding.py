"""Sentence embeddings: the shipped ONNX model, or any sentence-transformers model in its place."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from interviewer.errors import ModelError
from interviewer.grading.runtime import checked_manifest, load_session, load_tokenizer
from interviewer.grading.windows import windows

Vectors = NDArray[np.float32]

SHIPPED_EMBEDDER = Path(__file__).parents[1] / "models" / "minilm-l6-int8"
CACHED_TEXTS = 8_192


class Embedder(Protocol):
    """Turns texts into vectors."""

    name: str

    def embed(self, texts: list[str]) -> Vectors:
        """One unit-length row a text: shape (len(texts), dimension). A row depends on its own text alone."""
        ...

    def embed_spans(self, text: str, spans: Sequence[tuple[int, int]]) -> Vectors:
        """One unit-length row a span `text[start:end]`, as it stands in its text: shape (len(spans), dimension)."""
        ...


class OnnxEmbedder:
    """A folder with `model.onnx`, `tokenizer.json` and `manifest.json`, as `training/export_embedder.py` writes it.

    Texts run one at a time: int8 activations are scaled by what is in the batch, so a text that shared one would get
    a slightly different vector each time. Vectors of recent texts are kept.
    """

    def __init__(self, folder: Path = SHIPPED_EMBEDDER, threads: int = 0) -> None:
        """Load and check the files against the manifest's SHA-256. `threads` 0 lets the runtime choose.

        Raises ModelError.
        """
        manifest = checked_manifest(folder)
        self.name = f"{manifest['name']} {manifest['format']}"
        self._session = load_session(folder / "model.onnx", threads)
        self._tokenizer = load_tokenizer(folder / "tokenizer.json")
        self._window = int(manifest["max_tokens"])
        self._tokenizer.enable_truncation(self._window)
        self._whole = load_tokenizer(folder / "tokenizer.json")
        self._cache: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def embed(self, texts: list[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts])

    def embed_spans(self, text: str, spans: Sequence[tuple[int, int]]) -> Vectors:
        """The text is encoded once, and a span's vector is the mean of those of its tokens; a text beyond the window is
        encoded by windows, and a span that none of them holds is encoded by itself."""
        pieces = self._whole.encode(text, add_special_tokens=False).offsets
        rows: dict[tuple[int, int], Vectors] = {}
        for start, end in windows(text, pieces, self._window - 2):
            inside = [span for span in spans if span not in rows and start <= span[0] and span[1] <= end]
            if inside:
                encoded = self._tokenizer.encode(text[start:end])
                _, tokens = self._run(text[start:end], encoded.ids)
                offsets = np.array(encoded.offsets, dtype=np.int64) + start
                for span in inside:
                    held = (offsets[:, 0] >= span[0]) & (offsets[:, 1] <= span[1]) & (offsets[:, 1] > offsets[:, 0])
                    if held.any():
                        rows[span] = _unit(tokens[held].mean(axis=0))
        return np.stack([rows[span] if span in rows else self._vector(text[slice(*span)]) for span in spans])

    def _vector(self, text: str) -> Vectors:
        with self._lock:
            if text in self._cache:
                self._cache.move_to_end(text)
                return self._cache[text]
        return self._run(text, self._tokenizer.encode(text).ids)[0]

    def _run(self, text: str, ids: list[int]) -> tuple[Vectors, Vectors]:
        """The vector of the whole text, which is kept, and those of its tokens: (dimension,), (tokens, dimension)."""
        row = np.array([ids], dtype=np.int64)
        sentence, tokens = self._session.run(None, {"input_ids": row, "attention_mask": np.ones_like(row)})
        with self._lock:
            self._cache[text] = sentence[0]
            if len(self._cache) > CACHED_TEXTS:
                self._cache.popitem(last=False)
        return sentence[0], tokens[0]


class SentenceTransformerEmbedder:
    """Any model of the sentence-transformers ecosystem, by name or folder. Needs the extra `sbert`."""

    def __init__(self, model: str) -> None:
        """Raises ModelError when the extra is not installed or the model can not be loaded."""
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ModelError(
                f"The embedder '{model}' needs sentence-transformers: pip install 'interviewer[sbert]', "
                "or set grading.embedder to 'shipped'."
            ) from error
        try:
            self._model = SentenceTransformer(model, device="cpu")
        except Exception as error:  # the library raises whatever its hub, file and tokenizer layers raise
            raise ModelError(f"The sentence-transformers model '{model}' can not be loaded: {error}") from error
        self.name = model

    def embed(self, texts: list[str]) -> Vectors:
        vectors = [self._model.encode(text, normalize_embeddings=True, show_progress_bar=False) for text in texts]
        return np.asarray(vectors, dtype=np.float32)

    def embed_spans(self, text: str, spans: Sequence[tuple[int, int]]) -> Vectors:
        """Each span by itself: how a model makes the vector of a text of those of its tokens is its own affair."""
        return self.embed([text[start:end] for start, end in spans])


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

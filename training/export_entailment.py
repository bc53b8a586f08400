"""Export a trained cross-encoder to the int8 ONNX folder that the package ships, and say how closely int8 agrees.

    python training/export_entailment.py build/mpnet-l8/interviews/final --base mpnet-l8

Writes `model.onnx`, `tokenizer.json` and `manifest.json` (with the SHA-256 of each file).
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
from base_models import BASES, sha256
from examples import card_examples, labelled_cards, split_cards
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModelForSequenceClassification

from interviewer.grading.entailment import MAX_TOKENS, SHIPPED_ENTAILMENT, VERDICTS, softmax
from interviewer.grading.runtime import load_tokenizer

AGREEMENT_SAMPLE = 400


class Classifier(torch.nn.Module):  # type: ignore[misc]  # torch is not a dependency of the type check
    """The transformer with its head: (batch, 3) logits."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        names = ("input_ids", "attention_mask", "token_type_ids")
        return self.model(**dict(zip(names, inputs, strict=False))).logits


def export(source: Path, base_name: str, destination: Path) -> None:
    base = BASES[base_name]
    model = AutoModelForSequenceClassification.from_pretrained(source, attn_implementation="eager").eval()
    destination.mkdir(parents=True, exist_ok=True)
    ids = torch.randint(1000, 20000, (2, 16))
    names = ["input_ids", "attention_mask"] + (["token_type_ids"] if model.config.model_type == "bert" else [])
    inputs = (ids, torch.ones_like(ids), torch.zeros_like(ids))[: len(names)]
    tokenizer = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["padding"] = tokenizer["truncation"] = None
    (destination / "tokenizer.json").write_text(
        json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    with tempfile.TemporaryDirectory() as scratch:
        float_file = Path(scratch) / "float32.onnx"
        torch.onnx.export(
            Classifier(model).eval(),
            inputs,
            str(float_file),
            input_names=names,
            output_names=["logits"],
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in names} | {"logits": {0: "batch"}},
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(
            float_file, destination / "model.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=False
        )
        onnx.checker.check_model(str(destination / "model.onnx"))
        manifest = {
            "name": f"answer cross-encoder {base_name}",
            "format": "onnx-int8",
            "version": hashlib.sha256((destination / "model.onnx").read_bytes()).hexdigest()[:12],
            "max_tokens": MAX_TOKENS,
            "labels": list(VERDICTS),
            "base": f"{base.name}, {base.layers} layers ({base.packages})",
            "base_sha256": base.sha256,
            "licence": base.licence,
            "files": {name: sha256(destination / name) for name in ("model.onnx", "tokenizer.json")},
        }
        (destination / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        report_agreement(float_file, destination)


def report_agreement(float_file: Path, destination: Path) -> None:
    """How closely int8 and float32 agree on the test split."""
    tokenizer = load_tokenizer(destination / "tokenizer.json")
    tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
    sessions = [onnxruntime.InferenceSession(str(file)) for file in (float_file, destination / "model.onnx")]
    wanted = {value.name for value in sessions[0].get_inputs()}
    examples = card_examples(split_cards(labelled_cards()).test)
    examples = examples[:: max(1, len(examples) // AGREEMENT_SAMPLE)]
    exact, quantised = [], []
    for example in examples:
        encoded = tokenizer.encode(example.statement, example.answer)
        feed = {"input_ids": encoded.ids, "attention_mask": encoded.attention_mask, "token_type_ids": encoded.type_ids}
        arrays = {name: np.array([feed[name]], dtype=np.int64) for name in wanted}
        one, other = (softmax(session.run(None, arrays)[0][0]) for session in sessions)
        exact.append(one)
        quantised.append(other)
    one, other = np.array(exact), np.array(quantised)
    print(f"{destination / 'model.onnx'}: {(destination / 'model.onnx').stat().st_size / 1e6:.1f} MB")
    print(
        f"int8 and float32 on {len(examples)} points of the test split: "
        f"same verdict {(one.argmax(1) == other.argmax(1)).mean():.1%}, "
        f"mean distance of the probabilities {np.abs(one - other).mean():.4f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="folder of the trained model")
    parser.add_argument("--base", choices=sorted(BASES), required=True)
    parser.add_argument("--destination", type=Path, default=SHIPPED_ENTAILMENT)
    options = parser.parse_args()
    export(options.source, options.base, options.destination)


if __name__ == "__main__":
    main()

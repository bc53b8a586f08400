"""Train the answer-grading cross-encoder: question and point against answer, to covered, missing or contradicted.

    pip install torch -e '.[train]'
    python training/train_entailment.py --data DATA --base mpnet-l8 --out build/mpnet-l8

Three stages, each resumed from its last checkpoint when run again: general entailment with graded answers of other
courses; labelled interview answers and minimal pairs; answers edited in one place, among a sample of the second stage.
The same code runs on a CPU (bfloat16) or a GPU.
"""

import argparse
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from base_models import BASES, Base, base_folder
from datasets import Dataset
from examples import (
    Example,
    card_examples,
    edited_answers,
    entailment_pairs,
    foreign_examples,
    graded_answers,
    labelled_cards,
    minimal_pairs,
    reference_examples,
    split_cards,
)
from sentence_transformers import CrossEncoder
from sentence_transformers.cross_encoder import CrossEncoderTrainer, CrossEncoderTrainingArguments
from sentence_transformers.cross_encoder.losses import CrossEntropyLoss
from sentence_transformers.sampler import DefaultBatchSampler
from transformers.trainer_utils import get_last_checkpoint

from interviewer.grading.entailment import MAX_TOKENS, VERDICTS

BATCH = 32
POOL = 50 * BATCH  # texts among which those of like length are put together
SEED = 7
WARMUP = 0.06  # share of the steps
STAGES = ("general", "interviews", "edits")
REPLAY = 2_000  # general pairs that the second stage sees again, so that it does not forget them
BESIDE_EDITS = 2  # examples of the second stage that the third sees again, for each of its own


class ByLength(DefaultBatchSampler):  # type: ignore[misc]  # the library is not a dependency of the type check
    """Batches of texts of like length, in random order: little padding."""

    def __init__(self, dataset: Dataset, batch_size: int, drop_last: bool = False, **others: object) -> None:
        super().__init__(dataset, batch_size=batch_size, drop_last=drop_last, **others)
        self.lengths = [len(a) + len(b) for a, b in zip(dataset["statement"], dataset["answer"], strict=True)]

    def __iter__(self) -> Iterator[list[int]]:
        random_ = random.Random(f"{self.seed} {self.epoch}")
        order = list(range(len(self.lengths)))
        random_.shuffle(order)
        batches = []
        for start in range(0, len(order), POOL):
            near = sorted(order[start : start + POOL], key=self.lengths.__getitem__)
            batches += [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
        random_.shuffle(batches)
        yield from batches

    def __len__(self) -> int:
        return sum(-(-min(POOL, len(self.lengths) - start) // BATCH) for start in range(0, len(self.lengths), POOL))


def start(base: Base, scratch: Path) -> CrossEncoder:
    """The base with its layers cut and a fresh head of three outputs."""
    torch.manual_seed(SEED)
    model = CrossEncoder(
        str(base_folder(base, scratch)),
        num_labels=len(VERDICTS),
        max_length=MAX_TOKENS,
        config_kwargs={"num_hidden_layers": base.layers},
    )
    model.config.id2label = dict(enumerate(VERDICTS))
    model.config.label2id = {verdict: number for number, verdict in enumerate(VERDICTS)}
    return model


def fit(model: CrossEncoder, examples: list[Example], out: Path, *, epochs: float, rate: float) -> None:
    """Train on `examples`, with a progress bar, and save to `out`, going on from a checkpoint that is there."""
    bf16 = torch.cuda.is_available() or torch.backends.mkldnn.is_available()
    arguments = CrossEncoderTrainingArguments(
        output_dir=str(out),
        num_train_epochs=epochs,
        per_device_train_batch_size=BATCH,
        learning_rate=rate,
        warmup_steps=WARMUP,
        weight_decay=0.01,
        lr_scheduler_type="linear",
        bf16=bf16,
        use_cpu=not torch.cuda.is_available(),
        batch_sampler=ByLength,
        save_steps=400,
        save_total_limit=1,
        logging_steps=50,
        seed=SEED,
        report_to="none",
    )
    trainer = CrossEncoderTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_list([example.row() for example in examples]),
        loss=CrossEntropyLoss(model),
    )
    trainer.train(resume_from_checkpoint=get_last_checkpoint(str(out)) if out.exists() else None)
    model.save_pretrained(str(out / "final"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the public data sets")
    parser.add_argument("--base", choices=sorted(BASES), default="minilm-l6")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stage", choices=STAGES, action="append", help="default: all")
    parser.add_argument("--epochs", type=float, default=2, help="of the second stage")
    options = parser.parse_args()
    base, chosen = BASES[options.base], options.stage or STAGES
    training = split_cards(labelled_cards()).training
    interviews = card_examples(training) + minimal_pairs()

    def stage(
        name: str, examples: list[Example], model: Callable[[], CrossEncoder], epochs: float, rate: float
    ) -> None:
        if name in chosen and not (options.out / name / "final").exists():
            print(f"stage {name}: {len(examples)} examples")
            fit(model(), examples, options.out / name, epochs=epochs, rate=rate)

    def after(name: str) -> Callable[[], CrossEncoder]:
        return lambda: CrossEncoder(str(options.out / name / "final"), max_length=MAX_TOKENS)

    pairs, graded = entailment_pairs(options.data, SEED), graded_answers(options.data)
    stage("general", pairs + graded, lambda: start(base, options.out.parent), 1, base.learning_rate)
    beside = foreign_examples(training, SEED) + reference_examples(training) + graded
    second = interviews + beside + random.Random(SEED).sample(pairs, REPLAY)
    stage("interviews", second, after("general"), options.epochs, base.learning_rate)
    edits = edited_answers(training, SEED)
    third = edits + random.Random(SEED).sample(second, BESIDE_EDITS * len(edits))
    stage("edits", third, after("interviews"), 1, base.learning_rate / 2)


if __name__ == "__main__":
    main()

"""Train the answer-grading cross-encoder: question and point against answer, to covered, missing or contradicted.

    pip install torch -e '.[train]'
    python training/train_entailment.py --data DATA --base mpnet-l8 --out build/mpnet-l8

Two stages, each resumed from its last checkpoint when run again: general entailment with graded answers of other
courses, then labelled interview answers and minimal pairs. The same code runs on a CPU (bfloat16) or a GPU.
"""

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

import torch
from base_models import BASES, Base, base_folder
from datasets import Dataset
from examples import (
    Example,
    card_examples,
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
SEED = 7
REPLAY = 4_000  # general pairs that the second stage sees again, so that it does not forget them


class ByLength(DefaultBatchSampler):
    """Batches of texts of like length, in random order: little padding."""

    def __init__(self, dataset: Dataset, batch_size: int, drop_last: bool = False, **others: object) -> None:
        super().__init__(dataset, batch_size=batch_size, drop_last=drop_last, **others)
        self.lengths = [len(a) + len(b) for a, b in zip(dataset["statement"], dataset["answer"], strict=True)]

    def __iter__(self) -> Iterator[list[int]]:
        random_ = random.Random(f"{self.seed} {self.epoch}")
        order = list(range(len(self.lengths)))
        random_.shuffle(order)
        pool = BATCH * 50
        batches = []
        for start in range(0, len(order), pool):
            near = sorted(order[start : start + pool], key=self.lengths.__getitem__)
            batches += [near[at : at + self.batch_size] for at in range(0, len(near), self.batch_size)]
        random_.shuffle(batches)
        yield from batches

    def __len__(self) -> int:
        pool, whole = BATCH * 50, len(self.lengths)
        rest = whole % pool
        return whole // pool * -(-pool // self.batch_size) + -(-rest // self.batch_size)


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


def fit(model: CrossEncoder, examples: list[Example], out: Path, *, epochs: float, rate: float, warmup: float) -> None:
    """Train on `examples`, with a progress bar, and save to `out`. Goes on from a checkpoint in `out` if there is one."""
    bf16 = torch.cuda.is_available() or torch.backends.mkldnn.is_available()
    arguments = CrossEncoderTrainingArguments(
        output_dir=str(out),
        num_train_epochs=epochs,
        per_device_train_batch_size=BATCH,
        learning_rate=rate,
        warmup_steps=warmup,
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
    parser.add_argument("--data", type=Path, required=True, help="folder with entailment_pairs.jsonl, graded_answers_train.jsonl")
    parser.add_argument("--base", choices=sorted(BASES), default="mpnet-l8")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--stage", choices=("general", "interviews"), action="append", help="default: both")
    parser.add_argument("--epochs", type=float, default=3, help="of the second stage")
    options = parser.parse_args()
    base = BASES[options.base]
    general = entailment_pairs(options.data, SEED) + graded_answers(options.data)
    stages = options.stage or ["general", "interviews"]
    first, second = options.out / "general", options.out / "interviews"
    if "general" in stages and not (first / "final").exists():
        fit(start(base, options.out.parent), general, first, epochs=1, rate=base.learning_rate, warmup=0.06)
    if "interviews" in stages and not (second / "final").exists():
        training = split_cards(labelled_cards()).training
        replayed = random.Random(SEED).sample(entailment_pairs(options.data, SEED), REPLAY)
        examples = (
            card_examples(training)
            + foreign_examples(training, SEED)
            + reference_examples(training)
            + minimal_pairs()
            + graded_answers(options.data)
            + replayed
        )
        print(f"{len(training)} cards, {len(examples)} examples")
        model = CrossEncoder(str(first / "final"), max_length=MAX_TOKENS)
        fit(model, examples, second, epochs=options.epochs, rate=base.learning_rate, warmup=0.06)


if __name__ == "__main__":
    main()

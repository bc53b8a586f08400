"""Print how far two readers agree on the labels in `data/second_reader`: share of equal labels and Cohen's kappa.

python training/agreement.py
"""

from collections import Counter
from collections.abc import Iterable

from examples import DATA, read_lines

Label = tuple[str, str]
"""The first reader's and the second's."""


def kappa(labels: list[Label]) -> float:
    """Cohen's kappa (1960): agreement beyond what two readers with these habits would reach by chance."""
    first, second = (Counter(column) for column in zip(*labels, strict=True))
    chance = sum(first[name] * second[name] for name in first) / len(labels) ** 2
    return 1.0 if chance == 1 else (agreement(labels) - chance) / (1 - chance)


def agreement(labels: list[Label]) -> float:
    return sum(one == other for one, other in labels) / len(labels)


def line(name: str, labels: Iterable[Label]) -> str:
    labels = list(labels)
    return f"{name:<28}{len(labels):>7}{agreement(labels):>9.1%}{kappa(labels):>8.3f}"


def main() -> None:
    groups: dict[str, list[Label]] = {}
    print(f"{'file':<28}{'labels':>7}{'agree':>9}{'kappa':>8}")
    for file in sorted((DATA / "second_reader").glob("*.jsonl")):
        labels = []
        for row in read_lines(file):
            pairs = [(label, row["second"][name]) for name, label in row["first"].items()]
            labels += pairs
            groups.setdefault("answers" if "kind" in row else "pairs", []).extend(pairs)
            if "kind" in row:
                groups.setdefault(f"  {row['kind']}", []).extend(pairs)
        print(line(file.stem, labels))
    print()
    for name in sorted(groups):
        print(line(name, groups[name]))


if __name__ == "__main__":
    main()

"""What docs/accuracy.md reports: `interviewer eval` on the data sets at hand, and the robustness card.

    python benchmarks/accuracy.py [--data ../shared/data] [options of `interviewer eval`, such as --output or --workers]

Measured are the sets of the data folder that are for development and evaluation, the held-out part of the project's own
labelled answers, and the shipped bank. Some minutes on two cores; `--every 5` makes it quick.
"""

import argparse
import sys
from pathlib import Path

from interviewer.cli import main

SETS = ("interview_answers_dev.jsonl", "graded_answers_dev.jsonl", "asap_sas_evaluation_only.jsonl")
LABELLED = Path(__file__).parents[1] / "training" / "data"

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="the folder with the graded answers")
    chosen, options = parser.parse_known_args()
    files = [chosen.data / name for name in SETS] if chosen.data else []
    sys.argv = ["interviewer", "eval", *map(str, [*files, LABELLED]), "--split", "test", "--robustness", *options]
    main()

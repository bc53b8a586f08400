.PHONY: check format lint types imports test models

check: lint types imports test

format:
	ruff format .
	ruff check --fix .

lint:
	ruff format --check .
	ruff check .

types:
	mypy

imports:
	lint-imports

test:
	python -m pytest

# The shipped models, from base weights, DATA and training/data: see training/README.md.
DATA ?= ../shared/data
BASE ?= minilm-l6
BUILD ?= build
models:
	python training/export_embedder.py
	python training/train_entailment.py --data $(DATA) --base $(BASE) --out $(BUILD)/$(BASE)
	python training/export_entailment.py $(BUILD)/$(BASE)/edits/final --base $(BASE)
	python training/fit_calibration.py --data $(DATA)

# The two commands: `make build` and `make test`. Each sets up what it needs: a venv in .venv with pinned versions.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
SECONDS ?= 600
SIZES ?= 1000000 4000000 14000000
INSTALL := $(PIP) install --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help build test lint bench fuzz faults planted keying-errors consumers package format clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

build: $(VENV)/run ## build the dataset of raw/ into curated/
	$(BIN)/minsheng build

test: $(VENV)/test ## run the tests, with branch coverage
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered --cov-fail-under=95

lint: $(VENV)/lint ## format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/lint ## write the format that lint asks for
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/bench $(VENV)/test ## speed: start-up, scanner, explorer, builds at scale beside other validators (SIZES="200000")
	$(BIN)/python tests/benchmarks/startup.py
	$(BIN)/python tests/benchmarks/scanning.py
	$(BIN)/python tests/benchmarks/exploring.py
	$(BIN)/python tests/benchmarks/scale.py --sizes $(SIZES)

fuzz: $(VENV)/test ## hostile input to whatever reads somebody's input, each for ten minutes (SECONDS=600)
	$(BIN)/python tests/fuzz/run.py --seconds $(SECONDS)

keying-errors: $(VENV)/test ## thousands of keying errors: which are found, with the text and without
	$(BIN)/python tests/benchmarks/keying_errors.py

faults: $(VENV)/test ## kill builds, fill disks, tear files, read while builds run: is a dataset ever lost?
	$(BIN)/python tests/benchmarks/faults.py

planted: $(VENV)/test ## plant faults of every kind in a million rows: is each found where it is, and no other, on both engines?
	$(BIN)/python tests/benchmarks/planted.py

consumers: $(VENV)/test ## ten questions to every tool that reads curated/: same answers, types as documented
	$(BIN)/python tests/consumers/run.py --check

package: $(VENV)/run ## build wheel and sdist, install each away from the checkout, and use it
	$(BIN)/python tests/consumers/package.py

clean: ## take away the venv and caches
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage tests/consumers/.cache

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run: $(VENV)/python pyproject.toml constraints.txt
	$(INSTALL) --editable .
	@touch $@

$(VENV)/test: $(VENV)/run
	$(INSTALL) --editable '.[test,cluster]'
	@touch $@

$(VENV)/bench: $(VENV)/run
	$(INSTALL) --editable '.[bench]'
	@touch $@

$(VENV)/lint: $(VENV)/run
	$(INSTALL) --editable '.[lint]'
	@touch $@

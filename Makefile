# Two commands on a fresh machine: `make demo` and `make test`. Both make their own environment in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORE := $(VENV)/.installed-core
DEV := $(VENV)/.installed-dev
TEST_PROCESSES ?= 2

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
TRAIN := $(VENV)-train
.PHONY: demo test test-train lint verify verify-training clean help

demo: $(CORE)  ## run the main job offline: simulate, build, check against the truth, write one report page
	$(BIN)/spacevista demo

test: $(DEV)  ## run the tests
	$(BIN)/python -m pytest -n $(TEST_PROCESSES)

test-train: $(TRAIN)/.installed  ## run the tests that need torch, in an environment of their own (6 GB)
	$(TRAIN)/bin/python -m pytest -n $(TEST_PROCESSES) tests/models tests/train tests/test_evals_local_model.py

lint: $(DEV)  ## check style, format and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

verify-training: $(TRAIN)/.installed  ## train every stage in small and compare it with its start on scenes that it did not see
	$(TRAIN)/bin/python -m spacevista.commands.verify_training out/verify_training

verify: $(CORE)  ## regenerate the worlds of spacevista_sim and check every frozen answer, about a minute
	$(BIN)/python -m spacevista.commands.sim_benchmark verify

clean:  ## remove the environment, caches and outputs
	rm -rf $(VENV) $(TRAIN) build dist out .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests benchmarks -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

help:  ## print this list
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*  ## /  make \1	/' | expand -t 24

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "spacevista needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
	       "Name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The stamps make the installation happen once, and again when the requirements change.
$(CORE): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(TRAIN)/.installed: pyproject.toml
	$(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/python -m pip install --quiet --editable '.[train,dev]'
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $(CORE) $@

# Plain `make` explains the targets. Each one sets up what it needs in .venv, from the locks.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet --require-hashes
UV := uv==0.13.9
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench chaos lock upgrade clean

help: ## this text
	@echo "evals-bot: evaluation jobs of Together AI, in Slack"
	@echo
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

demo: $(VENV)/run.stamp ## the bot with a local Slack and Together: no account, no key
	@$(BIN)/python -m bot demo

test: $(VENV)/dev.stamp ## every test, with branch coverage
	$(BIN)/python -m pytest --numprocesses=auto --cov --cov-report=term $(ARGS)

lint: $(VENV)/dev.stamp ## style, types and formatting, as CI checks them
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(VENV)/dev.stamp ## mend what can be mended by machine
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/bench.stamp ## speed and memory, as ratios of one run, into bench.json
	$(BIN)/python -m tests.benchmarks $(ARGS)

chaos: $(VENV)/dev.stamp ## kill the program hundreds of times: nothing lost, nothing said twice
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(KILLS),--kills $(KILLS)) $(ARGS)

lock: $(VENV)/bin/python ## write requirements/*.lock again after pyproject.toml changed
	$(BIN)/python -m pip install --quiet $(UV)
	$(COMPILE) $(COMPILE_ARGS) --output-file requirements/run.lock
	$(COMPILE) $(COMPILE_ARGS) --extra dev --constraint requirements/run.lock \
		--output-file requirements/dev.lock
	$(COMPILE) $(COMPILE_ARGS) --extra dev --extra bench --constraint requirements/dev.lock \
		--output-file requirements/bench.lock

upgrade: ## the same with the newest versions
	$(MAKE) lock COMPILE_ARGS=--upgrade

clean: ## remove everything that the targets made
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* bench.json chaos*

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "evals-bot needs Python 3.11 or newer: install it, then try again." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.lock | $(VENV)/bin/python
	$(PIP) --requirement requirements/run.lock
	@touch $@

$(VENV)/dev.stamp: requirements/dev.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) --requirement requirements/dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/run.stamp

$(VENV)/bench.stamp: requirements/bench.lock $(VENV)/dev.stamp
	$(PIP) --requirement requirements/bench.lock
	@touch $@

# 存放 (cunfang). `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup run up down test lint format bench docs lock clean

help:  ## What can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(STAMP): requirements.txt requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$$(sed -n 's/^uv==//p' requirements-dev.txt)
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.txt -r requirements-dev.txt \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.txt -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(STAMP)  ## Only the environment; leaves .venv/bin/cunfang

run: $(STAMP)  ## The sample quarter on real Airflow, end to end, then stop
	@$(BIN)/python -m cunfang.airflow.demo run

up: $(STAMP)  ## Start Airflow and leave it running
	@$(BIN)/python -m cunfang.airflow.demo up

down:  ## Stop what `make up` started
	@test ! -x $(BIN)/python || $(BIN)/python -m cunfang.airflow.demo down

test: $(STAMP)  ## All tests, on as many cores as there are
	@$(BIN)/python -m pytest -n logical --maxprocesses 4 --no-loadscope-reorder

lint: $(STAMP)  ## All gates: style, types, SQL, layers, compose
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 include/sql
	@$(BIN)/lint-imports
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/check-jsonschema --schemafile include/feeds/contract.schema.json $$(ls include/feeds/*.yaml | grep -v reading.yaml)
	@$(BIN)/check-jsonschema --schemafile include/rulebooks/rulebook.schema.json include/rulebooks/*/rulebook.yaml

format: $(STAMP)  ## Bring code and SQL into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --disable-progress-bar include/sql

bench: $(STAMP)  ## Measure against peers and against the floor; the report goes to bench/
	@$(BIN)/python -m bench

docs: $(STAMP)  ## The pages that are made from the checks: docs/checks.md
	@page=$$($(BIN)/python -m cunfang.quality.catalogue) && printf '%s\n' "$$page" > docs/checks.md

lock: $(STAMP)  ## Compile the lock from pyproject.toml
	@$(BIN)/uv pip compile --quiet --no-header --python-version 3.11 pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile --quiet --no-header --python-version 3.11 --group dev -c requirements.txt -o requirements-dev.txt

clean: down  ## Remove what was made here: environment, databases, caches
	@rm -rf $(VENV) var build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Two commands to know: `make demo` and `make test`. Both create .venv from requirements.lock when it is not there.
PYTHON ?= python3
BIN := .venv/bin
export DBT_SEND_ANONYMOUS_USAGE_STATS = false
export DO_NOT_TRACK = 1

.DEFAULT_GOAL := help
.PHONY: help demo test readers rebuilds lint types lock clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

# uv comes by pip into a venv of its own; bytecode is compiled once, which halves every start-up.
.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	$(BIN)/uv pip install --python $(BIN)/python --quiet --compile-bytecode --require-hashes -r requirements.lock
	$(BIN)/uv pip install --python $(BIN)/python --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: .venv/installed  ## the main job on the demo plan: from returns to a published release
	$(BIN)/veerkracht demo

test: .venv/installed  ## every test
	$(BIN)/python -m pytest

readers: .venv/installed  ## readers while releases are switched: 5,000 reads over 300 switches
	$(BIN)/python tests/slow/readers.py

rebuilds: .venv/installed  ## two rebuilds of every release of the demo, compared file by file
	$(BIN)/python tests/slow/rebuilds.py

lint: .venv/installed  ## ruff and sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --processes 2 models tests/generic

types: .venv/installed  ## mypy
	$(BIN)/mypy

lock: .venv/installed  ## resolve the dependencies anew; names no package index
	$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --no-annotate --quiet --output-file requirements.lock

clean:  ## remove the demo's state and the environment
	rm -rf .venv var

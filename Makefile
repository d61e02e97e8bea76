# Two commands to know: `make demo` and `make test`. Both create .venv from requirements.lock when it is not there.
PYTHON ?= python3
BIN := .venv/bin
export DBT_SEND_ANONYMOUS_USAGE_STATS = false
export DO_NOT_TRACK = 1

.DEFAULT_GOAL := help
.PHONY: help demo test fuzz speed mutate check slow readers rebuilds lint types bi lock clean

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

test: .venv/installed  ## every test but the slow ones
	$(BIN)/python -m pytest

fuzz: .venv/installed  ## 10,000 mutated returns of each form (some minutes)
	VEERKRACHT_FUZZ=10000 $(BIN)/python -m pytest tests/python/test_fuzz.py -s

speed: .venv/installed  ## rows per minute and memory of the reading child
	$(BIN)/python tests/slow/speed.py

mutate: .venv/installed  ## change every expectation in each way that could be a slip; the cases of the rules must notice
	PYTHONPATH=. $(BIN)/python tests/python/rules/rule_mutants.py

check: .venv/installed  ## the registry alone: every reference in seeds/, in seconds
	$(BIN)/veerkracht registry

slow: .venv/installed  ## the long proofs: every past release rebuilt from the archive, byte for byte
	$(BIN)/python -m pytest -m slow

readers: .venv/installed  ## readers while releases are switched: 5,000 reads over 300 switches
	$(BIN)/python tests/slow/readers.py

rebuilds: .venv/installed  ## two rebuilds of every release of the demo, compared file by file
	$(BIN)/python tests/slow/rebuilds.py

lint: .venv/installed  ## ruff and sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --processes 2 models tests/generic tests/singular

types: .venv/installed  ## mypy
	$(BIN)/mypy

bi: .venv/installed  ## clients of other versions and languages that the tests read a release with
	$(BIN)/python -m venv .venv-bi
	$(BIN)/uv pip install --python .venv-bi/bin/python --quiet --require-hashes -r tests/bi/requirements.lock
	npm ci --prefix tests/bi --no-audit --no-fund --ignore-scripts

lock: .venv/installed  ## resolve the dependencies anew; names no package index
	$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --no-annotate --quiet --output-file requirements.lock

clean:  ## remove the environments; the state in var/ stays, its archive is the only copy of what was received
	rm -rf .venv .venv-bi

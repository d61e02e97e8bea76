# Two commands to know: `make demo` and `make test`. Both create .venv when it is not there: the demo with what running
# it needs (requirements.lock), the tests with what developing needs besides (requirements-dev.lock).
PYTHON ?= python3
BIN := .venv/bin
export DBT_SEND_ANONYMOUS_USAGE_STATS = false
export DO_NOT_TRACK = 1
# What pytest made of the assertions of all test files is kept for the next run, also where an image says to write no bytecode.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test fuzz workbooks speed expectations mutate coverage mutants sqlmutants check slow faults orders readers rebuilds equal bench beside large lint types bi superset java spark sbom lock clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

# uv comes by pip, into the same place; bytecode is compiled once, which halves every start-up.
.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	$(BIN)/uv pip install --python $(BIN)/python --quiet --compile-bytecode --require-hashes -r requirements.lock
	$(BIN)/uv pip install --python $(BIN)/python --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/developing: requirements-dev.lock .venv/installed
	$(BIN)/uv pip install --python $(BIN)/python --quiet --compile-bytecode --require-hashes -r requirements-dev.lock
	@touch $@

demo: .venv/installed  ## the main job on the demo plan: from returns to a published release
	$(BIN)/veerkracht demo

test: .venv/developing  ## every test but the slow ones; ROOM=senders: those of a room that need no demo run
	$(BIN)/python -m pytest $(if $(ROOM),tests/python/$(ROOM) -m "not slow and not demo")

fuzz: .venv/developing  ## 10,000 mutated returns of each form (some minutes)
	VEERKRACHT_FUZZ=10000 $(BIN)/python -m pytest tests/python/intake/test_fuzz.py -s

# The libraries of Node stand outside tests/, of which dbt reads every YAML.
.writers/node_modules: tests/writers/package-lock.json tests/writers/write.mjs
	mkdir -p .writers && cp tests/writers/* .writers/
	npm ci --prefix .writers --no-audit --no-fund --ignore-scripts
	@touch $@

workbooks: .venv/developing .writers/node_modules  ## 840 workbooks of 14 writers: each value read as its writer meant
	VEERKRACHT_WORKBOOKS=60 $(BIN)/python -m pytest tests/python/intake/test_written.py -m "slow or not slow"

speed: .venv/developing  ## rows per minute and memory of the reading child
	$(BIN)/python tests/slow/speed.py

expectations: .venv/developing  ## declare the expectations as they are, after a change that is meant
	$(BIN)/python -m expectations.declared

mutate: .venv/developing  ## change every expectation in each way that could be a slip; the cases of the rules must notice
	PYTHONPATH=. $(BIN)/python tests/python/gate/rule_mutants.py

check: .venv/installed  ## the registry alone: every reference in seeds/, in seconds
	$(BIN)/veerkracht registry

slow: .venv/developing .writers/node_modules  ## the long proofs: every past release rebuilt from the archive, byte for byte
	VEERKRACHT_THREADS=2 $(BIN)/python -m pytest -m slow

# A disk that is too small has to be mounted, which a name space of its own permits without more rights.
UNSHARED := $(shell unshare --map-root-user --mount true 2>/dev/null && echo unshare --map-root-user --mount)
faults: .venv/developing  ## break a night 2,290 times and run it again each time (hours; goes on after a stop): [FAULTS="--kills 10"]
	PYTHONPATH=.:tests/faults:tests/python $(UNSHARED) $(BIN)/python tests/faults/prove.py $(FAULTS)
	PYTHONPATH=.:tests/faults:tests/python $(BIN)/python tests/faults/prove.py --report

orders: .venv/developing  ## the marts in 224 other orders of receipts and rows: equal (some minutes)
	PYTHONPATH=.:tests/python nice $(BIN)/python tests/slow/orders.py

readers: .venv/developing  ## readers while releases are switched: 5,000 reads over 300 switches
	PYTHONPATH=.:tests/python $(BIN)/python tests/slow/readers.py

rebuilds: .venv/developing  ## two rebuilds of every release of the demo, compared file by file
	$(BIN)/python tests/slow/rebuilds.py

equal: .venv/developing  ## the releases of two homes, value for value: OLD=home NEW=home [OLD_CODE=checkout]
	PYTHONPATH=tests/slow $(BIN)/python tests/slow/equal_releases.py $(OLD) $(NEW) $(if $(OLD_CODE),--old-code $(OLD_CODE))

bench: .venv/developing  ## old and new code side by side into docs/performance.md: OLD=checkout [RUNS=5] [GROWTH=1,10] [SECONDS=900]
	PYTHONPATH=. $(BIN)/python -m benchmarks $(if $(OLD),--old $(OLD)) $(if $(RUNS),--runs $(RUNS)) $(if $(GROWTH),--growth $(GROWTH)) \
		$(if $(SECONDS),--seconds $(SECONDS))

# Four hundred megabytes that nothing but the comparison needs.
.venv-sqlmesh/installed: benchmarks/requirements-sqlmesh.lock .venv/developing
	$(PYTHON) -m venv --clear .venv-sqlmesh
	$(BIN)/uv pip install --python .venv-sqlmesh/bin/python --quiet --compile-bytecode --require-hashes \
		-r benchmarks/requirements-sqlmesh.lock
	@touch $@

beside: .venv/developing .venv-sqlmesh/installed  ## three core marts and a count beside SQL by hand, SQLMesh, pandas and polars: WAREHOUSE=of a demo night [SIZES=1,10] [RUNS=3] [DOCS=folder with copies of both files]
	$(BIN)/python -m benchmarks.beside $(WAREHOUSE) $(if $(SIZES),--sizes $(SIZES)) $(if $(RUNS),--runs $(RUNS)) \
		$(if $(DOCS),--docs $(DOCS))

large: .venv/developing  ## a night on copies of the demonstration, from returns as files to a release: FOLDER=scratch [COPIES=10] [APART=1: each in files of its own]
	$(BIN)/python -m benchmarks.large_night $(FOLDER) $(if $(COPIES),--copies $(COPIES)) $(if $(APART),--apart)

lint: .venv/developing  ## ruff and sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --processes 2 models tests/generic tests/singular

types: .venv/developing  ## mypy
	$(BIN)/mypy

.venv-mutants/installed: tests/mutants/requirements.lock .venv/developing
	$(BIN)/python -m venv --clear .venv-mutants
	$(BIN)/uv pip install --python .venv-mutants/bin/python --quiet --require-hashes -r tests/mutants/requirements.lock
	@touch $@

# What they need beside the environment of the tests; the versions of what both have are the same.
WATCHED = PYTHONPATH=.:tests/mutants:tests/python:tests/slow:$$(echo .venv-mutants/lib/python*/site-packages)
coverage: .venv-mutants/installed  ## lines and branches of receive, gate, publish and account that no quick test runs
	$(WATCHED) $(BIN)/python tests/mutants/measure.py

mutants: .venv-mutants/installed  ## change lines of them; tests must notice (after make coverage): [ROOM=receive] [MUTANTS="--sample 40"]
	$(WATCHED) $(BIN)/python tests/mutants/noticed.py $(if $(ROOM),--room $(ROOM)) $(MUTANTS)

sqlmutants: .venv/developing  ## change the SQL of models; unit tests must notice (some minutes): [MUTANTS="--model int_status_fact"]
	PYTHONPATH=.:tests/mutants:tests/python $(BIN)/python tests/mutants/sql_noticed.py $(MUTANTS)

bi: .venv/developing  ## clients of other versions and languages that the tests read a release with
	$(BIN)/python -m venv --without-pip .venv-bi
	$(BIN)/uv pip install --python .venv-bi/bin/python --quiet --require-hashes -r tests/bi/requirements.lock
	$(BIN)/python -m venv --without-pip .venv-ckan
	$(BIN)/uv pip install --python .venv-ckan/bin/python --quiet --require-hashes -r tests/bi/requirements-ckan.lock
	npm ci --prefix tests/bi --no-audit --no-fund --ignore-scripts

# Seven hundred megabytes in an environment of its own; `make bi` and .ci/run do without.
.venv-superset/installed: tests/bi/requirements-superset.lock .venv/developing
	$(BIN)/python -m venv --clear .venv-superset
	$(BIN)/uv pip install --python .venv-superset/bin/python --quiet --require-hashes -r tests/bi/requirements-superset.lock
	@touch $@

superset: .venv-superset/installed  ## a real Superset asks a release for its keys, its figures and the chart of the plan
	$(BIN)/python -m pytest -n 0 -m slow tests/python/release/test_bi.py -k "superset_shows or superset_reflects"

sbom: .venv/installed  ## what this version stands on, as CycloneDX: dist/sbom.cdx.json
	$(BIN)/python -m venv .venv-sbom
	$(BIN)/uv pip install --python .venv-sbom/bin/python --quiet --require-hashes -r deploy/sbom.lock
	mkdir -p dist
	.venv-sbom/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible \
		--output-file dist/sbom.cdx.json

# Few of its thousands of files are ever imported; these are compiled when they are.
.venv-spark/installed: requirements-spark.lock .venv/installed
	$(PYTHON) -m venv --clear .venv-spark
	$(BIN)/uv pip install --python .venv-spark/bin/python --quiet --require-hashes -r requirements-spark.lock
	$(BIN)/uv pip install --python .venv-spark/bin/python --quiet --no-deps --no-build-isolation -e .
	@touch $@

java:
	@java -version 2>&1 | grep -Eq 'version "(1[7-9]|[2-9][0-9])' || \
		{ echo "Spark needs Java 17 or later, which is not here: apt-get install openjdk-17-jre-headless" >&2; exit 1; }

spark: java .venv-spark/installed .venv/developing  ## every table of a night on Spark, each row as DuckDB makes it (needs Java 17)
	$(BIN)/python -m pytest -n 0 -m "slow or not slow" tests/python/warehouse/test_spark.py

lock: .venv/installed  ## resolve the dependencies anew; names no package index
	$(BIN)/uv pip compile pyproject.toml --extra install --extra schedule --generate-hashes --no-annotate --quiet \
		--output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --constraints requirements.lock --generate-hashes --no-annotate \
		--quiet --output-file requirements-dev.lock
	$(BIN)/uv pip compile pyproject.toml --extra spark --constraints requirements.lock --generate-hashes --no-annotate \
		--quiet --output-file requirements-spark.lock

clean:  ## remove the environments and what tests keep; the state in var/ stays, its archive is the only copy of what was received
	rm -rf .venv .venv-* .writers .test_cache

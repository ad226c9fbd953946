# `make demo` and `make test` are all a new machine needs: Python >= 3.11, make and a package index.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
SIZE   ?= small

.PHONY: demo test quick check format test-browser pictures test-daemon test-faults test-spark test-spark-company bench ui hooks lock clean

$(VENV)/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "attain needs Python 3.11 or newer; found $$($(PYTHON) --version). Run: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(UV) pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --compile-bytecode --no-deps --no-build-isolation -e .
	@touch $@

demo: $(VENV)/ready
	@$(BIN)/attain run

TESTS  := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder
SLOW   := browser or daemon or spark or bench or resilience

test: check
	$(TESTS) -m "not ($(SLOW))"

# what developers run all day: everything that needs no whole run
quick: check
	$(TESTS) -m "not ($(SLOW) or whole_run)"

check: $(VENV)/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar -n sql pipelines

format: $(VENV)/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test-browser: $(VENV)/ready
	$(BIN)/pytest -m browser tests/browser

# the page, its daemon, a schedule and the sensor, as `attain ui` starts them
test-daemon: $(VENV)/ready
	$(BIN)/pytest -m daemon tests/e2e

# the pictures of the README, from the pages of the last run
pictures: $(VENV)/ready
	$(BIN)/python -m tests.support.pictures

# kills, full disks and hands on the ledger: hundreds of each; `make test` has a sample of them
test-faults: $(VENV)/ready
	$(TESTS) -m resilience

# beside the environment, not in it: Great Expectations would load Spark wherever it finds it
test-spark: $(VENV)/ready
	$(UV) pip install --quiet --python $(BIN)/python --target $(VENV)/spark "pyspark[connect]>=4.1,<5"
	PYTHONPATH=$(VENV)/spark $(BIN)/pytest -m spark

# the sample company, pages and all, on a Spark that is started here; FROM_ROWS=0 takes models however small
FROM_ROWS ?= 50000
test-spark-company: $(VENV)/ready
	$(UV) pip install --quiet --python $(BIN)/python --target $(VENV)/spark "pyspark[connect]>=4.1,<5"
	ATTAIN_SPARK_FROM_ROWS=$(FROM_ROWS) PYTHONPATH=$(VENV)/spark $(BIN)/pytest -m spark tests/spark/test_spark_company.py

bench: $(VENV)/ready
	$(BIN)/python -m benchmarks.run --size $(SIZE)

ui: $(VENV)/ready
	$(BIN)/attain ui

hooks: $(VENV)/ready
	$(BIN)/pre-commit install

lock:
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --extra ui --extra mcp --extra oidc --extra dev --output-file requirements.lock pyproject.toml requirements-build.in

clean:
	rm -rf .attain reports/published reports/latest .bench

# Two commands matter: `make run` and `make test`. Both set everything up the first time.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready
LAKE ?= lake
# A day to run as on. Left out, the sample's lake is read as on its own day, any other as of today.
TODAY ?=
DAY = $(or $(TODAY),$$(cat $(LAKE)/sample-day 2>/dev/null))

.PHONY: setup run test lint format engine browser benchmarks ui contracts-lint clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(STAMP)

# A night on the lake; the first time, the sample's submissions are put into its inbox.
# Exit code 1 says that something needs a steward, which is what the sample is for.
run: $(STAMP)
	@test -d $(LAKE) || $(BIN)/safecare sample $(LAKE)
	@SAFECARE_TODAY=$(DAY) $(BIN)/safecare run --lake $(LAKE) || test $$? -eq 1

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not browser and not benchmark_run"

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy assets data_contracts pipelines reports
	$(BIN)/lint-imports

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The SPC engine's tests in an environment that has only what the engine needs.
engine: $(STAMP)
	$(PYTHON) .ci/engine_alone.py

# Needs a Chromium; on Debian it is installed where it is missing.
browser: $(STAMP)
	@command -v chromium >/dev/null || (apt-get -qq update && apt-get -qq install -y chromium)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m browser

benchmarks: $(STAMP)
	$(BIN)/python -m pytest -m benchmark_run

# Dagster's web interface on this lake: http://localhost:3000, or another port: make ui PORT=3001
# Started in the instance's own folder: Dagster warns of a dagster.yaml in any other. What it says
# of its own command (that `dg dev` is newer, which needs one more library) helps nobody here.
ui: PORT ?= 3000
ui: $(STAMP)
	@test -d $(LAKE) || $(BIN)/safecare sample $(LAKE)
	@mkdir -p $(LAKE)/dagster && cp dagster.yaml $(LAKE)/dagster/
	@export PYTHONWARNINGS='ignore:Function `dev_command`'; \
	export SAFECARE_TODAY=$(DAY) SAFECARE_LAKE=$(abspath $(LAKE)) DAGSTER_HOME=$(abspath $(LAKE)/dagster); \
	cd $(LAKE)/dagster && exec $(abspath $(BIN))/dagster dev --port $(PORT) -w $(abspath workspace.yaml)

# The standard's own tool, in an environment of its own: it brings boto3, which nothing here needs.
contracts-lint:
	@test -x build/lint/bin/datacontract || ($(PYTHON) -m venv build/lint && build/lint/bin/pip install --quiet datacontract-cli==1.2.8)
	@for contract in data_contracts/*.odcs.yaml; do build/lint/bin/datacontract lint $$contract || exit 1; done

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache

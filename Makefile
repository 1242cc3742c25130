# `make` or `make help` lists the targets. Every target makes or renews .venv itself.
# Variables go on the command line or in the environment: make demo VISITS=50 KEEP=1

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run down status demo test check format chaos kafka migrate schemas bench lock

# Services, workers and tests start twice as fast from compiled modules; some shells forbid them.
unexport PYTHONDONTWRITEBYTECODE

PY := .venv/bin/python
TESTS ?=

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1 :/' \
	  | awk -F ' :' '{ printf "%-16s %s\n", $$1, $$2 }'

setup: ## .venv with the locked packages (quick when nothing changed)
	@deploy/local/setup.sh

run: setup ## the stack on 127.0.0.1:8000-8006 until Ctrl-C or `make down` (RATE=60, business seconds per second)
	@exec $(PY) -m deploy.local run

down: setup ## stop the stack that runs here; what it stored stays
	@exec $(PY) -m deploy.local down

status: setup ## what runs here, and where
	@exec $(PY) -m deploy.local status

demo: setup ## a clinic's three weeks through the whole chain, with a summary (VISITS=300; KEEP=1 leaves it running)
	@exec $(PY) -m deploy.local demo

migrate: setup ## bring the database of DATABASE_URL (or the embedded one) to the newest schema
	@exec $(PY) -m deploy.local migrate

test: setup ## every test, on a real PostgreSQL and broker (TESTS="path -k name" for some)
	@exec $(PY) -m pytest -q $(or $(TESTS),-n 2 --dist loadscope --no-loadscope-reorder)

check: setup ## exactly what CI runs, cheapest failure first: format, lint, imports, types, drift, tests
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -c 'from importlinter.cli import lint_imports_command as lint; lint()' --no-logo
	$(PY) -m mypy
	$(PY) -m shared.contracts.generate --check
	$(PY) -m services.coding.rules --check
	@$(MAKE) --no-print-directory test

format: setup ## put the code in the house's form
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

chaos: setup ## kill services, broker and PostgreSQL while 500 cases pass; nothing lost, doubled or out of order
	@exec $(PY) -m pytest -q tests/chaos

kafka: setup ## what the bus asks of a broker, the journeys and chaos on an Apache Kafka (Java 17, Maven)
	@BROKER=kafka exec $(PY) -m pytest -q shared/bus/tests/test_broker.py shared/bus/tests/test_flow.py \
	  tests/journeys tests/chaos

schemas: setup ## write the JSON Schemas of events and documents from their models
	@exec $(PY) -m shared.contracts.generate

bench: setup ## events per second and p50/p99 through the chain, against a baseline without logic
	@exec $(PY) -m bench.pipeline

lock: setup ## resolve pyproject.toml anew into requirements.lock
	@deploy/local/resolve.sh

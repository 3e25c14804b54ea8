.DEFAULT_GOAL := help
BIN := .venv/bin
PYTHON ?= python3
# Asked before a folder is made: what pip says to a Python that is too old helps nobody.
NEW_ENOUGH := import sys; sys.version_info >= (3, 11) or sys.exit("Huiyin needs Python 3.11 or later; to name yours: make run PYTHON=python3.12")

.PHONY: help setup develop run bench test lint types contracts flows locale font lock

help: ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

setup: .venv/run ## make .venv with the command .venv/bin/huiyin

.venv/run: requirements.txt pyproject.toml
	@test -x $(BIN)/pip || ($(PYTHON) -c '$(NEW_ENOUGH)' && $(PYTHON) -m venv .venv)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

develop: .venv/develop ## the same, with everything that tests need

.venv/develop: .venv/run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

run: setup ## the demo: the example city on this machine
	@exec $(BIN)/huiyin demo

test: develop lint types contracts ## everything that must be true: lint, types, contracts, tests
	$(BIN)/python -m pytest -n auto --cov --cov-report=term

lint: develop ## ruff: mistakes, and the form of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: develop ## mypy, strict
	$(BIN)/mypy

contracts: develop ## who may import whom
	$(BIN)/lint-imports

bench: develop ## what a conversation costs, beside a bare echo bot
	$(BIN)/python benchmarks/conversation.py

flows: develop ## write docs/flows.md again from the code
	$(BIN)/python -m bot.flows > docs/flows.md

locale: develop ## bring the sentences to translate up to date with the code (locale/README.md)
	@mkdir -p build
	$(BIN)/pybabel -q extract --no-default-keywords -k _ --no-location --no-wrap --sort-output -o build/huiyin.pot actions bot dialog handlers schedules
	$(BIN)/pybabel -q update -D huiyin -d locale -i build/huiyin.pot --no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date

font: develop ## make bot/fonts again, from Debian's package fonts-noto-cjk
	$(BIN)/python bot/fonts/subset.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc

lock: ## write the two hashed requirement files again (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --no-annotate pyproject.toml build-requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --no-annotate pyproject.toml build-requirements.in --extra dev -c requirements.txt -o requirements-dev.txt

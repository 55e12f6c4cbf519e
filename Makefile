# The two commands: `make run` and `make test`. Both set up .venv/ themselves.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: setup run test lint serve bench mutants pictures clean

setup: .venv/ready

.venv/ready: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

.venv/ready-dev: .venv/ready requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

run: setup
	$(BIN)/disclosures demo

serve: setup
	$(BIN)/disclosures serve

test: .venv/ready-dev
	$(BIN)/python -m pytest -n auto

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy archive pipelines crawler

bench: .venv/ready-dev
	$(BIN)/python -m bench.all

mutants: .venv/ready-dev  # faults put in one at a time; what the tests notice of them
	$(BIN)/python -m bench.mutants --keep

pictures: .venv/ready-dev  # of the reader's guide, from the site as it is
	DISCLOSURES_PICTURES=archive/web/static $(BIN)/python -m pytest -k taken tests/web/test_pictures.py

clean:
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis

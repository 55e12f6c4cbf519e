# The two commands: `make run` and `make test`. Both set up .venv/ themselves.
PYTHON ?= python3
BIN = .venv/bin
# Tests wait for a part of their time: half as many again at once as there are processors.
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); echo $$((n + (n + 1) / 2)))

# Bytecode is kept whatever the shell says: without it each process that a test starts compiles all of our modules anew.
export PYTHONDONTWRITEBYTECODE =

.PHONY: setup run test test-long quick repeat test-extras lint serve bench mutants pictures release clean

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

test: .venv/ready-dev  # all but the long ones, which CI runs, too
	$(BIN)/python -m pytest -n $(WORKERS) -m "not long"

test-long: .venv/ready-dev  # many days, many kills, many examples, attacks, each page at each width
	$(BIN)/python -m pytest -n $(WORKERS) -m long

quick: .venv/ready-dev  # what starts no process and no browser, and asks no site: a minute
	$(BIN)/python -m pytest -n $(shell nproc 2>/dev/null || echo 2) -m "not crawl and not browser and not slow and not long"

repeat: .venv/ready-dev  # the suite again and again under load: make repeat OPTIONS='--times 10 --busy 4 --zone Pacific/Auckland'
	$(BIN)/python -m bench.repeat $(OPTIONS)

# What wants large packages, or other versions than ours: OCR and MCP in an environment on top of `.venv`, pywb's replay with another's programs.
EXTRAS = build/extras
EXTRA_TESTS = tests/test_attachment_text.py::test_a_scan_is_recognised_and_marked \
	tests/web/test_machines.py::test_an_mcp_server_finds_chinese_and_writes_nothing \
	tests/test_warc.py::test_pywb_replays_it

$(EXTRAS)/ours/ready: .venv/ready-dev requirements-ci.txt
	$(PYTHON) -m venv $(EXTRAS)/ours
	echo "import site; site.addsitedir('$$($(BIN)/python -c "import site; print(site.getsitepackages()[0])")')" >$$(echo $(EXTRAS)/ours/lib/python*/site-packages)/rest.pth
	$(EXTRAS)/ours/bin/pip install --quiet --disable-pip-version-check -r requirements-ci.txt
	$(EXTRAS)/ours/bin/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(EXTRAS)/pywb/ready: requirements-pywb.txt
	$(PYTHON) -m venv $(EXTRAS)/pywb
	$(EXTRAS)/pywb/bin/pip install --quiet --disable-pip-version-check -r requirements-pywb.txt
	touch $@

test-extras: $(EXTRAS)/ours/ready $(EXTRAS)/pywb/ready
	PATH="$(CURDIR)/$(EXTRAS)/pywb/bin:$$PATH" $(EXTRAS)/ours/bin/python -m pytest $(EXTRA_TESTS)

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy archive pipelines crawler bench tests

bench: .venv/ready-dev
	$(BIN)/python -m bench.all

build/mutation/ready: requirements.txt requirements-dev.txt requirements-mutants.txt pyproject.toml
	$(PYTHON) -m venv build/mutation
	build/mutation/bin/pip install --quiet --disable-pip-version-check -r requirements-mutants.txt
	build/mutation/bin/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

mutants: build/mutation/ready  # faults put in one at a time; what the tests notice of them
	build/mutation/bin/python -m bench.mutants --keep

pictures: .venv/ready-dev  # of the reader's guide, from the site as it is
	DISCLOSURES_PICTURES=archive/web/static $(BIN)/python -m pytest -k taken tests/web/test_pictures.py

release: .venv/ready-dev  # sdist and wheel in dist/; the wheel is tried in an environment of its own, away from here
	rm -rf dist build/lib build/bdist.*
	$(BIN)/python -m build --no-isolation
	$(BIN)/python -m bench.release dist/*.whl

clean:
	rm -rf .venv build *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis

# Two commands on a fresh machine with Python 3.11 or newer: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test test-all test-pages lint types docs bench clean

help:
	@echo "make demo   find 30 real columns among 2,000 decoys; results in demo/"
	@echo "make test   run the tests"
	@echo "make test-all  the tests, those that take longer, and some with programs compiled as users have them"
	@echo "make test-pages  the Python of every page of the guides, and what it prints"
	@echo "make lint   ruff"
	@echo "make types  mypy"
	@echo "make docs   the documentation site, in docs/_build/html (a minute or two)"
	@echo "make bench  accuracy and speed beside peers (installs them apart; some hours)"

$(READY): pyproject.toml
	@echo "Setting up $(VENV) (about a minute, once) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Spinnery needs Python 3.11 or newer; this is %s. Run: make PYTHON=python3.11 ..." % sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(READY)
	@$(BIN)/spinnery demo --out demo --force

test: $(READY)
	@echo "Running the tests (some minutes) ..."
	@$(BIN)/python -m pytest -n 2 -m "not slow"

# what takes longer, and programs as users have them: whole fits, and what is found on known designs
WHOLE := $(addprefix tests/estimators/test_,spinn.py spinn_cv.py over_cohorts.py spinn_survival.py equal_data.py)
test-all: test
	@echo "Running what takes longer ..."
	@$(BIN)/python -m pytest -n 2 -m slow $(addprefix --ignore=,$(WHOLE))
	@echo "Running whole fits, and the pages' Python, with the compiler's defaults ..."
	@SPINNERY_PAGES=1 SPINNERY_TESTS_COMPILE=full $(BIN)/python -m pytest -n 2 tests/test_docs.py $(WHOLE)

# every block of Python in the guides, and what it prints
test-pages: $(READY)
	@echo "Running the pages' Python ..."
	@SPINNERY_PAGES=1 SPINNERY_TESTS_COMPILE=full $(BIN)/python -m pytest -n 2 tests/test_docs.py

lint: $(READY)
	@$(BIN)/ruff check src tests benchmarks
	@$(BIN)/ruff format --check src tests benchmarks

types: $(READY)
	@$(BIN)/mypy

$(VENV)/.docs: $(READY)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@

# -W: a broken link or a docstring that does not render fails
docs: $(VENV)/.docs
	@$(BIN)/python -m sphinx -W --keep-going -q docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

bench: $(READY)
	@benchmarks/run_all.sh

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis demo docs/_build docs/api docs/stories

# Two commands: `make demo` to see it, `make test` to check it. Both set up what they need.

# So that a failure before a pipe counts.
SHELL := bash
.SHELLFLAGS := -o pipefail -c

# What is installed and checked first needs one core each.
MAKEFLAGS += --jobs=2

PYTHON ?= python3
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install
# The same for a person who waits: how far it is, on one line. pip's compiling of all that it
# installs takes longer than the rest, and most of that is never imported; Python does it on import.
WATCHED = $(BIN)/python -m pip --disable-pip-version-check install --no-compile --no-color \
    --progress-bar=off $(1) | { n=0; while read -r word rest; do case $$word in \
    Collecting) n=$$((n + 1)); printf "\r  %d packages found" $$n;; \
    Installing) printf "\r  %d packages found, now they are unpacked" $$n;; \
    esac; done; echo; }
# Peers have an environment of their own, so that no test can lean on what they bring.
BENCH := .venv-bench
BENCH_EXPLORER := .venv-bench-explorer
TYPES := tests/types
NODE := $(BIN)/python $(TYPES)/node.py
EXTENSION := labextension
HUB := tests/hub

# Kernels and sandboxes start by the hundred: without it, each would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test check lint docs pictures wheelhouse bench bench-explorer soak lab hosts clean browser types extension

help:
	@echo "make demo    open JupyterLab at the quickstart, no key needed"
	@echo "             ARGS=--no-browser only prints the address, ARGS=--reset begins afresh"
	@echo "make test    run every check and test, in a real JupyterLab too"
	@echo "             ARGS='-k NAME' runs some tests"
	@echo "make check   run the checks and tests that take seconds"
	@echo "make docs    build the site into build/site/pages, and check it"
	@echo "             ARGS=--fast takes the notebooks as they have run before"
	@echo "make pictures  film the features in the browser for the gallery"
	@echo "make wheelhouse   the package and all that it needs in dist/wheelhouse, to be installed"
	@echo "             without a network; CHECK=1 runs every notebook from there without one"
	@echo "make lab     build the part for JupyterLab anew, after an edit in labextension/"
	@echo "make hosts   run the tests in the browser with that part switched off, beside others, and in other hosts"
	@echo "make bench   compare with peers in some five minutes; FULL=1 takes its time"
	@echo "             ARGS=loading runs one measure"
	@echo "make bench-explorer   the same for maps of vectors, against umap-learn and hnswlib"
	@echo "make soak    try what attacks, breaks and loads, in some ten minutes"
	@echo "             ARGS='--small' tries less; ARGS=links one group"
	@echo "make clean   remove what these commands made"
	@echo
	@echo "PYTHON=python3.13 chooses the Python that .venv is made from."

demo: $(VENV)/lab.stamp
	@$(BIN)/sophnet-jupyter demo $(ARGS)

test: $(VENV)/dev.stamp lint types extension browser $(HUB)/node_modules/npm.stamp
	$(BIN)/python -m pytest -n 4 --dist loadfile --durations=50 --durations-min=1 $(ARGS)

check: $(VENV)/dev.stamp lint types
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not kernel and not browser" $(ARGS)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# Apart from the tests: it runs all notebooks, and looks at every page.
docs: $(VENV)/docs.stamp browser
	$(BIN)/python -m docs.site $(ARGS)
	$(BIN)/python -m pytest -q docs/site/checks

# Stories of their own in the tests' browser, so that no picture shows what is not there.
pictures: $(VENV)/dev.stamp browser
	$(BIN)/python -m pytest -q tests/browser/pictures.py $(ARGS)

wheelhouse: | $(BIN)/python
	rm -rf dist/wheelhouse
	$(BIN)/python -m pip --disable-pip-version-check wheel -q -w dist/wheelhouse '.[demo,engines,espeak]'
	$(if $(CHECK),$(BIN)/python tests/release.py offline)

bench: $(BENCH)/bench.stamp
	@$(BENCH)/bin/python tests/browser/chromium.py || true
	@$(BENCH)/bin/python -m benchmarks $(if $(FULL),--full) $(ARGS)

# umap-learn and what it brings stay apart: 500 MB, and versions of their own.
bench-explorer: $(BENCH_EXPLORER)/bench.stamp
	@$(BENCH_EXPLORER)/bin/python -m benchmarks $(if $(FULL),--full) explorer

soak: $(VENV)/dev.stamp browser
	@$(BIN)/python -m soak $(ARGS)

# What tsc makes of the extension, for tests of its pure parts in Node.
extension: $(EXTENSION)/node_modules/npm.stamp
	$(NODE) node $(EXTENSION)/node_modules/typescript/bin/tsc -p $(EXTENSION)

# The browser's tests of cells and panels where somebody has switched the extension off, then those
# of the extension beside others, and of hosts that do not come with Jupyter.
hosts: $(VENV)/dev.stamp browser
	WITHOUT_EXTENSION=1 $(BIN)/python -m pytest -n 4 --dist loadfile tests/browser \
	    --ignore=tests/browser/labextension $(ARGS)
	$(BIN)/python tests/hosts.py

# Built and committed, so that nobody else needs Node; installed as everybody has it.
lab: $(EXTENSION)/node_modules/npm.stamp
	$(BIN)/python $(EXTENSION)/build.py
	@$(PIP) --no-deps -e .

# Looked for each time, since a browser can be removed. Without one the other tests still run.
browser: $(VENV)/dev.stamp
	@$(BIN)/python tests/browser/chromium.py || true

$(VENV)/docs.stamp: pyproject.toml | $(VENV)/dev.stamp
	@echo "Installing what the site is built with ..."
	@$(PIP) -e '.[docs]' $(if $(CI),-c requirements-ci.txt)
	@touch $@

# The panels' scripts are not built; TypeScript only reads them.
types: $(TYPES)/node_modules/types.stamp
	$(NODE) node $(TYPES)/node_modules/typescript/bin/tsc -p $(TYPES)
	$(NODE) node $(TYPES)/node_modules/typescript/bin/tsc -p $(TYPES)/worklets.json

# Each stamp says: this is installed, as pyproject.toml asks for it.
# The bundle too, which is copied: its package.json names the others, so it changes with each.
$(VENV)/lab.stamp: pyproject.toml $(EXTENSION)/prebuilt/package.json | $(BIN)/python
	@echo "Installing into $(VENV) ..."
	@$(call WATCHED,-e '.[demo]')
	@touch $@

$(VENV)/dev.stamp: pyproject.toml $(EXTENSION)/prebuilt/package.json | $(BIN)/python
	@echo "Installing into $(VENV), with the tools for tests ..."
	@$(PIP) -e '.[dev]' $(if $(CI),-c requirements-ci.txt)
	@touch $(VENV)/lab.stamp $@

$(TYPES)/node_modules/types.stamp: $(TYPES)/package-lock.json | $(VENV)/dev.stamp
	@echo "Installing TypeScript ..."
	@$(NODE) npm ci --prefix $(TYPES) --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# JupyterLab's own packages for the compiler: 455 MB, half a minute.
$(EXTENSION)/node_modules/npm.stamp: $(EXTENSION)/package-lock.json | $(VENV)/dev.stamp
	@echo "Installing what the extension is built with ..."
	@$(NODE) npm ci --prefix $(EXTENSION) --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# The proxy that a JupyterHub stands behind.
$(HUB)/node_modules/npm.stamp: $(HUB)/package-lock.json | $(VENV)/dev.stamp
	@echo "Installing the proxy of JupyterHub ..."
	@$(NODE) npm ci --prefix $(HUB) --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(BENCH)/bench.stamp: pyproject.toml | $(BIN)/python
	@echo "Installing into $(BENCH), with the peers ..."
	@$(BIN)/python -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip --disable-pip-version-check -qq install -e '.[bench]'
	@touch $@

$(BENCH_EXPLORER)/bench.stamp: pyproject.toml benchmarks/explorer-peers.txt | $(BIN)/python
	@echo "Installing into $(BENCH_EXPLORER), with the peers ..."
	@$(BIN)/python -m venv $(BENCH_EXPLORER)
	@$(BENCH_EXPLORER)/bin/python -m pip --disable-pip-version-check -qq install \
	    -e '.[demo]' -r benchmarks/explorer-peers.txt
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "This needs Python 3.11 or newer, and $(PYTHON) is none: make PYTHON=/path/to/python3.11" >&2; \
	    exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$(PYTHON) cannot make environments. On Debian and Ubuntu: sudo apt install python3-venv" >&2; \
	    exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

clean:
	rm -rf $(VENV) $(BENCH) $(BENCH_EXPLORER) $(TYPES)/node_modules $(HUB)/node_modules $(EXTENSION)/node_modules $(EXTENSION)/lib build dist test-results .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

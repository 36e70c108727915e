# make verify   what this project shows, on any Debian or Ubuntu with Python 3.11 or newer
# make test     the project's own tests
# make quick    the part of them for the inner loop: no emulators, under a minute on two cores
# make soak     tests of endurance in full (hours); SOAK=5000 for so many exchanges, kills
# make bench    how fast it is, beside its peers; results in out/bench.json
# make setup    only the set-up, which the other two do by themselves
# make labgrid  labgrid in an environment of its own, for the tests that need a coordinator

PYTHON ?= python3
PYTEST_ARGS ?=
SOAK ?= full
BIN := .venv/bin
READY := .venv/.ready
LABGRID := .venv-labgrid

.PHONY: verify test quick soak bench setup lint labgrid clean

verify: $(READY)
	@$(BIN)/cmhil verify --recorded tests/traces -t simulated --out out/verify \
	  --json out/verify/summary.json

test: lint
	@$(BIN)/pytest -n auto --dist worksteal $(PYTEST_ARGS)

QUICK := vocabulary model trace checker device transport files conformance report cases adversarial defects
quick: $(READY)
	@$(BIN)/ruff check -q
	@$(BIN)/pytest -q -n auto --dist worksteal -m 'not slow' $(addprefix tests/,$(QUICK)) $(PYTEST_ARGS)

soak: $(READY)
	@CMHIL_SOAK=$(SOAK) $(BIN)/pytest --timeout 0 tests/soak tests/life/test_kills.py tests/life/test_full_disks.py $(PYTEST_ARGS)

lint: $(READY)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

setup: $(READY)

labgrid: $(LABGRID)/.ready

# Apart from ours: labgrid brings a fork of pyserial that would overwrite the one we use.
$(LABGRID)/.ready: Makefile
	@test -x $(LABGRID)/bin/python || $(PYTHON) -m venv $(LABGRID)
	@$(LABGRID)/bin/python -m pip install -qq --disable-pip-version-check 'labgrid>=26,<27' </dev/null
	@touch $@

# The stamp is older than pyproject.toml when what must be installed may have changed.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "connmgr-hil needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "  next: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing." >&2; \
	  echo "  next: sudo apt-get install python3-venv" >&2; exit 2; }
	@echo "Setting up .venv (once, about half a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[dev]' </dev/null
	@touch $@

# The peers are pytest plugins and the like, so they live in an environment of their own.
BENCH_ARGS ?=
bench: out/bench-venv/.ready
	@out/bench-venv/bin/python -m benchmarks $(BENCH_ARGS)

out/bench-venv/.ready: pyproject.toml
	@$(PYTHON) -m venv out/bench-venv
	@out/bench-venv/bin/python -m pip install -qq --disable-pip-version-check -e '.[bench]' </dev/null
	@touch $@

clean:
	rm -rf .venv $(LABGRID) out dist

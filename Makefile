# Everything runs from .venv, which the first target that needs it creates.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL    := /bin/bash -o pipefail
PYTHON   ?= python3
BIN      := .venv/bin
READY    := .venv/.ready
TOOLS    := .venv-generate/.ready
UV       := $(BIN)/uv
# Three workers on two cores: a third of the time of each is waiting. PYTEST_N=0 for one process.
PYTEST_N ?= 3
ARGS     ?=
DURATION ?= 60
USERS    ?= 300
# steady, shift-start, drain
SHAPE    ?= steady
export UV_PYTHON_DOWNLOADS := never

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Create .venv from the pinned, hashed requirements

# uv itself comes from the same pins, so that nothing is installed unchecked.
# Compiled here, because a process that may not write bytecode (PYTHONDONTWRITEBYTECODE) compiles
# what it imports each time it starts, and that takes longer than to import it.
$(READY): requirements/dev.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@awk '/^[a-z]/ {on = /^uv==/} on' requirements/dev.txt > .venv/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@VIRTUAL_ENV=.venv $(UV) pip sync --quiet --compile-bytecode --require-hashes requirements/dev.txt
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q allocator audit dibs loadtest reviewqueue store
	@touch $@

demo: $(READY) ## A whole annotation project in about a minute, on servers of its own
	$(BIN)/dibs demo

# No worker is replaced: after a crash in the last module xdist would wait for ever.
test: $(READY) ## All tests, on the embedded servers (ARGS= goes to pytest)
	$(BIN)/pytest -n $(PYTEST_N) --dist loadscope --max-worker-restart 0 $(ARGS)

test-fresh: ## demo and test in a fresh clone of HEAD, with no caches and no HOME
	scripts/test-fresh

lint: $(READY) ## Style of Python and protos, and what is imported against what is declared
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/buf lint
	$(BIN)/deptry .

types: $(READY) ## mypy, strict
	$(BIN)/mypy

layers: $(READY) ## Who may import whom
	$(BIN)/lint-imports

generate: $(TOOLS) ## Write dibs/v1 from protos/
	scripts/generate

current: $(TOOLS) ## Fail if dibs/v1 is not what protos/ says
	scripts/generate --check

$(TOOLS): requirements/generate.txt | $(READY)
	@test -x .venv-generate/bin/python || $(BIN)/python -m venv --without-pip .venv-generate
	@VIRTUAL_ENV=.venv-generate $(UV) pip sync --quiet --require-hashes requirements/generate.txt
	@touch $@

copies: ## Fail if docs/checklist.md is not what the specification says, where that is at hand
	@test ! -e ../shared/spec/CHECKLIST.md || cmp docs/checklist.md ../shared/spec/CHECKLIST.md

checklist: $(READY) ## Which lines of docs/checklist.md a test shows, and which not
	@$(BIN)/pytest -q -n 0 --checklist

check: lint types layers current copies ## All that must hold before a merge, apart from the tests

faults: $(READY) ## Kill, cut and pause things under load, then audit (DURATION=60)
	$(BIN)/python -m loadtest.faults --duration $(DURATION)

swarm: $(READY) ## A minute of a few hundred users of every kind, then the audit (USERS= SHAPE= DURATION=)
	$(BIN)/python -m loadtest.crowd --duration $(DURATION) --users $(USERS) --shape $(SHAPE)

swarm-web: $(READY) ## The same for people: locust's own page on 127.0.0.1:8089, until Ctrl-C
	$(BIN)/python -m loadtest.crowd --duration 86400 --users $(USERS) --shape $(SHAPE) --web

versions: $(READY) ## The client with protobuf 5, 6 and 7, each in an environment of its own
	$(BIN)/pytest -n 0 tests/dibs/slow_protobuf_versions.py $(ARGS)

bench: $(READY) ## Measure this machine
	$(BIN)/python -m loadtest.bench

requirements: $(READY) ## Resolve pyproject.toml anew into requirements/
	scripts/requirements

clean: ## Remove everything that can be made again, servers' data included
	rm -rf .venv .venv-generate .dibs build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help setup demo test test-fresh lint types layers generate current copies checklist check faults swarm swarm-web versions bench requirements clean

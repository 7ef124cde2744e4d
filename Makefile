# Every task of the project. `make` alone lists them; nothing here needs a step before it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PY := .venv/bin/python
# where the built pages and papers say they live; a deployment gives its own PUBLIC_URL
SITE ?= http://localhost:8000

# how many simulated worlds, and from which seed on
SEEDS ?= 100
FROM ?= 1
SEED ?=

PYTHON_SOURCES := $(wildcard app.py) chalicelib infra tests
QUICK_TESTS := $(wildcard tests/unit tests/property)
SEPARATE_TESTS := tests/e2e/ tests/packaging/
OTHER_TESTS := $(filter-out $(QUICK_TESTS:=/) $(SEPARATE_TESTS) tests/data/ tests/__pycache__/,$(sort $(dir $(wildcard tests/*/*))))
# French words are no spelling mistakes, so only what is English throughout is read for them
ENGLISH := $(wildcard *.md docs chalicelib/domain chalicelib/application chalicelib/adapters chalicelib/entrypoints infra/packaging infra/bench)
WEB_SOURCES := $(shell find infra/web -path infra/web/node_modules -prune -o -path infra/web/dist -prune -o -type f -print)

# ---- what people call -----------------------------------------------------------------------

.PHONY: help
help:  ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: venv emulator engine web  ## start everything on this machine and print the addresses
	$(PY) -m infra.local.run

.PHONY: demo
demo: venv emulator engine web  ## play ten subscribers over fourteen months under two policies, and audit them
	$(PY) -m infra.local.demo

.PHONY: test
test: static emulator engine web browser  ## every check and every test
	$(PY) -m pytest -q -n auto --cov=chalicelib.domain --cov=chalicelib.application --cov-branch \
	    --cov-report=term:skip-covered --cov-fail-under=100 $(QUICK_TESTS)
	$(PY) -m pytest -q -n auto $(OTHER_TESTS)
	$(PY) -m pytest -q tests/packaging
	$(PY) -m pytest -q tests/e2e

.PHONY: check
check: static  ## format, lint, types, layers, quick tests: under a minute
	$(PY) -m pytest -q -n auto $(QUICK_TESTS)

.PHONY: static
static: venv
	.venv/bin/ruff format --check $(PYTHON_SOURCES)
	.venv/bin/ruff check $(PYTHON_SOURCES)
	.venv/bin/mypy
	.venv/bin/lint-imports

.PHONY: pr
pr: test package  ## what a change must pass before it is offered
	HYPOTHESIS_PROFILE=ci $(PY) -m pytest -q -n auto tests/property
	.venv/bin/codespell $(ENGLISH)
	.venv/bin/vulture app.py chalicelib --min-confidence 100 --ignore-names msgid2
	.venv/bin/pip-audit -r requirements.txt --disable-pip --no-deps

.PHONY: package
package: .venv-package/.made venv web  ## the bundle, the layer and the template that ship, in build/
	.venv-package/bin/python -m infra.packaging.build --out build/package
	.venv/bin/cfn-lint --non-zero-exit-code error build/package/sam.yaml

.PHONY: docs
docs: venv  ## write the generated documents again from the code and its tests
	$(PY) -m infra.docs.clauses
	$(PY) -m infra.docs.failures
	$(PY) -m infra.docs.policies

.PHONY: bench
bench: venv engine .venv-package/.made  ## measure start-up, papers, units and a hard day of renewals, and write the figures down
	.venv-package/bin/python -m infra.bench.cold_init > build/cold-init.md && mv build/cold-init.md docs/benchmarks/cold-init.md
	$(PY) -m infra.papers.benchmark > build/papers.md && mv build/papers.md docs/benchmarks/papers.md
	$(PY) -m infra.bench.units > build/units.md && mv build/units.md docs/benchmarks/units.md
	$(PY) -m infra.bench.drain > build/drain.log

.PHONY: simulate
simulate: venv  ## live SEEDS worlds from seed FROM on and audit them, or SEED alone, with its story
	$(PY) -m tests.simulation.command --seeds $(SEEDS) --from $(FROM) $(if $(SEED),--seed $(SEED))

.PHONY: gallery
gallery: venv web  ## every component of the pages on one page, in build/gallery/
	$(PY) -m infra.packaging.gallery --out build/gallery

.PHONY: operate
operate: venv  ## the operator's commands: make operate ARGS="--sandbox dry-run"; ARGS="--help" lists them
	$(PY) -m infra.operate $(ARGS)

.PHONY: doctor
doctor:  ## what this machine has and lacks, with the remedy
	@python3 infra/packaging/doctor.py

.PHONY: clean
clean:  ## remove what was built; environments and the sandbox's data stay
	rm -rf build infra/web/dist

# ---- what they need, made once and again when its list changes ---------------------------------

.PHONY: venv emulator engine web browser
venv: .venv/.made
emulator: .venv-emulator/.made
engine: infra/local/node_modules/.made
web: infra/web/dist/.made
browser: .venv/.browser

.venv/.made: requirements.txt requirements-dev.txt
	python=$$(infra/packaging/find-python from 3.11); [ -x $(PY) ] || "$$python" -m venv .venv
	$(PY) -m pip install -q -r requirements-dev.txt
	touch $@

.venv-emulator/.made: infra/local/requirements-emulator.txt
	python=$$(infra/packaging/find-python from 3.11); [ -x .venv-emulator/bin/python ] || "$$python" -m venv .venv-emulator
	.venv-emulator/bin/python -m pip install -q -r infra/local/requirements-emulator.txt
	touch $@

# the Python that builds the bundle decides the runtime of the functions
.venv-package/.made: requirements.txt infra/packaging/requirements.txt
	python=$$(infra/packaging/find-python exactly 3.13); [ -x .venv-package/bin/python ] || "$$python" -m venv .venv-package
	.venv-package/bin/python -m pip install -q -r infra/packaging/requirements.txt
	mkdir -p build
	touch $@

infra/local/node_modules/.made: infra/local/package-lock.json
	@infra/packaging/need-node
	@[ "$$(uname -sm)" = "Linux x86_64" ] || { echo "the embedded database exists for Linux on x86-64 only: use such a machine or container" >&2; exit 1; }
	npm ci --silent --prefix infra/local
	touch $@

infra/web/dist/.made: $(WEB_SOURCES) .venv/.made $(wildcard chalicelib/texts/terms/*)
	@infra/packaging/need-node
	npm ci --silent --prefix infra/web
	npm run --silent --prefix infra/web build
	$(PY) -m infra.papers.terms_pdf --out infra/web/dist --site $(SITE)
	touch $@

.venv/.browser: .venv/.made
	$(PY) -m infra.packaging.browser --install
	touch $@

# Needs python3 (3.11 or newer) and make, nothing else. uv is used when it is there.
#
#   make run      set up what the service needs, then start a demonstration hub and say how to sign in
#   make test     set up what developers need, then run the tests          make test ARGS="-k alert"
#   make check    format, lint, types, who imports whom, generated files, documented settings and routes
#   make format   put the code in shape
#   make lock     recompile requirements/*.lock (needs uv)
#   make words    bring the catalogues of words up to date with code and templates (docs/languages.md)
#   make bench    the benchmarks: tables with ratios
#   make soak     the promises at their full size (hours)        make soak PROMISE="A2 B5" SIZE=0.1
#   make screenshots  take the pictures of docs/pictures again (needs Chromium)
#   make vendor   fetch the vendored scripts again and compare them with their list (needs npm)
#   make audit    the pinned packages against known weaknesses (needs the network)
#   make clean    remove the environment, the stamps, caches and builds

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
export PYTHON ?= python3
PYTHON_IN := $(VENV)/bin/python
WORKERS ?= 2
ARGS ?=

PROJECTS := pyproject.toml schemas/pyproject.toml clients/python/pyproject.toml
SOURCES := schemas service clients/python tests tools

# --- set-up: once per change of a lock or of a project file -----------------------------------------

# The interpreter is what the stamps depend on, so a removed or broken environment is laid again. It has
# no prerequisite itself: it is a link, and make would look at the age of the Python it leads to.
$(PYTHON_IN):
	@sh tools/environment.sh create $(VENV)

.stamps/service: $(PYTHON_IN) requirements/service.lock $(PROJECTS)
	@sh tools/environment.sh install $(VENV) requirements/service.lock
	@mkdir -p .stamps && touch $@

# The development lock contains every pin of the service's, so this one also serves `make run`.
.stamps/dev: $(PYTHON_IN) requirements/dev.lock $(PROJECTS)
	@sh tools/environment.sh install $(VENV) requirements/dev.lock
	@mkdir -p .stamps && touch $@ && touch .stamps/service

# --- what people call -------------------------------------------------------------------------------

.PHONY: help run test check format lock words bench soak screenshots vendor audit clean

help:
	@sed -n 's/^#   make/make/p' Makefile

# Our own code, too: a test run starts some hundred processes.
COMPILE := $(PYTHON_IN) -m compileall -q

run: .stamps/service
	@$(COMPILE) schemas service
	@$(VENV)/bin/routehub demo $(ARGS)

test: .stamps/dev
	@$(COMPILE) schemas service clients tests
	$(PYTHON_IN) -m pytest -n $(WORKERS) $(ARGS)

check: .stamps/dev
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PYTHON_IN) -m routehub_schemas.export --check
	$(VENV)/bin/routehub check-docs

format: .stamps/dev
	$(VENV)/bin/ruff check --fix-only .
	$(VENV)/bin/ruff format .

# Hashes, but no registry's address: the locks work with any index that serves the same files.
LOCK := UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-annotate --no-header --no-emit-index-url --no-emit-find-links --no-config
lock:
	cd requirements && $(LOCK) $(ARGS) service.in -o service.lock && $(LOCK) $(ARGS) dev.in -o dev.lock

words: .stamps/dev
	$(PYTHON_IN) tools/words.py $(ARGS)

bench: .stamps/dev
	@$(COMPILE) schemas service
	$(PYTHON_IN) -m benchmarks $(ARGS)

# SIZE: 1 is the full size, 0 that of `make test`. MINUTES: no test begins a further round after so long.
# The report stands at the end and in var/soak.json.
SIZE ?= 1
PROMISE ?=
MINUTES ?=
SEED ?= 0
soak: .stamps/dev
	@$(COMPILE) schemas service clients tests
	ROUTEHUB_SOAKING=1 ROUTEHUB_TEST_SOAK=$(SIZE) ROUTEHUB_SOAK_PROMISES="$(PROMISE)" \
	ROUTEHUB_SOAK_MINUTES="$(MINUTES)" ROUTEHUB_SOAK_SEED="$(SEED)" \
	$(PYTHON_IN) -m pytest -m "promise or soak" -v --timeout=7200 $(ARGS)

screenshots: .stamps/dev
	$(PYTHON_IN) tools/screenshots.py $(ARGS)

vendor: .stamps/dev
	$(PYTHON_IN) tools/vendor.py $(ARGS)

# A tool of its own environment: what it needs is no part of the hub.
audit:
	uvx --from pip-audit pip-audit --strict --requirement requirements/service.lock --disable-pip --require-hashes $(ARGS)

clean:
	rm -rf $(VENV) .stamps dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	find $(wildcard $(SOURCES)) -name __pycache__ -type d -prune -exec rm -rf {} +

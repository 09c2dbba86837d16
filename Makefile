# Two commands matter to a visitor: `make demo` and `make test`. Each is enough by itself: it finds a Python,
# makes .venv, installs the locked dependencies and does its work. A second call skips what is already there.
#
# Everything installed is pinned and hash-checked, the build backend included, and comes as a wheel, so that
# nothing outside the lock files is ever downloaded or built.

.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCKED := $(INSTALL) --only-binary :all: --require-hashes
OURSELVES := $(INSTALL) --no-deps --no-build-isolation --no-index --editable .
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-strip-extras $(LOCKFLAGS)

.PHONY: help demo test coverage lint format lock clean

help: ## Show what there is to run
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile

demo: $(VENV)/.ready ## Set up, then review a real diff against the built-in stand-in for the Claude API
	$(BIN)/hunkwise review --simulate --diff examples/demo/checkout.diff

test: $(VENV)/.ready-to-test ## Set up, then run all tests
	$(BIN)/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder

coverage: $(VENV)/.ready-to-test ## The same with branch coverage, which takes twice as long
	$(BIN)/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder --cov

lint: $(VENV)/.ready-to-test ## Check style, types and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.ready-to-test ## Put the code into shape
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

lock: $(VENV)/.ready-to-test ## Resolve pyproject.toml into the lock files (LOCKFLAGS=--upgrade for newer versions)
	$(COMPILE) pyproject.toml --extra postgres --output-file requirements.lock
	$(COMPILE) pyproject.toml --all-extras --group dev --constraints requirements.lock --output-file requirements-dev.lock
	$(COMPILE) --group build --constraints requirements-dev.lock --output-file requirements-build.lock

clean: ## Remove the environment and everything that tools left behind
	rm -rf $(VENV) build dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# pip is the last thing put into a new environment, so an interrupted one is made again.
$(BIN)/pip:
	@PYTHON="$(PYTHON)" sh scripts/make-venv $(VENV)

$(VENV)/.ready: requirements.lock requirements-build.lock pyproject.toml | $(BIN)/pip
	@echo "Installing what Hunkwise needs into $(VENV) (once)"
	@$(LOCKED) -r requirements.lock
	@$(LOCKED) -r requirements-build.lock
	@$(OURSELVES)
	@touch $@

$(VENV)/.ready-to-test: requirements-dev.lock pyproject.toml | $(BIN)/pip
	@echo "Installing what Hunkwise and its tests need into $(VENV) (once)"
	@$(LOCKED) -r requirements-dev.lock
	@$(OURSELVES)
	@touch $@ $(VENV)/.ready

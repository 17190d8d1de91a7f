PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test soak check assets help

help:            ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## */\t/'

run: .venv/run   ## open the app on the bundled set
	@$(BIN)/python -m app

# Two processes, each on one thread: threads that wait for each other's turn cost more than they save.
test: .venv/dev  ## every test but the benchmarks and what takes minutes
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses 2 --dist loadscope

soak: .venv/dev  ## the tests that take minutes: faults, load, a great many malformed files
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m soak

check: .venv/dev ## style and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

assets: .venv/assets ## make what lies in assets/ again (hours)
	@$(BIN)/python -m core.recipes.pocket && $(BIN)/python -m core.recipes.pocket2.make && $(BIN)/python -m core.recipes.sets
	@$(BIN)/python -m core.recipes.evaluate --card && $(BIN)/python -m core.recipes.pocket2.evaluate --drawings --folds --card
	@$(BIN)/python -m core.recipes.faces.bundle && $(BIN)/python -m core.recipes.faces.train && $(BIN)/python -m core.recipes.faces.strips

# uv installs several GB in half the time; the marks are newer than what they were made from.
.venv/uv:
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet uv
	@touch $@

.venv/run: requirements.txt | .venv/uv
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.txt
	@touch $@

.venv/dev: requirements.txt requirements-dev.txt | .venv/uv
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements-dev.txt
	@touch $@

.venv/assets: requirements-assets.txt .venv/dev
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements-assets.txt
	@touch $@

# Everything here sets itself up: only Python 3.11 or newer, Node.js and make have to be there.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
READY := $(VENV)/.ready

.PHONY: run test lint bench docs clean

run: $(READY) ## the server and the demo app
	$(BIN)/mockstytch demo

test: $(READY) ## all tests
	$(BIN)/python -m pytest -n auto --dist loadgroup

lint: $(READY) ## format, lint, types, import layers, generated docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tools.docs --check

docs: $(READY) ## write the generated pages anew
	$(BIN)/python -m tools.schema
	$(BIN)/python -m tools.docs

bench: $(READY) ## ratios, side by side, in one run
	$(BIN)/python -m benchmarks

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	@$(BIN)/python -c "open('$(READY)', 'w').close()"

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache

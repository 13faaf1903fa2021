# The commands of the README are `make demo` and `make test`. Everything goes into .venv, and each command adds what it
# needs itself, so that whoever only wants to see the demo waits for nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Processes of `make test`, each with a site of its own: one more than processors, because some tests wait.
WORKERS ?= $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN))
ARGS ?=

.PHONY: demo demo-check test lint images audit chromium clean
# Two pips in one folder would break each other.
.NOTPARALLEL:

demo: $(VENV)/.has-embedded
	@$(BIN)/python -m embedded.demo $(ARGS)

demo-check: $(VENV)/.has-embedded
	@$(BIN)/python -m embedded.demo_check $(ARGS)

test: $(VENV)/.has-embedded,test chromium
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --durations=20 $(ARGS)

lint: $(VENV)/.has-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The pictures of docs/images that show the app's own pages.
images: $(VENV)/.has-embedded,test chromium
	@$(BIN)/python -m tests.images

# Fails for a known hole, and when it could not be checked.
audit: $(VENV)/.has-audit
	@$(BIN)/python -m tests.audit

# Only the browser tests need it; a system's own package, because pages are tested in a browser that people have. Without a
# window (Debian's chromium-headless-shell) it takes half the processor time.
BROWSERS := chromium-headless-shell chromium chromium-browser google-chrome
chromium:
	@for each in $(BROWSERS); do command -v $$each >/dev/null && exit 0; done; \
	echo "Installing Chromium for the browser tests ..."; \
	{ apt-get update -q && { apt-get install -y -q chromium-headless-shell || apt-get install -y -q chromium; }; } || \
	{ echo "Install Chromium (Debian: apt-get install chromium-headless-shell) and run this again."; exit 1; }

# What this machine lacks is said in one line. A .venv that was not finished, or whose Python is gone, is made anew.
define MAKE_VENV
command -v $(PYTHON) >/dev/null || { \
	echo "There is no $(PYTHON) here. Debian and Ubuntu: sudo apt-get install python3 python3-venv"; exit 1; }; \
$(PYTHON) embedded/fitness.py && $(PYTHON) -m venv --clear $(VENV)
endef

# The stem is a list of extras of pyproject.toml. What pip says is of interest when it fails.
$(VENV)/.has-%: pyproject.toml setup.py
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { $(MAKE_VENV); }
	@echo "Installing what is needed for [$*] into $(VENV), once ..."
	@$(BIN)/python -m pip install --disable-pip-version-check -e ".[$*]" >$(VENV)/pip.log 2>&1 || { \
		cat $(VENV)/pip.log; echo "Not installed: pip's own words are above."; exit 1; }
	@touch $@

clean:
	rm -rf $(VENV) .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info

# The two commands of the README are `make demo` and `make test`; everything they need goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Processes of `make test`, each with a site of its own. Two for each processor, because half of a test is waiting.
WORKERS ?= $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN))
ARGS ?=

.PHONY: demo demo-check test lint images chromium clean

demo: $(VENV)/.ready
	@$(BIN)/python -m embedded.demo $(ARGS)

demo-check: $(VENV)/.ready
	@$(BIN)/python -m embedded.demo_check $(ARGS)

test: $(VENV)/.ready chromium
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --durations=20 $(ARGS)

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# The pictures of docs/images that show the app's own pages.
images: $(VENV)/.ready chromium
	@$(BIN)/python -m tests.images

# Only the browser tests need it; a system's own package, because pages are tested in a browser that people have.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
		echo "Installing Chromium for the browser tests ..."; \
		{ apt-get update -q && apt-get install -y -q chromium; } || \
		{ echo "Install Chromium (Debian: apt-get install chromium) and run this again."; exit 1; }; }

$(VENV)/.ready: pyproject.toml setup.py
	@echo "Installing into $(VENV) (once, about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -e ".[embedded,test,dev]"
	@touch $@

clean:
	rm -rf $(VENV) .demo .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info

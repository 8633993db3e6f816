# facility-agent: `make demo` to see it, `make test` to check it, `make help` for the rest.

.DEFAULT_GOAL := help
.PHONY: demo test proof lint clean lock help
.SILENT:

BIN := .venv/bin

# Install what is missing, then show the demonstration (DEMO_ARGS="…" is passed on to it).
demo:
	sh scripts/setup.sh runtime
	$(BIN)/facility-agent demo $(DEMO_ARGS)

# Install what the tests need, then check style, types and behaviour (TEST_ARGS="…" is passed on to pytest).
test:
	sh scripts/setup.sh tests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TEST_ARGS)

# Measure what the documents promise, at length, one test at a time; the figures go to docs/proof.md.
proof:
	sh scripts/setup.sh tests
	$(BIN)/python -m pytest -p no:xdist --timeout=3600 tests/proof

# Check style and types only.
lint:
	sh scripts/setup.sh lint
	$(BIN)/ruff check .
	$(BIN)/mypy

# Pin every library anew, at its newest version that pyproject.toml allows.
lock:
	sh scripts/lock.sh

# Remove what the tools left behind; .venv stays.
clean:
	rm -rf build dist htmlcov .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -path ./.venv -prune -o -type d -name __pycache__ -exec rm -rf {} +

# Say what each command does.
help:
	awk '/^# / { said = substr($$0, 3); next } /^[a-z]+:/ { sub(":.*", ""); printf "make %-6s %s\n", $$0, said }' $(MAKEFILE_LIST)

# Every command sets up what it needs (Odoo, Python packages, PostgreSQL) in .dev; `make help` lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
COMMANDS := $(subst _,-,$(basename $(notdir $(filter-out %/__init__.py,$(wildcard dev/commands/*.py)))))

.PHONY: help $(COMMANDS)
help:
	@$(PYTHON) -m dev help

# PYTEST_ARGS passes through to pytest: make test PYTEST_ARGS="-k session -x"
# One more way to pass options: make faults ROUNDS=100 (and SEED=, ORDERS=, KINDS=; see dev/commands/faults.py)
$(COMMANDS):
	@$(PYTHON) -m dev $@ $(ARGS)

export PYTEST_ARGS

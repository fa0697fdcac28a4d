# Thin doors to bootstrap.py; without make: python3 bootstrap.py run|test|check|...
# Arguments go through: make run ARGS="--port 9000", make test ARGS="-k ledger".
PYTHON ?= $(shell command -v python3 || command -v python || echo python3)

.PHONY: run demo test check fix bench soak lock
run demo test check fix bench soak lock:
	@$(PYTHON) bootstrap.py $@ $(ARGS)

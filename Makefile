# Thin doors to bootstrap.py; without make: python3 bootstrap.py run|test|check|...
# Arguments go through: make run ARGS="--port 9000", make test ARGS="-k ledger".
# Any Python will do here: bootstrap.py looks for one that is new enough, or names what to install.
NAMES := python3 python3.14 python3.13 python3.12 python3.11 python
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for name in $(NAMES); do command -v $$name && break; done 2>/dev/null)
endif

.PHONY: run demo test check fix bench soak lock
run demo test check fix bench soak lock:
	$(if $(PYTHON),,$(error Sempre needs Python 3.11 or newer (Debian: sudo apt-get install python3 python3-venv)))
	@$(PYTHON) bootstrap.py $@ $(ARGS)

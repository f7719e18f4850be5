# `make demo` shows everything, `make test` tests everything. Settings: see docs/settings.md.
PORT ?= 8000
HOST ?= 127.0.0.1
SUITABLE = 'import sys; sys.exit(sys.version_info < (3, 11))'
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c $(SUITABLE) 2>/dev/null && echo $$name && break; done)
VENV = .venv/bin
MANAGE = $(VENV)/python manage.py

.DEFAULT_GOAL := help
.PHONY: help install demo run worker test lint types ci environment dev-environment

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1@\2/p' Makefile | tr '@' '\t' | expand -t 16

install: environment ## Make .venv and node_modules with the pinned packages

demo: environment ## A whole study on this machine (PHOTOS=folder, HISTORY=folder, PORT=8001, PARTICIPANTS=60)
	@$(MANAGE) demo --host $(HOST) --port $(PORT) $(if $(PHOTOS),--photos "$(PHOTOS)") \
		$(if $(HISTORY),--history "$(HISTORY)") $(if $(PARTICIPANTS),--participants $(PARTICIPANTS))

run: environment ## The site, its worker and its embedded Redis (PORT=8001, HOST=0.0.0.0)
	@$(MANAGE) run --host $(HOST) --port $(PORT)

worker: environment ## One more worker for a site that runs elsewhere (REDIS_URL, DATABASE_URL)
	@$(MANAGE) worker

test: dev-environment ## Every test: Python, JavaScript and a real browser
	@sh scripts/test.sh

lint: dev-environment ## Format, lint, import contracts, templates, forgotten migrations
	@sh scripts/lint.sh

types: dev-environment ## Strict type checks
	@$(VENV)/mypy

ci: ## What decides about a change: services, tests, lint, types
	@bash .ci/run

environment dev-environment:
	@test -n "$(PYTHON)" || { echo "Foolrate needs Python 3.11 or later, and this machine has none." \
		"Install one, or say where it is: make demo PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) scripts/install.py $(if $(filter dev-environment,$@),dev,local)

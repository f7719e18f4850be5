#!/bin/sh
# Everything that reads the code without running it, except types.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
export FOOLRATE_DATA="$data" DATABASE_URL= REDIS_URL=

$bin/ruff check .
$bin/ruff format --check .
find templates -name '*.html' -exec $bin/djade --check --target-version 5.2 {} +
$bin/lint-imports --no-cache
$bin/python manage.py makemigrations --check --dry-run

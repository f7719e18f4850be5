#!/bin/sh
# Every test. On SQLite and an embedded Redis; then, with TEST_DATABASE_URL or TEST_REDIS_URL, on those too.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
processes=${TEST_PROCESSES:-3}
# Dozens of processes import the same code: they keep what they compiled (in __pycache__, which git ignores).
unset PYTHONDONTWRITEBYTECODE
say() { printf '\n== %s ==\n' "$1"; }

# An address without its user and password.
public() { printf "%s" "$1" | sed "s#//[^@/]*@#//#"; }

# Several processes: each begins with a share of the tests and takes over from the others when it is done.
# Many tests wait for a page or a worker, so there is one process more than the two cores that CI has.
together() { $bin/pytest -n "$processes" --dist worksteal "$@"; }

say "JavaScript"
# The files by name: a folder means something else to each version of Node.js.
$bin/python config/processes/node.py node --test $(find tests/runner -name "*.test.js")

say "Python, on SQLite and an embedded Redis"
(
    unset TEST_DATABASE_URL TEST_REDIS_URL
    failed=0
    together -m "not timing" "$@" || failed=$?
    # What measures time runs alone, and also if the rest failed.
    $bin/pytest -m timing "$@" || test $? -eq 5 || failed=1 # 5: there was none to run
    exit "$failed"
)

if test -n "${TEST_DATABASE_URL:-}${TEST_REDIS_URL:-}"; then
    say "Python, on $(public "${TEST_DATABASE_URL:-SQLite}") and $(public "${TEST_REDIS_URL:-an embedded Redis}")"
    # Pure code meets neither database nor queue, and a page looks the same over either: tested once.
    together -m "(django_db or workers) and not (browser or timing)" --ignore=tests/config "$@"
fi

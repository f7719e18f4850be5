#!/bin/sh
# Every test on SQLite and an embedded Redis. Then, with TEST_DATABASE_URL or TEST_REDIS_URL, the tests that bear the
# mark `database` run on those, too; with TEST_ALL=1 all tests that meet a database do.
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

# The files with tests that bear this mark: the others need not be read.
having() { grep -rl "pytest\.mark\.$1\b" tests --include="test_*.py" | sort; }

say "JavaScript"
# The files by name: a folder means something else to each version of Node.js.
$bin/python config/processes/node.py node --test $(find tests/runner -name "*.test.js")

say "Python, on SQLite and an embedded Redis"
(
    unset TEST_DATABASE_URL TEST_REDIS_URL
    failed=0
    together -m "not timing" "$@" || failed=$?
    # What measures time runs alone, and also if the rest failed.
    $bin/pytest -m timing $(having timing) "$@" || test $? -eq 5 || failed=1 # 5: there was none to run
    exit "$failed"
)

if test -n "${TEST_DATABASE_URL:-}${TEST_REDIS_URL:-}"; then
    say "Python, on $(public "${TEST_DATABASE_URL:-SQLite}") and $(public "${TEST_REDIS_URL:-an embedded Redis}")"
    # What differs between the databases is asked of both: locks and people who come at the same time, claims of
    # workers, constraints, what a column takes (texts, numbers, JSON, times), the order of rows, sums and searches,
    # the loading of a dump, and every page with many rows. What is then done with the rows is the same Python, and
    # pure code and the look of a page meet neither database nor queue: tested once.
    if test "${TEST_ALL:-}" = 1; then
        together -m "(django_db or workers or database) and not (browser or timing)" "$@"
    else
        together -m database $(having database) "$@"
    fi
fi

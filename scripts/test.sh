#!/bin/sh
# Every test. On SQLite and an embedded Redis; then, with TEST_DATABASE_URL or TEST_REDIS_URL, on those too.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
processes=${TEST_PROCESSES:-2}
# Pure code meets neither database nor queue, and tests/config brings its own: these are tested once.
pure="tests/config tests/architecture tests/contracts tests/colorizers/methods tests/colorizers/networks tests/colorizers/training tests/evaluation/metrics tests/evaluation/statistics"

say() { printf '\n== %s ==\n' "$1"; }

# An address without its user and password.
public() { printf "%s" "$1" | sed "s#//[^@/]*@#//#"; }

# Real workers and browsers measure time: they run alone, after the rest, and also if the rest failed.
suite() {
    alone=$1
    shift
    failed=0
    $bin/pytest -n "$processes" -m "not browser and not workers" "$@" || failed=$?
    status=0
    $bin/pytest -m "$alone" "$@" || status=$?
    test "$status" -eq 5 || test "$status" -eq 0 || failed=$status # 5: there was none to run
    return "$failed"
}

say "JavaScript"
# The files by name: a folder means something else to each version of Node.js.
$bin/python config/processes/node.py node --test $(find tests/runner -name "*.test.js")

say "Python, on SQLite and an embedded Redis"
(
    unset TEST_DATABASE_URL TEST_REDIS_URL
    suite "browser or workers" "$@"
)

if test -n "${TEST_DATABASE_URL:-}${TEST_REDIS_URL:-}"; then
    say "Python, on $(public "${TEST_DATABASE_URL:-SQLite}") and $(public "${TEST_REDIS_URL:-an embedded Redis}")"
    ignored=
    for folder in $pure; do ignored="$ignored --ignore=$folder"; done
    # A page looks the same over either database, so browsers have done their part.
    # shellcheck disable=SC2086 - one word for each folder
    suite "workers" $ignored "$@"
fi

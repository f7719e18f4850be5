#!/bin/sh
# Every test. On SQLite and an embedded Redis; then, with TEST_DATABASE_URL or TEST_REDIS_URL, on those too.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
processes=${TEST_PROCESSES:-2}
say() { printf '\n== %s ==\n' "$1"; }

# An address without its user and password.
public() { printf "%s" "$1" | sed "s#//[^@/]*@#//#"; }

# Real workers and browsers measure time: they run alone, after the rest, and also if the rest failed.
suite() {
    together=$1 alone=$2
    shift 2
    failed=0
    $bin/pytest -n "$processes" -m "$together" "$@" || failed=$?
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
    suite "not browser and not workers" "browser or workers" "$@"
)

if test -n "${TEST_DATABASE_URL:-}${TEST_REDIS_URL:-}"; then
    say "Python, on $(public "${TEST_DATABASE_URL:-SQLite}") and $(public "${TEST_REDIS_URL:-an embedded Redis}")"
    # Pure code meets neither database nor queue, and a page looks the same over either: tested once.
    suite "django_db and not browser and not workers" "workers" --ignore=tests/config "$@"
fi

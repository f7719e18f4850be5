#!/bin/sh
# Writes requirements/*.lock: every package of the images, with the SHA-256 of each of its files.
# Run it after a change of requirements/web.txt, worker.txt or constraints.txt.
set -eu
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
lock() {
    out=requirements/$1.lock
    shift
    $uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
        --constraints requirements/constraints.txt --output-file "$out" "$@"
}
rm -f requirements/web.lock requirements/worker.lock
lock web requirements/web.txt
lock worker requirements/web.txt requirements/worker.txt

#!/bin/sh
# Pin every library by version and hash: requirements.lock to run, requirements-dev.lock to run and test.
#
# The files hold for Python 3.11 and later, and name no index: pip takes the packages from wherever this
# machine takes them, and the hashes say whether they are the right ones.
set -eu
cd "$(dirname "$0")/.."

if command -v uv >/dev/null 2>&1; then
    uv=uv
elif [ -x .venv/bin/uv ]; then
    uv=.venv/bin/uv
else
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    .venv/bin/python -m venv "$tools"
    "$tools/bin/python" -m pip install --quiet uv
    uv=$tools/bin/uv
fi

# Only the public index: a package of this machine's own must not reach a file that others install from.
unset UV_INDEX UV_INDEX_URL UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS

compile() {
    "$uv" pip compile pyproject.toml --quiet --no-config --universal --python-version 3.11 --upgrade \
        --generate-hashes --no-header --no-emit-index-url --no-emit-find-links "$@"
}

compile --output-file requirements.lock
compile --extra dev --constraint requirements.lock --output-file requirements-dev.lock

if grep -n -e '://' -e '^--' -e ' @ ' requirements.lock requirements-dev.lock; then
    echo "Un fichier de versions nomme une adresse. / A lock file names an address." >&2
    exit 1
fi

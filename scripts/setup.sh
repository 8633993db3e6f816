#!/bin/sh
# Put what the project needs in place: `setup.sh runtime` to run it, `lint` to check its style and types,
# `tests` to test it too.
#
# Everything Python goes to `.venv`. What only the system can give (libzbar0, Chromium, PostgreSQL, Java) is
# installed through apt when this user may, and named in one sentence when not. `APT=no` leaves the
# system alone. Nothing is done twice: a second run with nothing new takes no time and no network.
set -eu
cd "$(dirname "$0")/.."
. scripts/system.sh

case ${1:-} in
runtime) lock=requirements.lock ;;
lint | tests) lock=requirements-dev.lock ;;
*)
    echo "setup.sh runtime | lint | tests" >&2
    exit 2
    ;;
esac

# A virtual environment with pip, of a Python that is new enough.
ready_venv() {
    if .venv/bin/python -c "$NEW_ENOUGH" 2>/dev/null && .venv/bin/python -m pip --version >/dev/null 2>&1; then
        return
    fi
    python=$(find_python) || stop \
        "Il faut Python 3.11 ou plus récent : « apt-get install python3 python3-venv » (Debian 12, Ubuntu 24.04 et suivants)." \
        "Python 3.11 or later is needed: 'apt-get install python3 python3-venv' (Debian 12, Ubuntu 24.04 and later)."
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        apt_install "$package" || apt_install python3-venv || true
        "$python" -c 'import ensurepip, venv' 2>/dev/null || stop \
            "Il manque à Python de quoi créer un environnement : « apt-get install $package »." \
            "Python cannot create an environment yet: 'apt-get install $package'."
    fi
    say "Création de l'environnement Python .venv." "Creating the Python environment .venv."
    "$python" -m venv --clear .venv
}

# The libraries of the lock file, then the project itself, unless this very state is already there.
ready_libraries() {
    # What the tests need holds what running needs.
    for held in "$lock" requirements-dev.lock; do
        [ "$(cat ".venv/.installed-$held" 2>/dev/null)" != "$(cksum pyproject.toml "$held")" ] || return 0
    done
    say "Installation des bibliothèques ($lock), une seule fois." "Installing the libraries ($lock), once."
    rm -f .venv/.installed-*
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        --use-pep517 -r "$lock"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
    cksum pyproject.toml "$lock" >".venv/.installed-$lock"
}

# The second card reader; without it the first one works alone.
ready_zbar() {
    .venv/bin/python -c 'from pyzbar import pyzbar' 2>/dev/null && return
    apt_install libzbar0 || say \
        "Sans libzbar0, zxing-cpp lira seul les cartes ; pour l'ajouter : « apt-get install libzbar0 »." \
        "Without libzbar0, zxing-cpp alone will read the cards; to add it: 'apt-get install libzbar0'."
}

# The program through which Playwright speaks to the browser; it needs a library that a small system lacks.
driver_runs() {
    for driver in .venv/lib/python3*/site-packages/playwright/driver/node; do
        "$driver" --version >/dev/null 2>&1 && return
    done
    return 1
}

# What the tests drive: a browser with a font to write with, a database server of their own, and Spark's Java.
ready_services() {
    wanted=
    driver_runs || wanted="libatomic1"
    find_chromium >/dev/null || wanted="$wanted chromium fonts-dejavu-core"
    find_postgres >/dev/null || wanted="$wanted postgresql"
    if [ -n "$wanted" ]; then
        # shellcheck disable=SC2086  # several package names
        apt_install $wanted || true
    fi
    java_runs || apt_install openjdk-17-jre-headless || apt_install default-jre-headless || true
    driver_runs || stop \
        "Playwright ne démarre pas, il lui manque libatomic1 : « apt-get install libatomic1 »." \
        "Playwright does not start, it lacks libatomic1: 'apt-get install libatomic1'."
    find_chromium >/dev/null || stop \
        "Il faut Chromium pour les essais : « apt-get install chromium fonts-dejavu-core »." \
        "The tests need Chromium: 'apt-get install chromium fonts-dejavu-core'."
    find_postgres >/dev/null || stop \
        "Il faut un serveur PostgreSQL pour les essais : « apt-get install postgresql »." \
        "The tests need a PostgreSQL server: 'apt-get install postgresql'."
    java_runs || stop \
        "Il faut Java 17 ou plus récent pour les essais de Spark : « apt-get install openjdk-17-jre-headless »." \
        "The tests of Spark need Java 17 or later: 'apt-get install openjdk-17-jre-headless'."
}

# Spark 4 wants Java 17 or later.
java_runs() {
    version=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
    [ "${version:-0}" -ge 17 ]
}

ready_venv
ready_libraries
[ "$1" = lint ] || ready_zbar
[ "$1" != tests ] || ready_services

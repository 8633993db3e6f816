# shellcheck shell=sh
# What this machine has and what this user may do to it: read by the other scripts, does nothing alone.

#: Python text that fails when the interpreter is too old.
NEW_ENOUGH='import sys; sys.exit(sys.version_info < (3, 11))'

# One sentence, in both languages.
say() {
    printf '%s\n%s\n' "$1" "$2" >&2
}

stop() {
    say "$1" "$2"
    exit 1
}

# The Python to start from: $PYTHON, or python3, or the newest one known by its number.
find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        # Asked, not only looked up: a version manager leaves commands that answer with an error.
        if "$candidate" -c "$NEW_ENOUGH" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

find_chromium() {
    for candidate in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$candidate" && return
    done
    return 1
}

# The folder of initdb and postgres, the newest first; Debian keeps them out of PATH.
find_postgres() {
    for folder in $(pg_config --bindir 2>/dev/null) $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
        if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
            echo "$folder"
            return
        fi
    done
    return 1
}

# apt-get as root, or through a sudo that asks nothing; fails quietly where neither is possible.
apt_get() {
    if [ "$(id -u)" = 0 ]; then
        DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120 "$@"
    fi
}

may_install() {
    [ "${APT:-yes}" != no ] && command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

# Install Debian packages by name; the lists are fetched only when the ones at hand do not do.
apt_install() {
    may_install || return 1
    say "Installation par apt : $*." "Installing through apt: $*."
    apt_get install --yes --no-install-recommends "$@" >/dev/null 2>&1 && return
    apt_get update >/dev/null 2>&1 || true
    said=$(apt_get install --yes --no-install-recommends "$@" 2>&1) && return
    printf '%s\n' "$said" | tail -n 3 >&2
    return 1
}

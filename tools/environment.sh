#!/bin/sh
# Lays the virtual environment for the Makefile, with uv when it works, else with pip.
#
#   environment.sh create  VENV          an empty environment on a Python that is new enough
#   environment.sh install VENV LOCK     the lock's packages (hashes required) and the three distributions
set -eu

MINIMUM="3.11"
PIP_DISABLE_PIP_VERSION_CHECK=1
UV_PYTHON_DOWNLOADS=never
UV_SYSTEM_CERTS=1 # trust what the machine trusts, as pip does; older versions of uv call it native TLS
UV_NATIVE_TLS=1
export PIP_DISABLE_PIP_VERSION_CHECK UV_PYTHON_DOWNLOADS UV_SYSTEM_CERTS UV_NATIVE_TLS

say() { printf '%s\n' "$*" >&2; }

new_enough() { # a version manager's shim may exist and yet not run: ask it, do not look for it
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.14; do
        if new_enough "$candidate"; then
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    say "Routehub needs Python $MINIMUM or newer; python3 here is: $(python3 --version 2>&1 || echo missing)."
    say "Install a newer one, or name it: make PYTHON=/path/to/python3.12 …"
    exit 1
}

uv_works() { uv --version >/dev/null 2>&1; }

create() {
    venv=$1
    python=$(find_python)
    rm -rf "$venv"
    if uv_works && uv venv --quiet --no-config --python "$python" "$venv"; then
        return
    fi
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        say "$python cannot make virtual environments: on Debian and Ubuntu, apt-get install python3-venv."
        exit 1
    fi
    "$python" -m venv "$venv"
}

with_uv() {
    uv pip install --quiet --no-config --python "$venv/bin/python" "$@"
}

with_pip() {
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null
    "$venv/bin/python" -m pip install --quiet --quiet "$@"
}

install() {
    venv=$1 lock=$2
    say "Installing $lock into $venv …"
    # uv does not read pip's settings (a mirror, say), so where it fails pip has its turn.
    if uv_works && with_uv --require-hashes -r "$lock"; then
        installer=with_uv
    else
        installer=with_pip
        with_pip --require-hashes -r "$lock"
    fi
    # The backend is in the lock, so building the distributions fetches nothing.
    "$installer" --no-deps --no-build-isolation -e schemas -e clients/python -e .
    # uv compiles nothing, and under PYTHONDONTWRITEBYTECODE neither does Python: every start of a hub would read 1,500
    # modules as text, which takes three times as long. Files that do not compile are templates of some packages.
    "$venv/bin/python" -m compileall -q -j 0 "$venv"/lib/python*/site-packages >/dev/null 2>&1 || true
}

"$@"

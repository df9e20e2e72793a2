#!/usr/bin/env bash
# The peers' own environment, benchmarks/.venv-peers. Usage: benchmarks/peers/setup.sh
# SPINNERY_PEERS=/path/to/python makes the benchmarks use another one.
set -euo pipefail
cd "$(dirname "$0")/.."
VENV=.venv-peers
echo "Setting up benchmarks/$VENV (a few minutes, once) ..."
"${PYTHON:-python3}" -m venv "$VENV"
# Alone and before the others, whose own requirements would pull CUDA packages.
"$VENV/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.13.0
"$VENV/bin/python" -m pip install --quiet --disable-pip-version-check -r peers/requirements.txt
"$VENV/bin/python" -c 'import torch, lassonet, gcrnet.gcrnet, adelie, xgboost'
echo "done"

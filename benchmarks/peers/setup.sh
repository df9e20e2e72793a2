#!/usr/bin/env bash
# The peers' own environments, benchmarks/.venv-peers and .venv-keras. Usage: benchmarks/peers/setup.sh
# SPINNERY_PEERS and SPINNERY_KERAS (paths of a Python) make the benchmarks use others.
set -euo pipefail
cd "$(dirname "$0")/.."
VENV=.venv-peers
echo "Setting up benchmarks/$VENV (a few minutes, once) ..."
"${PYTHON:-python3}" -m venv "$VENV"
# Alone and before the others, whose own requirements would pull CUDA packages.
"$VENV/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.13.0
"$VENV/bin/python" -m pip install --quiet --disable-pip-version-check -r peers/requirements.txt
"$VENV/bin/python" -c 'import torch, lassonet, gcrnet.gcrnet, adelie, xgboost'
# Keras on JAX needs a newer NumPy than the others allow: benchmarks/.venv-keras.
"${PYTHON:-python3}" -m venv .venv-keras
.venv-keras/bin/python -m pip install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2
KERAS_BACKEND=jax .venv-keras/bin/python -c 'import keras'
echo "done"

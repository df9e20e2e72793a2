#!/usr/bin/env bash
# The peers' own environments, benchmarks/.venv-peers and .venv-peers2, 3. Usage: benchmarks/peers/setup.sh
# SPINNERY_PEERS, SPINNERY_PEERS2 and 3 (paths of a Python) make the benchmarks use others.
set -euo pipefail
cd "$(dirname "$0")/.."

install() { # environment; what pip is given
  "$1/bin/python" -m pip install --quiet --disable-pip-version-check "${@:2}"
}

echo "Setting up benchmarks/.venv-peers, .venv-peers2, .venv-peers3 and .venv-reports (a few minutes, once) ..."
"${PYTHON:-python3}" -m venv .venv-peers
install .venv-peers torch==2.13.0 # alone and first: the others' requirements would pull CUDA packages
install .venv-peers -r peers/requirements.txt
.venv-peers/bin/python -c 'import torch, lassonet, gcrnet.gcrnet, adelie, xgboost'
# adelie wants NumPy 1, these NumPy 2.
"${PYTHON:-python3}" -m venv .venv-peers2
install .venv-peers2 -r peers/requirements2.txt
KERAS_BACKEND=jax .venv-peers2/bin/python -c 'import keras, sksurv'
# Those that list features: LassoNet again, beside packages that need NumPy 2.
"${PYTHON:-python3}" -m venv .venv-peers3
install .venv-peers3 torch==2.13.0
install .venv-peers3 -r peers/requirements3.txt
.venv-peers3/bin/python -c 'import torch, lassonet, ipss, hidimstat, knockpy, boruta'
# Those that write reports.
"${PYTHON:-python3}" -m venv .venv-reports
install .venv-reports -r peers/requirements-reports.txt
.venv-reports/bin/python -c 'import skrub, multiqc, interpret, shapash'
echo "done"

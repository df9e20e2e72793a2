#!/usr/bin/env bash
# Every benchmark in order, then RESULTS.md. About an hour and a half on two cores; most of it is LassoNet.
#   benchmarks/run_all.sh            SPINNERY_DATA=... for the real sets
#   benchmarks/run_all.sh --smoke    tiny data, no peers, under a minute: does everything run?
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-.venv/bin/python}
START=$SECONDS

step() { # what it does; the command
  local begin=$SECONDS
  echo "== $1"
  "${@:2}"
  echo "   $((SECONDS - begin)) s"
}

if [ "${1:-}" = --smoke ]; then
  for name in simulations madelon engine integrative network_speed embedding proximal report; do
    more=()
    [ "$name" != network_speed ] || more=(--methods spinnery sklearn)
    step "$name" "$PYTHON" "benchmarks/$name.py" --smoke "${more[@]}"
  done
  echo "Smoke run passed in $((SECONDS - START)) s."
  exit
fi

export SPINNERY_PEERS=${SPINNERY_PEERS:-benchmarks/.venv-peers/bin/python}
export SPINNERY_KERAS=${SPINNERY_KERAS:-benchmarks/.venv-keras/bin/python}
[ -x "$SPINNERY_PEERS" ] && [ -x "$SPINNERY_KERAS" ] || step "Peers' environment (minutes, once)" benchmarks/peers/setup.sh

step "Engine: share of the matrix-product peak (1 min)" "$PYTHON" benchmarks/engine.py
step "Speed beside LassoNet and GCRNet (5 min)" "$PYTHON" benchmarks/speed.py
step "Size: 1,000 to 100,000 features (10 min)" "$PYTHON" benchmarks/size.py
step "Simulations, ours and told (8 min)" "$PYTHON" benchmarks/simulations.py
step "Madelon form, ours (3 min)" "$PYTHON" benchmarks/madelon.py
step "Madelon form, XGBoost (1 min)" "$SPINNERY_PEERS" benchmarks/peer_madelon.py
step "Simulated cohorts, ours (10 min)" "$PYTHON" benchmarks/integrative.py
step "Simulated cohorts, group lasso (10 s)" "$SPINNERY_PEERS" benchmarks/peer_integrative.py
step "Networks beside scikit-learn, PyTorch and Keras (4 min)" "$PYTHON" benchmarks/network_speed.py
step "Linear problems and dictionaries beside scikit-learn (4 min)" "$PYTHON" benchmarks/proximal.py
step "Maps of samples (4 min)" env SPINNERY_CACHE=off "$PYTHON" benchmarks/embedding.py
if [ -n "${SPINNERY_DATA:-}" ]; then
  step "Networks on digits (5 min)" "$PYTHON" benchmarks/networks.py
  step "Real sets, ours (5 min)" "$PYTHON" benchmarks/real.py
  step "Real sets, adelie (1 min)" "$SPINNERY_PEERS" benchmarks/peer_real.py
  step "Real cohorts (15 min)" "$PYTHON" benchmarks/integrative_real.py
else
  echo "== Real sets: skipped, SPINNERY_DATA is not set"
fi
step "Simulations, peers (45 min)" "$SPINNERY_PEERS" benchmarks/peer_simulations.py
step "RESULTS.md" "$PYTHON" benchmarks/report.py
echo "All benchmarks in $((SECONDS - START)) s."

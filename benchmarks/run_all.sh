#!/usr/bin/env bash
# Every benchmark in order, then RESULTS.md. About an hour on two cores; most of it is LassoNet.
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
  for name in simulations madelon engine integrative report; do
    step "$name" "$PYTHON" "benchmarks/$name.py" --smoke
  done
  echo "Smoke run passed in $((SECONDS - START)) s."
  exit
fi

export SPINNERY_PEERS=${SPINNERY_PEERS:-benchmarks/.venv-peers/bin/python}
[ -x "$SPINNERY_PEERS" ] || step "Peers' environment (minutes, once)" benchmarks/peers/setup.sh

step "Engine: share of the matrix-product peak (1 min)" "$PYTHON" benchmarks/engine.py
step "Speed beside LassoNet and GCRNet (5 min)" "$PYTHON" benchmarks/speed.py
step "Size: 1,000 to 100,000 features (10 min)" "$PYTHON" benchmarks/size.py
step "Simulations, ours and told (8 min)" "$PYTHON" benchmarks/simulations.py
step "Madelon form, ours (3 min)" "$PYTHON" benchmarks/madelon.py
step "Madelon form, XGBoost (1 min)" "$SPINNERY_PEERS" benchmarks/peer_madelon.py
step "Simulated cohorts, ours (10 min)" "$PYTHON" benchmarks/integrative.py
step "Simulated cohorts, group lasso (10 s)" "$SPINNERY_PEERS" benchmarks/peer_integrative.py
if [ -n "${SPINNERY_DATA:-}" ]; then
  step "Real sets, ours (5 min)" "$PYTHON" benchmarks/real.py
  step "Real sets, adelie (1 min)" "$SPINNERY_PEERS" benchmarks/peer_real.py
  step "Real cohorts (15 min)" "$PYTHON" benchmarks/integrative_real.py
else
  echo "== Real sets: skipped, SPINNERY_DATA is not set"
fi
step "Simulations, peers (45 min)" "$SPINNERY_PEERS" benchmarks/peer_simulations.py
step "RESULTS.md" "$PYTHON" benchmarks/report.py
echo "All benchmarks in $((SECONDS - START)) s."

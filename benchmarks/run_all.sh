#!/usr/bin/env bash
# Every benchmark in order, then RESULTS.md. Some hours on two cores; 90 minutes of them are exact
# recovery, seven hours lists (reruns go on where they stopped), 45 LassoNet.
#   benchmarks/run_all.sh            SPINNERY_DATA=... for the real sets
#   benchmarks/run_all.sh --smoke    tiny data, no peers, a few minutes: does everything run?
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-.venv/bin/python}
START=$SECONDS

step() { # what it does; the Python; its module in benchmarks/, and options
  local begin=$SECONDS
  echo "== $1"
  "$2" -m "benchmarks.$3" "${@:4}"
  echo "   $((SECONDS - begin)) s"
}

if [ "${1:-}" = --smoke ]; then
  for name in evidence.null evidence.lists evidence.intervals simulations.run simulations.sizes madelon.run \
    recovery.run survival.simulated survival.speed \
    counts.run speed.engine speed.device large.run cohorts.simulated networks.epochs embedding.run proximal.run faults.kills \
    faults.long_lived workers.devices fuzz.tables reports.run report; do
    more=()
    [ "$name" != networks.epochs ] || more=(--methods spinnery sklearn)
    step "$name" "$PYTHON" "$name" --smoke "${more[@]}"
  done
  echo "Smoke run passed in $((SECONDS - START)) s."
  exit
fi

export SPINNERY_PEERS=${SPINNERY_PEERS:-benchmarks/.venv-peers/bin/python}
export SPINNERY_PEERS2=${SPINNERY_PEERS2:-benchmarks/.venv-peers2/bin/python}
export SPINNERY_PEERS3=${SPINNERY_PEERS3:-benchmarks/.venv-peers3/bin/python}
export SPINNERY_REPORTS=${SPINNERY_REPORTS:-benchmarks/.venv-reports/bin/python}
[ -x "$SPINNERY_PEERS" ] && [ -x "$SPINNERY_PEERS2" ] && [ -x "$SPINNERY_PEERS3" ] &&
  [ -x "$SPINNERY_REPORTS" ] || benchmarks/peers/setup.sh

step "Engine: share of the matrix-product peak (1 min)" "$PYTHON" speed.engine
step "A thousand lanes, and default fits, on this device (30 min on two cores)" "$PYTHON" speed.device
step "Speed beside LassoNet and GCRNet (5 min)" "$PYTHON" speed.run
step "Size: 1,000 to 100,000 features (10 min)" "$PYTHON" speed.size
step "Large tables (30 min)" "$PYTHON" large.run
step "Simulations, ours and told (8 min)" "$PYTHON" simulations.run
step "What choosing the size costs, ten seeds (4 min)" "$PYTHON" simulations.sizes
step "How long evidence takes (5 min)" "$PYTHON" evidence.speed
step "The check for nothing: noise and power (40 min)" "$PYTHON" evidence.null
step "Madelon form, ours (3 min)" "$PYTHON" madelon.run
step "Madelon form, XGBoost (1 min)" "$SPINNERY_PEERS" madelon.peer
step "Survival, simulated" "$PYTHON" survival.simulated
step "Survival beside regression: time" "$PYTHON" survival.speed
step "Counts" "$PYTHON" counts.run
step "Simulated cohorts, ours (10 min)" "$PYTHON" cohorts.simulated
step "Simulated cohorts, group lasso (10 s)" "$SPINNERY_PEERS" cohorts.peer
step "Networks beside scikit-learn, PyTorch and Keras (4 min)" "$PYTHON" networks.epochs
step "Linear problems and dictionaries beside scikit-learn (4 min)" "$PYTHON" proximal.run
step "Fifty kills (10 min)" "$PYTHON" faults.kills
step "Two thousand fits in one process (20 min)" "$PYTHON" faults.long_lived
step "Two thousand tables of any make" "$PYTHON" fuzz.tables
step "Reports, the peers' pages" "$SPINNERY_REPORTS" reports.peer
step "Reports in Chromium, ours and theirs" "$PYTHON" reports.run
export SPINNERY_CACHE=off
step "Maps of samples (4 min)" "$PYTHON" embedding.run
unset SPINNERY_CACHE
if [ -n "${SPINNERY_DATA:-}" ]; then
  step "Networks on digits (5 min)" "$PYTHON" networks.digits
  step "Real sets, ours (5 min)" "$PYTHON" real.run
  step "Real sets, adelie (1 min)" "$SPINNERY_PEERS" real.peer
  step "Real survival times, ours" "$PYTHON" survival.measured
  step "Real survival times, Cox lasso" "$SPINNERY_PEERS2" survival.peer
  step "Mixed tables, the files" "$SPINNERY_PEERS2" mixed.sets
  step "Mixed tables, ours" "$PYTHON" mixed.run
  step "Mixed tables, boosting" "$SPINNERY_PEERS2" mixed.peer
  step "Real cohorts (15 min)" "$PYTHON" cohorts.measured
else
  echo "== Real sets: skipped, SPINNERY_DATA is not set"
fi
step "Workers (15 min)" "$PYTHON" workers.run
step "Samples over four devices (10 min)" "$PYTHON" workers.devices
step "Cost of a fit (5 min)" "$PYTHON" workers.model
step "Screening (30 min)" "$PYTHON" workers.screen
step "Simulations, peers (45 min)" "$SPINNERY_PEERS" simulations.peer
step "Exact recovery (90 min at most)" "$PYTHON" recovery.run --seconds 5400
step "Lists, linear ones (60 min at most)" "$PYTHON" evidence.lists --methods "spinnery, linear" --seconds 3600
step "Lists (3 hours at most)" "$PYTHON" evidence.lists --methods spinnery --seconds 10800
step "Lists, peers (60 min at most)" "$SPINNERY_PEERS3" evidence.lists_peer --seconds 3600 \
  --methods ipss hidimstat knockpy "hidimstat, debiased" boruta
step "Lists, LassoNet (60 min at most)" "$SPINNERY_PEERS3" evidence.lists_peer --methods lassonet --seconds 3600
step "Importance and p-values (60 min at most)" "$PYTHON" evidence.intervals --seconds 1800
step "RESULTS.md" "$PYTHON" report
echo "All benchmarks in $((SECONDS - START)) s."

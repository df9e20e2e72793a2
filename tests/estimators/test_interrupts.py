"""Ctrl-C ends any fit, also while programs compile; no thread is left behind.

A compilation cannot be stopped: there may be one in the main thread and one beside it. How long
they take is the machine's; all else takes a second where no other test shares the processors, and
may take two here.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SCRIPT = """
import json, os, signal, sys, threading, time, warnings
import jax
import numpy as np
import spinnery as sp
from spinnery import penalties
from spinnery.interrupts import Interrupts

longest = 0.0

def compiled(event, seconds, **_):
    global longest
    if event.startswith("/jax/core/compile"):
        longest = max(longest, seconds)

jax.monitoring.register_event_duration_secs_listener(compiled)

for name in sp.__all__:  # imports are not fits
    getattr(sp, name)
jax.jit(lambda x: x + 1)(1.0)  # JAX imports more when it first compiles, and cannot do so twice
warnings.simplefilter("ignore")
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a shell's background
rng = np.random.default_rng(0)
X = rng.normal(size=(90, 70))
Y = X[:, 0] * X[:, 1] + X[:, 2]
TIMES = sp.survival_target(Y > -1, np.exp(Y))
A = rng.normal(size=(300, 600))
ENDLESS = {"tol": 1e-30, "max_iter": 10**6}
FITS = {
    "fixed": lambda: sp.SPINNRegressor(lam=0.001, dtype="float64").fit(X, Y),
    "cross-validated": lambda: sp.SPINNClassifierCV().fit(X, Y > 0),
    "survival": lambda: sp.SPINNSurvivalCV().fit(X, TIMES),
    "cohorts": lambda: sp.IntegrativeSPINNRegressorCV().fit(X, Y, cohorts=np.arange(90) % 2),
    "network": lambda: sp.NetworkRegressor(epochs=10**5).fit(X, Y),
    "encoder": lambda: sp.SparseAutoencoder(epochs=10**5).fit(X),
    "embedding": lambda: sp.TSNE(max_iter=10**6, min_grad_norm=0).fit(X),
    "dictionary": lambda: sp.DictionaryLearning(80, **ENDLESS).fit(X),
    "solver": lambda: sp.ista(A, A[:, 0], penalties.Lasso(1e-9), **ENDLESS),
}
SENT = []

def press():
    SENT.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)

for after in (0.2, 1.5):  # while programs compile, and later
    timer = threading.Timer(after, press)
    timer.start()
    try:
        with Interrupts() as between:  # a fit may be done before, and the signal lost after it
            while True:
                FITS[sys.argv[1]]()
                between.check()
    except KeyboardInterrupt:
        left = time.monotonic() - SENT[-1]
        timer.join()
        threads = threading.active_count()
        print(json.dumps({"left": left, "longest": longest, "threads": threads}), flush=True)
"""
FAMILIES = ("cross-validated", "network")
RELATED = ("fixed", "survival", "cohorts", "encoder", "embedding", "dictionary", "solver")


@pytest.mark.parametrize(
    "family", [*FAMILIES, *(pytest.param(name, marks=pytest.mark.slow) for name in RELATED)]
)
def test_ctrl_c_leaves_soon_after_what_compiles(family):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, family], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == 2
    assert all(one["threads"] == 1 for one in found)
    assert all(one["left"] < 2 + 3 * one["longest"] for one in found), found

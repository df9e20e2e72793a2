"""Samples over several devices: the same features and predictions as on one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import jax
import numpy as np
import pytest

import spinnery as sp
from spinnery.devices import on_devices, share_out

MODELS = """
import json, os, sys, warnings
import jax
import numpy as np
import spinnery as sp
from spinnery.devices import share_out

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)
X = rng.normal(size=(240, 40)).astype(np.float32)
f = 2 * np.sin(X[:, 1]) - X[:, 4] * X[:, 6] / 2
y = f + 0.1 * rng.normal(size=240)
times = sp.survival_target(rng.random(240) < 0.8, rng.exponential(size=240) * np.exp(-f))
c = np.arange(240) % 2
# in single precision, rounding may lead cohorts to another stationary point
known = dict(lam=0.1, n_restarts=1, tol=1e-5, dtype="float64", random_state=0)
models = {
    "numbers": (sp.SPINNRegressor((4,), **known), y, {}),
    "classes": (sp.SPINNClassifier((4,), **known), f > 0, {}),
    "times": (sp.SPINNSurvival((4,), **known), times, {}),
    "cohorts": (sp.IntegrativeSPINNRegressor((4,), **known), y, {"cohorts": c}),
    "found": (sp.SPINNRegressorCV((), cv=3, max_features=6, random_state=0), y, {}),
}


def places(n_rows):
    return len(share_out(np.zeros(n_rows, np.float32)).sharding.device_set)


def fitted(name, n_devices):
    model, target, more = models[name]
    with sp.on_devices(n_devices):
        model.fit(X, target, **more)
        n = places(256)
    return [n, model.get_support(indices=True).tolist(), model._outputs(X, **more).tolist()]
"""
FOUR = """
out = {f"{name} {n}": fitted(name, n) for name in models for n in (1, 4)}
out["default"], out["few rows"], out["odd"] = places(256), places(150), places(3 * 67)
print(json.dumps(out))
"""
# one of two processes, or the only one
SOME = """
number, of, port = map(int, sys.argv[1:])
if of > 1:
    from jax.experimental.multihost_utils import sync_global_devices

    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(f"127.0.0.1:{port}", num_processes=of, process_id=number)
    sync_global_devices("connected")  # processes meet within 30 seconds, or fail
out = {name: fitted(name, of) for name in ("cohorts", "found")}
out["default"] = places(256)
with sp.on_devices(of):
    out["few rows"] = places(100)
print(json.dumps(out))
"""
NAMES = ("numbers", "classes", "times", "cohorts", "found")


def alike(one, other, name):
    """The same features, and outputs up to the fit's tolerance."""
    assert one[1] == other[1] != []
    a, b = np.array(one[2]), np.array(other[2])
    np.testing.assert_allclose(a, b, atol=0.01 * a.std(), err_msg=name)


@pytest.mark.slow
def test_four_devices_give_what_one_gives():
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count=4"
    env = {**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", MODELS + FOUR], env=env, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    out = json.loads(done.stdout.splitlines()[-1])
    assert (out.pop("default"), out.pop("few rows"), out.pop("odd")) == (4, 2, 3)
    for name in NAMES:
        one, four = out[f"{name} 1"], out[f"{name} 4"]
        assert (one[0], four[0]) == (1, 4)
        alike(one, four, name)


def run_processes(of, seconds):
    """What each of some processes prints that fit together."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "JAX_PLATFORMS": "cpu"}
    started = [
        subprocess.Popen(
            [sys.executable, "-c", MODELS + SOME, str(k), str(of), str(port)],
            env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for k in range(of)
    ]  # fmt: skip
    out = []
    try:
        for process in started:
            printed, errors = process.communicate(timeout=seconds)
            assert process.returncode == 0, errors
            out.append(json.loads(printed.splitlines()[-1]))
    finally:  # one that failed leaves the others waiting
        for process in started:
            process.kill()
            process.communicate()
    return out


@pytest.mark.slow
def test_two_processes_give_what_one_gives():
    (alone,) = run_processes(1, 600)
    first, second = run_processes(2, 900)
    assert first == second
    assert (first["default"], first["few rows"], first["cohorts"][0]) == (1, 1, 2)
    for name in ("cohorts", "found"):
        alike(alone[name], first[name], name)


@pytest.mark.parametrize("asked", [0, -1, [], len(jax.devices()) + 1])
def test_devices_that_are_not_there(asked):
    text = (
        r"^on_devices needs between 1 and \d+ devices, all that JAX has here \(\w+\), or some of "
        r"jax\.devices\(\), this process's own among them; got (0|-1|\[\]|\d+)\.$"
    )
    with pytest.raises(ValueError, match=text), on_devices(asked):
        pass


def test_where_it_holds():
    rows = np.arange(128.0, dtype=np.float32)
    last = jax.devices()[-1]
    with sp.on_devices([last]):
        assert share_out(rows).sharding.device_set == {last}
    with jax.default_device(last):
        assert share_out(rows).sharding.device_set == {last}

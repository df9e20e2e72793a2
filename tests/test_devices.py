"""Samples over several devices: the same features and predictions as on one."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import jax
import numpy as np
import pytest

import spinnery as sp
from spinnery.devices import on_devices, share_out

CHILD = """
import json, warnings
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
known = dict(lam=0.05, n_restarts=1, tol=1e-5, max_iter=3000, random_state=0)
models = {
    "numbers": (sp.SPINNRegressor((4,), **known), y, {}),
    "classes": (sp.SPINNClassifier((4,), **known), f > 0, {}),
    "times": (sp.SPINNSurvival((4,), **known), times, {}),
    "cohorts": (sp.IntegrativeSPINNRegressor((4,), **known), y, {"cohorts": c}),
    "found": (sp.SPINNRegressorCV((), cv=3, max_features=6, random_state=0), y, {}),
}
out = {}
for name, (model, target, more) in models.items():
    for n in (1, 4):
        with sp.on_devices(n):
            model.fit(X, target, **more)
            places = len(share_out(np.zeros(256, np.float32)).sharding.device_set)
        values = model._outputs(X, **more)
        out[f"{name} {n}"] = [places, model.get_support(indices=True).tolist(), values.tolist()]
out["default"] = len(share_out(np.zeros(256, np.float32)).sharding.device_set)
out["few rows"] = len(share_out(np.zeros(150, np.float32)).sharding.device_set)
out["odd"] = len(share_out(np.zeros(3 * 67, np.float32)).sharding.device_set)
print(json.dumps(out))
"""


@pytest.mark.slow
def test_four_devices_give_what_one_gives():
    flags = "--xla_force_host_platform_device_count=4"
    env = {**os.environ, "XLA_FLAGS": flags, "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD], env=env, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    out = json.loads(done.stdout.splitlines()[-1])
    assert (out.pop("default"), out.pop("few rows"), out.pop("odd")) == (4, 2, 3)
    for name in ("numbers", "classes", "times", "cohorts", "found"):
        one, four = out[f"{name} 1"], out[f"{name} 4"]
        assert (one[0], four[0]) == (1, 4)
        assert one[1] == four[1] != []
        a, b = np.array(one[2]), np.array(four[2])
        np.testing.assert_allclose(a, b, atol=0.01 * a.std(), err_msg=name)


@pytest.mark.parametrize("asked", [0, -1, [], len(jax.devices()) + 1])
def test_devices_that_are_not_there(asked):
    text = (
        r"^on_devices needs between 1 and \d+ devices, all that JAX has here \(\w+\), or some of "
        r"jax\.devices\(\); got (0|-1|\[\]|\d+)\.$"
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

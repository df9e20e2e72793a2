"""Optimisers, clipping, prox and padding against steps written out in NumPy."""

from __future__ import annotations

from itertools import pairwise

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import references as ref
from spinnery import penalties
from spinnery.losses import Logistic, SoftmaxCrossEntropy, Squared
from spinnery.nn import ACTIVATIONS, MLP, Dense, Upper
from spinnery.training.batches import Arrays, Samples
from spinnery.training.stochastic import (
    OPTIMIZERS,
    begin,
    default_rate,
    direction,
    draws,
    evaluate,
    predict,
    train,
)

pytestmark = pytest.mark.usefixtures("x64")

N, P, T, K, B, RATE, RIDGE = 10, 6, 4, 3, 4, 0.1, 0.03
STEPS = [range(0, 4), range(4, 8), range(8, 10)]  # batches of 4; the last is padded


def table(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(N, P)), np.eye(K)[rng.integers(K, size=N)], rng.uniform(0.2, 3, N)


def batches(X, targets, weights=None, size=B, rate=lambda t: np.full(t.shape, RATE)):
    samples = Samples(X, targets, weights, None, lambda x: x, lambda y: y)
    (only,) = Arrays(samples, size, "order", 0, rate).epoch(0)
    return only


def network(depth=2, seed=0):
    rng = np.random.default_rng(seed)
    sizes = [P] + [T] * (depth - 1) + [K]
    (first, *rest) = [(rng.normal(size=s), rng.normal(size=s[1])) for s in pairwise(sizes)]
    return MLP(first[0], Upper(first[1], tuple(Dense(*layer) for layer in rest), "tanh"))


def flat(net):
    """Parameters in the order of `gradient`."""
    return [np.asarray(a) for a in jax.tree.leaves(eqx.filter(net, eqx.is_array))]


def gradient(arrays, X, targets, weights, ridge=RIDGE):
    """Of `1/B sum w_i loss + ridge/2 ||weights||^2`, by the recursion of maths.md section 1."""
    W, bias, *rest = arrays
    layers = list(zip(rest[::2], rest[1::2], strict=True))
    gW, gb, gl = ref.smooth_gradient(
        "softmax", ACTIVATIONS["tanh"], W, bias, layers, X, targets, weights / len(X), ridge
    )
    return [gW, gb, *(g for layer in gl for g in layer)]


def run(net, optimizer, data, penalty=None, ridge=RIDGE, clip=None, state=None):
    step = direction(optimizer, clip)
    state = begin(net, step) if state is None else state
    return train(state, data, step, SoftmaxCrossEntropy(), penalty, ridge, None, "accuracy")


class ByHand:
    """Directions of the named optimisers for one array, from their papers' formulas."""

    def __init__(self, name):
        self.name, self.t, self.m, self.v = name, 0, 0.0, 0.0

    def __call__(self, g, theta):
        self.t += 1
        return getattr(self, self.name)(g, theta)

    def sgd(self, g, theta):
        return g

    def momentum(self, g, theta):
        self.m = 0.9 * self.m + g
        return self.m

    def nesterov(self, g, theta):
        self.m = 0.9 * self.m + g
        return g + 0.9 * self.m

    def adagrad(self, g, theta):
        self.v = self.v + g**2
        return g / np.sqrt(self.v + 1e-8)

    def rmsprop(self, g, theta):
        self.v = 0.9 * self.v + 0.1 * g**2
        return g / np.sqrt(self.v + 1e-8)

    def adadelta(self, g, theta):
        self.v = 0.9 * self.v + 0.1 * g**2
        d = np.sqrt(self.m + 1e-6) / np.sqrt(self.v + 1e-6) * g
        self.m = 0.9 * self.m + 0.1 * d**2
        return d

    def adam(self, g, theta):
        self.m = 0.9 * self.m + 0.1 * g
        self.v = 0.999 * self.v + 0.001 * g**2
        mean, square = self.m / (1 - 0.9**self.t), self.v / (1 - 0.999**self.t)
        return mean / (np.sqrt(square) + 1e-8)

    def adamw(self, g, theta):
        return self.adam(g, theta) + 0.01 * theta


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_optimisers(name):
    """One, two and three steps of weighted batches, the last one partly filled."""
    X, targets, weights = table()
    rates = np.array([0.1, 0.05, 0.2])
    data = batches(X, targets, weights, rate=lambda t: rates[np.rint(3 * t).astype(int)])
    net = network()
    arrays, hands = flat(net), [ByHand(name) for _ in flat(net)]
    for n_steps, (rows, rate) in enumerate(zip(STEPS, rates, strict=True), start=1):
        g = gradient(arrays, X[rows], targets[rows], weights[rows])
        arrays = [a - rate * hand(d, a) for a, hand, d in zip(arrays, hands, g, strict=True)]
        state, _ = run(net, name, data._replace(n_steps=np.int32(n_steps)))
        assert int(state.step) == n_steps
        for found, expected in zip(flat(state.network), arrays, strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_a_full_batch_step_is_the_seeds_recursion(depth):
    X, targets, _ = table()
    net = network(depth)
    state, sums = run(net, "sgd", batches(X, targets, size=N))
    g = gradient(flat(net), X, targets, np.ones(N))
    for found, a, d in zip(flat(state.network), flat(net), g, strict=True):
        np.testing.assert_allclose(found, a - RATE * d, rtol=1e-6, atol=1e-8)
    raw = net(X, np)
    losses = ref.loss_value("softmax", raw, targets)
    assert float(sums.loss) == pytest.approx(losses.sum())
    assert float(sums.first) == pytest.approx(max(losses.mean(), np.log(K)))
    assert float(sums.metric) == np.sum(raw.argmax(1) == targets.argmax(1))
    assert bool(sums.finite)


def test_memory_goes_on_from_call_to_call():
    """Two calls are one with twice the steps."""
    X, targets, _ = table()
    data = batches(X, targets)
    state, _ = run(network(), "adam", data._replace(n_steps=np.int32(2)))
    last = batches(*(np.concatenate([a[8:], a[8:], a[:0]]) for a in (X, targets)), size=2)
    whole, _ = run(network(), "adam", data)
    split, _ = run(None, "adam", last._replace(n_steps=np.int32(1)), state=state)
    for a, b in zip(flat(split.network), flat(whole.network), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10)


@pytest.mark.parametrize("clip", [0.05, 1e3])
def test_clipping(clip):
    X, targets, _ = table()
    net = network()
    g = gradient(flat(net), X, targets, np.ones(N))
    norm = np.sqrt(sum((a**2).sum() for a in g))
    assert 0.05 < norm < 1e3
    state, _ = run(net, "sgd", batches(X, targets, size=N), clip=clip)
    for found, a, d in zip(flat(state.network), flat(net), g, strict=True):
        expected = a - RATE * d * min(1, clip / norm)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


def test_a_proximal_step_leaves_exact_zeros():
    X, targets, _ = table()
    net = network()
    lam = np.sort(np.linalg.norm(net.weight, axis=1))[2] / RATE  # about half of the rows leave
    g = gradient(flat(net), X, targets, np.ones(N))
    moved = net.weight - RATE * g[0]
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    expected = np.maximum(1 - RATE * lam / norms, 0) * moved
    state, _ = run(net, "sgd", batches(X, targets, size=N), penalty=penalties.GroupLasso(lam))
    found = np.asarray(state.network.weight)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)
    gone = ~found.any(axis=1)
    assert 0 < gone.sum() < P
    np.testing.assert_array_equal(gone, norms[:, 0] <= RATE * lam)
    for a, b, d in zip(flat(state.network)[1:], flat(net)[1:], g[1:], strict=True):
        np.testing.assert_allclose(a, b - RATE * d, rtol=1e-6, atol=1e-8)


def test_the_prox_of_a_concave_penalty_keeps_its_step_below_gamma():
    X, targets, _ = table()
    net, gamma = network(), 1.5
    data = batches(X, targets, size=N, rate=lambda t: np.full(t.shape, 10.0))
    g = gradient(flat(net), X, targets, np.ones(N))
    moved, s = net.weight - 10 * g[0], 0.95 * gamma
    norms = np.linalg.norm(moved, axis=1, keepdims=True)
    lam = np.sort(norms[:, 0])[2] / 1.46  # one row is shrunk, weaker ones vanish, others stay
    shrunk = np.maximum(norms - s * lam, 0) / (1 - s / gamma)
    new = np.where(norms <= gamma * lam, shrunk, norms)
    assert np.sum((new > 0) & (new < norms)) == 1
    state, _ = run(net, "sgd", data, penalty=penalties.GroupMCP(lam, gamma))
    np.testing.assert_allclose(state.network.weight, moved / norms * new, rtol=1e-5, atol=1e-8)


def test_a_weight_is_a_repetition():
    X, targets, _ = table()
    counts = np.array([1, 2, 1, 3, 1, 1, 2, 1, 1, 1])
    rows = np.repeat(np.arange(N), counts)
    a, _ = run(network(), "sgd", batches(X, targets, counts / counts.mean(), size=N))
    b, _ = run(network(), "sgd", batches(X[rows], targets[rows], size=len(rows)))
    for x, y in zip(flat(a.network), flat(b.network), strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-10)


def test_weights_that_overflow_are_told():
    X, targets, _ = table()
    data = batches(X, targets, size=N, rate=lambda t: np.full(t.shape, 1e308))
    net = jax.tree.map(lambda a: 100 * a, network())
    _, sums = run(net, "sgd", data, ridge=10.0)
    assert np.isfinite(float(sums.loss)) and not bool(sums.finite)


@pytest.mark.parametrize("weights", [None, np.arange(1.0, N + 1)])
def test_evaluation(weights):
    X, targets, _ = table()
    w, net = np.ones(N) if weights is None else weights, network()
    raw = net(X, np)
    for loss, name, metric, of in [
        (SoftmaxCrossEntropy(), "softmax", "accuracy", raw.argmax(1) == targets.argmax(1)),
        (Squared(), "squared", "mse", ((raw - targets) ** 2).mean(axis=1)),
    ]:
        total, score = evaluate(net, batches(X, targets, weights), loss, metric)
        assert float(total) == pytest.approx(w @ ref.loss_value(name, raw, targets))
        assert float(score) == pytest.approx(w @ of)
    np.testing.assert_allclose(predict(net, X), raw, atol=1e-12)


def test_accuracy_of_one_logit():
    X, targets, _ = table()
    line = eqx.nn.Linear(P, 1, key=jax.random.key(0))
    y = targets[:, :1]
    _, right = evaluate(line, batches(X, y), Logistic(), "accuracy")
    assert float(right) == np.sum((predict(line, X) > 0) == (y > 0.5))


def test_directions_are_shared_and_rates_known():
    """One object per setting: another would be another program."""
    assert direction("adam", 1.0) is direction("adam", 1.0)
    assert direction("adam", None) is not direction("adam", 1.0)
    own = optax.trace(0.5)
    assert direction(own, None) is own and default_rate(own) == 0.01
    found = {name: default_rate(name) for name in OPTIMIZERS}
    assert found == {
        "sgd": 0.1, "momentum": 0.01, "nesterov": 0.01, "adagrad": 0.05, "adadelta": 1.0,
        "rmsprop": 1e-3, "adam": 1e-3, "adamw": 1e-3,
    }  # fmt: skip


def test_which_networks_draw():
    assert not draws(network())
    assert draws(eqx.nn.Sequential([eqx.nn.Dropout(0.5)]))


def test_a_drawing_network_gets_a_key_per_sample_and_step():
    class Noise(eqx.Module):
        """Its output's first entry is random; its loss tells which keys came."""

        weight: jax.Array

        def __call__(self, x, *, key=None):
            return self.weight * 0 + jax.random.uniform(key, (K,))

    data = batches(np.zeros((N, P)), np.zeros((N, K)), size=5)
    step = direction("sgd", None)

    def loss(seed, state):
        out = train(state, data, step, Squared(), None, 0.0, jax.random.key(seed), "mse")
        return float(out[1].loss), float(out[1].first), out[0]

    start = begin(Noise(jnp.zeros(K)), step)
    total, first, after = loss(0, start)
    assert loss(0, start)[0] == total and loss(1, start)[0] != total
    assert total != pytest.approx(10 * first)  # the second step drew anew
    assert loss(0, after)[0] != total  # and so does the next call

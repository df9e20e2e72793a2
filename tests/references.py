"""The formulas of the library once more, in plain NumPy and without its code.

Tests compare against these. They are written for reading, one sample or group at a time, and
differentiate numerically wherever the library differentiates by formula.
"""

from __future__ import annotations

import numpy as np

# -- penalties: `w` is `(..., d)`, one group along the last axis ---------------------------------


def mcp(t, lam, gamma):
    return np.where(t <= gamma * lam, lam * t - t**2 / (2 * gamma), gamma * lam**2 / 2)


def scad(t, lam, gamma):
    middle = lam * t - (t - lam) ** 2 / (2 * (gamma - 1))
    return np.where(t <= lam, lam * t, np.where(t <= gamma * lam, middle, lam**2 * (gamma + 1) / 2))


def l1(w):
    return np.abs(w).sum(axis=-1)


def l2(w):
    return np.sqrt((w**2).sum(axis=-1))


def composite(w, lam, gamma):
    inner = mcp(np.abs(w), np.asarray(lam)[..., None], gamma).sum(axis=-1)
    # at lam = 0 nothing is penalised; the tiny number only keeps 0/0 out
    return mcp(inner, lam, np.maximum(w.shape[-1] * gamma * lam / 2, 1e-300))


def blocks_of(penalty, w):
    """Rows `(..., M T)` of a cohort penalty as blocks `(..., M, T)`."""
    return w.reshape(*w.shape[:-1], penalty.n_cohorts, -1)


def omega(penalty, w):
    """`sum_m Omega_alpha(w_m)` of the integrative MCP."""
    blocks = blocks_of(penalty, w)
    return ((1 - penalty.alpha) * l1(blocks) + penalty.alpha * l2(blocks)).sum(axis=-1)


def levels(penalty, lam):
    """`lam1 sqrt(M)` of the sparse group MCP's feature level, and `lam2` of its blocks."""
    lam = np.asarray(lam)
    return penalty.share * lam * np.sqrt(penalty.n_cohorts), (1 - penalty.share) * lam[..., None]


def group_value(penalty, w, lam):
    """`Pen(w)` of the penalty's class and shape parameters at strength `lam`."""
    name = type(penalty).__name__
    if name == "Lasso":
        return lam * l1(w)
    if name == "NonNegativeLasso":
        return np.where((w < 0).any(axis=-1), np.inf, lam * l1(w))
    if name == "GroupLasso":
        return lam * l2(w)
    if name == "SparseGroupLasso":
        return lam * ((1 - penalty.alpha) * l1(w) + penalty.alpha * l2(w))
    if name == "GroupMCP":
        return mcp(l2(w), lam, penalty.gamma)
    if name == "GroupSCAD":
        return scad(l2(w), lam, penalty.gamma)
    if name == "CompositeMCP":
        return composite(w, lam, penalty.gamma)
    if name == "IntegrativeMCP":
        return mcp(omega(penalty, w), lam, penalty.gamma)
    if name == "SparseGroupMCP":
        feature, block = levels(penalty, lam)
        each = mcp(l2(blocks_of(penalty, w)), block, penalty.gamma)
        return mcp(l2(w), feature, penalty.gamma) + each.sum(axis=-1)
    raise AssertionError(f"no reference for {name}")


def mcp_slope(t, lam, gamma, h=1e-7):
    return (mcp(t + h, lam, gamma) - mcp(t, lam, gamma)) / h


def tangent_slopes(a, lam, gamma, h=1e-7):
    """Slope of the composite MCP in each `|a_t|`, by one-sided differences."""
    a = np.abs(a)
    base = composite(a, lam, gamma)
    out = np.empty_like(a)
    for t in range(a.shape[-1]):
        moved = a.copy()
        moved[..., t] += h
        out[..., t] = (composite(moved, lam, gamma) - base) / h
    return out


def cohort_slopes(penalty, at, lam):
    """Slopes of the sparse group MCP in the norms of the row and of its blocks."""
    feature, block = levels(penalty, lam)
    return (
        mcp_slope(l2(at), feature, penalty.gamma),
        mcp_slope(l2(blocks_of(penalty, at)), block, penalty.gamma),
    )


def majoriser(penalty, w, at, lam):
    """What `prox` takes for `Pen(w)`: its tangent at `at` up to a constant, or `Pen(w)` itself."""
    name = type(penalty).__name__
    if name == "CompositeMCP":
        return (tangent_slopes(at, lam, penalty.gamma) * np.abs(w)).sum(axis=-1)
    if name == "IntegrativeMCP":
        return mcp_slope(omega(penalty, at), lam, penalty.gamma) * omega(penalty, w)
    if name == "SparseGroupMCP":
        feature, block = cohort_slopes(penalty, at, lam)
        return feature * l2(w) + (block * l2(blocks_of(penalty, w))).sum(axis=-1)
    return group_value(penalty, w, lam)


def subgradient(penalty, w, lam, pick):
    """An element of the subdifferential at `w` where `prox` is a tangent's.

    `pick` in `[-1, 1]` says which: it stands for the sign of weights at zero and, where it is
    longer than 1, cut down to that, for the direction of blocks and rows at zero.
    """

    def sign(w, pick):
        return np.where(w != 0, np.sign(w), pick)

    def direction(w, pick):
        norms = l2(w)[..., None]
        inside = pick / np.maximum(l2(pick), 1)[..., None]
        return np.where(norms > 0, w / np.maximum(norms, 1e-300), inside)

    name = type(penalty).__name__
    if name == "CompositeMCP":
        return tangent_slopes(w, lam, penalty.gamma) * sign(w, pick)
    blocks = blocks_of(penalty, w), blocks_of(penalty, pick)
    if name == "IntegrativeMCP":
        slope = mcp_slope(omega(penalty, w), lam, penalty.gamma)[..., None]
        inner = (1 - penalty.alpha) * sign(*blocks) + penalty.alpha * direction(*blocks)
        return slope * inner.reshape(w.shape)
    if name == "SparseGroupMCP":
        feature, block = cohort_slopes(penalty, w, lam)
        inner = block[..., None] * direction(*blocks)
        return feature[..., None] * direction(w, pick) + inner.reshape(w.shape)
    raise AssertionError(f"{name} has a prox of its own")


def better_candidate(objective, z, size, seed=0):
    """By how much the best of thousands of other points beats `z`, `(g,)`; negative if none does.

    `objective` maps `(g, m, d)` to `(g, m)`. Candidates are points all over a box of half-width
    `size`, zeros, `z` with single coordinates set to zero, and `z` moved along many directions
    by several lengths: where the objective is convex, no local improvement means no improvement.
    """
    rng = np.random.default_rng(seed)
    g, d = z.shape
    everywhere = rng.uniform(-size, size, (g, 1000, d))
    directions = rng.normal(size=(200, d))
    directions = np.concatenate([directions, np.eye(d), -np.eye(d)])
    directions /= l2(directions)[:, None]
    radial = z / np.maximum(l2(z), 1e-300)[:, None]
    moves = np.concatenate(
        [np.broadcast_to(directions, (g, *directions.shape)), radial[:, None], -radial[:, None]],
        axis=1,
    )
    lengths = np.array([1.0, 1e-1, 1e-2, 1e-3, 1e-4])
    around = z[:, None, None] + moves[:, :, None] * lengths[:, None]
    zeroed = z[:, None] * (1 - np.eye(d))
    candidates = np.concatenate(
        [everywhere, around.reshape(g, -1, d), zeroed, np.zeros((g, 1, d))], axis=1
    )
    return objective(z[:, None])[:, 0] - objective(candidates).min(axis=1)


# -- losses: `g` and `t` are `(n, K)` -------------------------------------------------------------


def softmax(g):
    e = np.exp(g - g.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def sigmoid(g):
    return np.exp(-np.logaddexp(0, -g))


def loss_value(name, g, t):
    if name == "squared":
        return 0.5 * ((g - t) ** 2).sum(axis=-1)
    if name == "absolute":
        return np.abs(g - t).sum(axis=-1)
    if name == "logistic":
        return (np.logaddexp(0, g) - t * g).sum(axis=-1)
    if name == "softmax":
        top = g.max(axis=-1, keepdims=True)
        return top[..., 0] + np.log(np.exp(g - top).sum(axis=-1)) - (t * g).sum(axis=-1)
    if name == "poisson":  # 0 log 0 is 0
        return (np.exp(g) - t - t * (g - np.log(np.where(t > 0, t, 1)))).sum(axis=-1)
    if name == "huber":
        r = np.abs(g - t)
        return np.where(r <= 1.35, r**2 / 2, 1.35 * (r - 1.35 / 2)).sum(axis=-1)
    raise AssertionError(f"no reference for {name}")


def loss_gradient(name, g, t):
    """maths.md, section 1."""
    return {
        "squared": lambda: g - t,
        "absolute": lambda: np.sign(g - t),
        "logistic": lambda: sigmoid(g) - t,
        "softmax": lambda: softmax(g) - t,
        "poisson": lambda: np.exp(g) - t,
        "huber": lambda: np.clip(g - t, -1.35, 1.35),
    }[name]()


# -- networks: first layer `W` `(p, T)`, its bias, further layers as (weight, bias) ---------------


def forward(activation, W, bias, layers, X):
    """Pre-activations of every layer; the last are the raw outputs."""
    z = [X @ W + bias]
    for weight, b in layers:
        z.append(activation(z[-1], np) @ weight + b)
    return z


def slope(activation, z, h=1e-6):
    return (activation(z + h, np) - activation(z - h, np)) / (2 * h)


def backpropagate(activation, W, bias, layers, X, delta):
    """Gradients in `W`, `bias` and the layers, given `delta = d loss / d outputs`, `(n, K)`.

    The recursion of maths.md section 1: `dW = delta' h`, `db = sum delta`, and
    `delta <- W delta * phi'(z)` one layer further down.
    """
    z = forward(activation, W, bias, layers, X)
    grads = []
    for (weight, _), below in zip(reversed(layers), reversed(z[:-1]), strict=True):
        grads.append((activation(below, np).T @ delta, delta.sum(axis=0)))
        delta = (delta @ weight.T) * slope(activation, below)
    return X.T @ delta, delta.sum(axis=0), grads[::-1]


def smooth(name, activation, W, bias, layers, X, targets, weights, ridge):
    """Smooth part of the objective of one lane, `f(W, u)` of problem.py."""
    outputs = forward(activation, W, bias, layers, X)[-1]
    squares = (W**2).sum() + sum((weight**2).sum() for weight, _ in layers)
    return weights @ loss_value(name, outputs, targets) + 0.5 * ridge * squares


def smooth_gradient(name, activation, W, bias, layers, X, targets, weights, ridge):
    """Its gradient: `(dW, dbias, [(dweight, dbias), ...])`."""
    outputs = forward(activation, W, bias, layers, X)[-1]
    delta = weights[:, None] * loss_gradient(name, outputs, targets)
    gW, gb, gl = backpropagate(activation, W, bias, layers, X, delta)
    gl = [(g + ridge * w, b) for (g, b), (w, _) in zip(gl, layers, strict=True)]
    return gW + ridge * W, gb, gl


def lane(params, b):
    """Lane `b` of `Params` as NumPy `(W, bias, layers)`."""
    upper = params.upper
    layers = [(np.asarray(d.weight[b]), np.asarray(d.bias[b])) for d in upper.layers]
    return np.asarray(params.W[:, b]), np.asarray(upper.bias[b]), layers


# -- optimality -----------------------------------------------------------------------------------


def kkt_violation(penalty, W, gradient, lam):
    """Largest distance of `-gradient` from the subdifferential over rows, convex penalties only.

    With `v` the row's gradient: a zero row needs `||soft(v, lam (1 - alpha))|| <= lam alpha`; in
    a nonzero one, weights off zero need `v + lam (1 - alpha) sign(w) + lam alpha w/||w|| = 0` and
    weights at zero `|v| <= lam (1 - alpha)`.
    """
    alpha = {"Lasso": 0.0, "GroupLasso": 1.0}.get(type(penalty).__name__)
    alpha = penalty.alpha if alpha is None else alpha
    worst = 0.0
    for w, v in zip(W, gradient, strict=True):
        if not w.any():
            over = np.maximum(np.abs(v) - lam * (1 - alpha), 0)
            worst = max(worst, float(np.sqrt((over**2).sum())) - lam * alpha)
            continue
        pull = lam * alpha * w / np.sqrt((w**2).sum())
        active = np.abs(v + lam * (1 - alpha) * np.sign(w) + pull)
        idle = np.maximum(np.abs(v) - lam * (1 - alpha), 0)
        worst = max(worst, float(np.where(w != 0, active, idle).max()))
    return worst

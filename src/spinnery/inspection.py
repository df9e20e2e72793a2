"""Looking into a fitted network: are its gradients right?"""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from .losses import AnyLoss
from .nn import ACTIVATIONS, MLP
from .nn.checks import cast
from .nn.mlp import layer_shapes


def gradient_check(model: Any, X, y, n_entries: int = 20, random_state: int = 0) -> pd.DataFrame:
    """Compare three gradients of the mean loss at a fitted network, in double precision.

    Automatic differentiation; the closed form (for networks built with `hidden=`), by the
    recursion `delta_L = dloss/dg`, `delta_m = (W_{m+1} delta_{m+1}) * a'(z_m)`, `dW_m = h_{m-1}
    delta_m'`, `db_m = delta_m`; and central differences `(f(w + h) - f(w - h)) / 2h` in
    `n_entries` entries of each array, drawn at random. Ridge and penalty are left out.

    Parameters
    ----------
    model : fitted NetworkClassifier, NetworkRegressor or SparseAutoencoder
    X : array-like of shape (n, n_features)
    y : array-like of shape (n,) or (n, n_outputs); ignored by SparseAutoencoder
    n_entries : int, default=20
    random_state : int, default=0

    Returns
    -------
    DataFrame
        One row per parameter array: `array`, `shape`, `norm` of the automatic gradient, and the
        largest differences `automatic - closed form` and `automatic - finite differences`,
        relative to the gradient's largest entry. Up to 1e-6 they agree; a kink of `relu` inside
        `[w - h, w + h]` can spoil a finite difference, never the closed form.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from spinnery import NetworkClassifier
    >>> from spinnery.inspection import gradient_check
    >>> X, y = load_iris(return_X_y=True)
    >>> model = NetworkClassifier(hidden=(5,), activation="tanh", epochs=3, random_state=0)
    >>> table = gradient_check(model.fit(X, y), X, y)
    >>> table["array"].tolist()
    ['weight', 'upper.bias', 'upper.layers[0].weight', 'upper.layers[0].bias']
    >>> bool(table["automatic - closed form"].max() < 1e-10)
    True
    """
    check_is_fitted(model)
    if not hasattr(model, "network_"):
        raise ValueError(
            "gradient_check needs a fitted NetworkClassifier, NetworkRegressor or "
            f"SparseAutoencoder; got {type(model).__name__}. Those of sparse-input networks are "
            "certified by stationarity_."
        )
    inputs, targets = model.loss_arrays(X, y)
    inputs, targets = inputs.astype(float), targets.astype(float)
    loss = model.outcome_.loss
    with jax.enable_x64(True):
        network = eqx.nn.inference_mode(cast(model.network_, np.float64))
        arrays, static = eqx.partition(network, eqx.is_inexact_array)

        @jax.jit
        def value(arrays):
            raw = jax.vmap(eqx.combine(arrays, static))(inputs)
            return mean_loss(loss, raw, targets)

        automatic = [np.asarray(g) for g in jax.tree.leaves(jax.grad(value)(arrays))]
        finite = _finite_differences(value, arrays, n_entries, random_state)
        closed = closed_form(network, loss, inputs, targets) if isinstance(network, MLP) else None
    top = max(np.abs(g).max() for g in automatic) or 1.0
    rows = []
    for k, (name, shape) in enumerate(layer_shapes(network)):
        places, estimates = finite[k]
        rows.append(
            {
                "array": name,
                "shape": "x".join(map(str, shape)),
                "norm": np.linalg.norm(automatic[k]),
                "automatic - closed form": np.nan
                if closed is None
                else np.abs(automatic[k] - closed[k]).max() / top,
                "automatic - finite differences": np.abs(
                    automatic[k].ravel()[places] - estimates
                ).max()
                / top,
            }
        )
    return pd.DataFrame(rows)


def mean_loss(loss: AnyLoss, raw, targets):
    """The loss of one network's outputs `(n, K)`, all samples weighing the same."""
    weights = jnp.full((len(raw), 1), 1 / len(raw))
    return loss.total(raw[:, None], targets[:, None], weights)[0]


def closed_form(
    network: MLP, loss: AnyLoss, X: np.ndarray, targets: np.ndarray
) -> list[np.ndarray]:
    """Gradient of the mean loss in every array of an MLP, by the recursion of `gradient_check`.

    In the order of the network's arrays: first weights, first biases, then each layer's.
    """
    act = ACTIVATIONS[network.upper.activation]
    weights = [network.weight, *(layer.weight for layer in network.upper.layers)]
    biases = [network.upper.bias, *(layer.bias for layer in network.upper.layers)]
    h, z = [X], []
    for m, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        z.append(h[-1] @ weight + bias)
        h.append(z[-1] if m == len(weights) - 1 else np.asarray(act(z[-1])))
    delta = np.asarray(jax.grad(lambda raw: mean_loss(loss, raw, targets))(z[-1]))
    slope = jax.vmap(jax.vmap(jax.grad(act)))
    out: list[np.ndarray] = []
    for m in reversed(range(len(weights))):
        out = [h[m].T @ delta, delta.sum(axis=0), *out]
        if m:
            delta = (delta @ weights[m].T) * np.asarray(slope(z[m - 1]))
    return out


def _finite_differences(value, arrays, n_entries: int, seed: int):
    """For every array: flat places, and central differences there."""
    leaves, structure = jax.tree.flatten(arrays)
    rng, out = np.random.default_rng(seed), []
    for k, leaf in enumerate(leaves):
        leaf = np.asarray(leaf)
        places = rng.choice(leaf.size, size=min(n_entries, leaf.size), replace=False)
        estimates = []
        for place in places:
            h = 1e-6 * max(1.0, abs(leaf.flat[place]))
            both = []
            for sign in (1, -1):
                moved = leaf.copy()
                moved.flat[place] += sign * h
                changed = jax.tree.unflatten(structure, [*leaves[:k], moved, *leaves[k + 1 :]])
                both.append(float(value(changed)))
            estimates.append((both[0] - both[1]) / (2 * h))
        out.append((places, np.array(estimates)))
    return out

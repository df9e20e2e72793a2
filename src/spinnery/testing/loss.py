"""Whether a loss is what it says."""

from __future__ import annotations

import typing

import jax
import jax.numpy as jnp
import numpy as np

from ..losses import AnyLoss, Loss
from ..losses.base import Scaling
from . import samples as compiled
from .derivatives import check_curvature, check_gradient, check_lower_bound
from .faults import fault, show, traced
from .samples import N_PADDING, Samples, samples

FAR = 1e4


def check_loss(loss: AnyLoss, random_state: int = 0, targets: np.ndarray | None = None) -> None:
    """Check a loss of your own against the contract of `spinnery.losses.AnyLoss`.

    - `total` has the documented shapes for shared targets and for the lanes' own, is never
      negative, sees neither the order of samples nor those of weight 0, nor other lanes;
    - its gradient is right and, like its values, finite for outputs of 1e4 either way;
    - `curvature` is the second derivative of `total` in each sample's own outputs;
    - `held_out` is, for a `Loss`, the mean of `value` over what was held out, and NaN for nothing;
    - `value` broadcasts, `scaling` and `smooth` are true of the loss, `link_inverse` rises, takes
      NumPy's arrays and fits `scaling`.

    Parameters
    ----------
    loss : AnyLoss
    random_state : int
        For the outputs and weights that are tried.
    targets : (n, q) array, n >= 6, optional
        Targets of the kind that the loss takes, as varied as real ones: of any two thirds of the
        samples there must be something to learn, and of any third something to judge. By default
        what the library's own losses take (counts where `scaling` is "mean"), and for others two
        columns of normal numbers.

    Raises
    ------
    ValueError
        If `loss` is no instance of `AnyLoss`, or `targets` are no such array.
    AssertionError
        At the first thing that is wrong: the method, its inputs, what was expected, what came.

    Examples
    --------
    >>> from spinnery.losses import Huber
    >>> check_loss(Huber(delta=0.7))
    """
    if not isinstance(loss, AnyLoss):
        what = f"the class {loss.__name__}" if isinstance(loss, type) else repr(loss)
        raise ValueError(f"check_loss needs an instance of spinnery.losses.AnyLoss; got {what}.")
    rng = np.random.default_rng(random_state)
    with jax.enable_x64(True):
        _check_attributes(loss)
        s = samples(loss, targets, rng)
        _check_compiles(s)
        _check_total(s, targets is None)
        _check_lanes(s, rng)
        _check_far(s, rng)
        _check_samples(s, rng)
        check_gradient(s, rng)
        check_curvature(s)
        check_lower_bound(s)
        _check_held_out(s, rng)
        if isinstance(loss, Loss):
            _check_value(loss, s)
        _check_link(s)


def _check_attributes(loss: AnyLoss) -> None:
    name, allowed = type(loss).__name__, typing.get_args(Scaling)
    if loss.scaling not in allowed:
        fault(f"{name}.scaling", f"one of {', '.join(map(repr, allowed))}", repr(loss.scaling))
    if not isinstance(loss.smooth, bool):
        fault(f"{name}.smooth", "True or False", repr(loss.smooth))


def _check_compiles(s: Samples) -> None:
    n, B, K = s.size
    one = np.ones((n, 1))
    for targets in (s.shared, s.lane_targets):
        inputs = s.loss, s.outputs, targets
        traced(f"{s.name}.total(outputs, targets, weights)", compiled.total, (B,),
               *inputs, s.weights)  # fmt: skip
        traced(f"{s.name}.held_out(outputs, targets, weights, train_weights)", compiled.held_out,
               (B,), *inputs, one, s.weights)  # fmt: skip
    traced(f"{s.name}.curvature(outputs, targets, weights)", compiled.curvature, (n, K, K),
           s.loss, s.outputs[:, 0], s.targets, s.weights[:, 0])  # fmt: skip


def _check_total(s: Samples, usual: bool) -> None:
    call = f"{s.name}.total(outputs, targets, weights)"
    hint = ""
    if usual and type(s.loss).__module__.split(".")[0] != __name__.split(".")[0]:
        hint = " for the usual targets (pass targets= if the loss takes others)"
    values = s.total()
    if not (np.isfinite(values) & (values >= 0)).all():
        b = int(np.argmin(np.isfinite(values) & (values >= 0)))
        fault(call, f"a finite number of at least 0{hint}, as the certificate divides by its root",
              values[b], outputs=s.outputs[:, b], targets=s.targets)  # fmt: skip


def _check_lanes(s: Samples, rng: np.random.Generator) -> None:
    """A lane beside others is a lane alone, with shared targets and with its own."""
    call = f"{s.name}.total(outputs, targets, weights)"
    other = s.outputs.copy()
    other[:, 0] = rng.normal(size=other[:, 0].shape)
    before, after = s.total(), s.total(other)
    if not np.allclose(before[1:], after[1:], rtol=1e-12):
        fault(call, f"no change when another lane's outputs change, {show(before[1:])}", after[1:])
    own = np.asarray(compiled.total(s.loss, s.outputs, s.lane_targets, s.weights))
    for b in range(s.size[1]):
        lane = s.outputs[:, [b]], s.lane_targets[:, [b]], s.weights[:, [b]]
        alone = float(compiled.total(s.loss, *lane)[0])
        if not np.isclose(own[b], alone, rtol=1e-9):
            fault(call, f"for a lane with targets of its own what it is alone, {alone:.6g}", own[b])


def _check_samples(s: Samples, rng: np.random.Generator) -> None:
    """Order means nothing, nor do samples of weight 0."""
    call = f"{s.name}.total(outputs, targets, weights)"
    n = s.size[0]
    base, gradient = s.slope(s.outputs)
    order = rng.permutation(n)
    there = compiled.slope(s.loss, s.outputs[order], s.shared[order], s.weights[order])
    for what, a, b in zip(("", "'s gradient"), (base, gradient[order]), there, strict=True):
        if not np.allclose(a, b, rtol=1e-9, atol=1e-12):
            fault(call + what, "the same for samples in another order", "something else")
    unused = s.weights == 0
    outputs = np.where(unused[..., None], FAR * rng.normal(size=s.outputs.shape), s.outputs)
    targets = s.shared.copy()
    targets[-N_PADDING:] = targets[:N_PADDING]
    value, slopes = map(np.asarray, compiled.slope(s.loss, outputs, targets, s.weights))
    if not np.allclose(base, value, rtol=1e-9):
        fault(call, "no change when outputs and targets of samples of weight 0 change, "
              f"{show(base)}", value)  # fmt: skip
    slopes_elsewhere = np.where(unused[..., None], 0, gradient)
    if not np.allclose(slopes, slopes_elsewhere, rtol=1e-9, atol=1e-12):
        fault(f"{call}'s gradient", "0 for samples of weight 0, and elsewhere no change when "
              "theirs do", np.where(unused[..., None], slopes, 0).max())  # fmt: skip


def _check_far(s: Samples, rng: np.random.Generator) -> None:
    """Values, gradients and curvature stay finite, in single precision too."""
    call = f"{s.name}.total(outputs, targets, weights)"
    for dtype in (np.float64, np.float32):
        targets, weights = s.shared.astype(dtype), s.weights.astype(dtype)
        for outputs in (*_far_outputs(s.size, rng), s.outputs):
            g = outputs.astype(dtype)
            values, slopes = map(np.asarray, compiled.slope(s.loss, g, targets, weights))
            curved = compiled.curvature(s.loss, g[:, 0], targets[:, 0], weights[:, 0])
            inputs = {"outputs": outputs[:, 0], "dtype": np.dtype(dtype).name}
            for what, found in {
                call: values, f"{call}'s gradient": slopes, f"{s.name}.curvature": curved,
            }.items():  # fmt: skip
                if not np.isfinite(found).all():
                    fault(what, "finite numbers", found, **inputs)
            if not (values >= 0).all():
                fault(call, "numbers of at least 0", values, **inputs)
    exact = s.total()
    if not np.allclose(values, exact, rtol=1e-3, atol=1e-6):  # the last of the loop: single
        fault(call, f"in single precision about {show(exact)}", values)


def _far_outputs(size: tuple[int, int, int], rng: np.random.Generator) -> list[np.ndarray]:
    signs = np.sign(rng.normal(size=size))
    return [FAR * signs, np.full(size, FAR), np.full(size, -FAR),
            FAR * signs * (rng.random(size) < 0.3)]  # fmt: skip


def _check_held_out(s: Samples, rng: np.random.Generator) -> None:
    call = f"{s.name}.held_out(outputs, targets, weights, train_weights)"
    n, B, _ = s.size
    every, train = s.all_weights, s.weights.copy()
    train[:, 0] = 1 / n  # the first lane holds out nothing

    def of(outputs, targets=s.shared, order=slice(None)):
        return np.asarray(
            compiled.held_out(s.loss, outputs[order], targets[order], every[order], train[order])
        )

    base = of(s.outputs)
    if not np.isnan(base[0]):
        fault(call, "NaN where nothing was held out", base[0])
    if not np.isfinite(base[1:]).all():
        fault(call, "a finite number where samples were held out", base[1:])
    unused = s.outputs.copy()
    unused[-N_PADDING:] = FAR
    own = of(s.outputs, np.broadcast_to(s.shared, s.lane_targets.shape))
    for what, found in {
        "outputs of samples of weight 0 change": of(unused),
        "samples are in another order": of(s.outputs, order=rng.permutation(n)),
        "lanes have the same targets each of its own": own,
    }.items():
        if not np.allclose(base, found, rtol=1e-9, equal_nan=True):
            fault(call, f"no change when {what}, {show(base)}", found)
    if not isinstance(s.loss, Loss):
        return
    for b in range(1, B):
        judge = np.where(train[:, b] > 0, 0, every[:, 0])
        judge = np.repeat(judge[:, None] / judge.sum(), B, axis=1)
        expected = np.asarray(compiled.total(s.loss, s.outputs, s.shared, judge))[b]
        if not np.isclose(base[b], expected, rtol=1e-9):
            fault(call, f"total over the samples held out, by their weights, {expected:.6g}",
                  base[b])  # fmt: skip


def _check_value(loss: Loss, s: Samples) -> None:
    call = f"{s.name}.value(outputs, targets)"
    n, B, _ = s.size
    one = s.loss, s.outputs[0, 0], s.targets[0]
    traced(call, lambda loss, g, t: loss.value(g, t), (), *one)
    traced(call, lambda loss, g, t: loss.value(g, t), (n, B), s.loss, s.outputs, s.shared)
    each = np.asarray(loss.value(jnp.asarray(s.outputs), jnp.asarray(s.shared)))
    if not (each >= 0).all():
        i, b = np.argwhere(~(each >= 0))[0]
        fault(call, "a number of at least 0 for every sample", each[i, b],
              outputs=s.outputs[i, b], targets=s.targets[i])  # fmt: skip
    summed = (s.weights * each).sum(axis=0)
    if not np.allclose(s.total(), summed, rtol=1e-9):
        fault(f"{s.name}.total(outputs, targets, weights)", "the sum of weights * value, "
              f"{show(summed)}", s.total())  # fmt: skip


def _check_link(s: Samples) -> None:
    call, K = f"{s.name}.link_inverse(outputs)", s.size[2]
    g = np.linspace(-20, 20, 81)[:, None] + np.linspace(0, 1, K)
    found = s.loss.link_inverse(g)
    p = np.asarray(found)
    if p.shape != g.shape or p.dtype != np.float64:
        fault(call, f"for NumPy's float64 of shape {g.shape} as much of the same shape",
              f"{p.dtype.name} of shape {p.shape}")  # fmt: skip
    if not np.isfinite(p).all():
        i, k = np.argwhere(~np.isfinite(p))[0]
        fault(call, "finite predictions", p[i, k], outputs=g[i])
    if not np.allclose(p, s.loss.link_inverse(jnp.asarray(g)), rtol=1e-9):
        fault(call, "the same for NumPy's and JAX's arrays", "two results")
    for k, move in enumerate(0.5 * np.eye(K)):
        rise = np.asarray(s.loss.link_inverse(g + move))[:, k] - p[:, k]
        if not (rise >= 0).all():
            i = int(np.argmin(rise))
            fault(call, "predictions that rise with their output", f"{p[i, k] + rise[i]:.6g} after "
                  f"{p[i, k]:.6g}", outputs=(g + move)[i])  # fmt: skip
    if s.loss.scaling in ("standard", "robust"):
        there, expected, how = 2 * g + 1, 2 * p + 1, "2 outputs + 1"
    elif s.loss.scaling == "mean":
        there, expected, how = g + 1, np.exp(1) * p, "outputs + 1"
    else:
        return
    back = np.asarray(s.loss.link_inverse(there))
    if not np.allclose(back, expected, rtol=1e-9):
        i = int(np.argmax(np.abs(back - expected).max(axis=1)))
        fault(f"{s.name}.link_inverse({how})",
              f"{show(expected[i])}, as targets scaled by {s.loss.scaling!r} are taken back",
              back[i], outputs=g[i])  # fmt: skip

"""Cox's partial likelihood: a sum over risk sets, not over samples."""

from __future__ import annotations

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from ..arrays import Array
from .base import AnyLoss, not_negative

BLOCK = 32
TINY = 1e-30


class PartialLikelihood(AnyLoss):
    """Minus the log partial likelihood of survival times, over the weight of the events.

    With `d_i` 1 for an event, `R(t) = {j: t_j >= t}` of i's stratum and `w` the weights,

        sum_i w_i d_i [log sum_{j in R(t_i)} w_j e^{g_j} - g_i - log w_i] / sum_i w_i d_i

    for distinct times (Cox 1972), and for tied ones too with `ties="breslow"`. Of `m` events tied
    at `t`, Efron (1977) takes from the l-th risk set's sum `l/m` times the tied events' own
    (`l = 0 ... m - 1`), with their mean weight. The last term does not depend on `g`; with it the
    loss is 0 for a perfect order and never below.

    A constant added to all outputs of a stratum changes nothing. Sums are taken relative to the
    stratum's largest risk: in single precision, risks more than 80 below it (in logarithms) count
    as that.

    Parameters
    ----------
    ties : {"efron", "breslow"}

    Notes
    -----
    Targets are `(event, rank, stratum)`: 0 or 1, the rank of (stratum, falling time) with ties
    equal, and the stratum's number.
    """

    ties: str = eqx.field(static=True, default="efron")

    def __check_init__(self):
        if self.ties not in ("efron", "breslow"):
            raise ValueError(f'ties must be "efron" or "breslow"; got {self.ties!r}.')

    def total(self, outputs: Array, targets: Array, weights: Array) -> Array:
        sums, events = self._sums(outputs, targets, weights)
        return sums / jnp.maximum(events, TINY)

    def held_out(
        self, outputs: Array, targets: Array, weights: Array, train_weights: Array
    ) -> Array:
        """Verweij & van Houwelingen (1993): what all samples' likelihood has beyond training's."""
        every = jnp.broadcast_to(weights, train_weights.shape)
        both, events = self._sums(outputs, targets, every)
        train, known = self._sums(outputs, targets, jnp.where(train_weights > 0, every, 0))
        return (both - train) / (events - known)

    def curvature(self, outputs: Array, targets: Array, weights: Array) -> Array:
        """The Hessian's diagonal, `sum_i pi_ij (1 - pi_ij)` over the risk sets that j is in.

        In single precision, risk sets more than 37 below the stratum's largest risk add nothing.
        """
        second = _curvature(outputs[:, 0], targets, weights, self.ties == "efron")
        return second[:, None, None]

    def n_outputs(self, n_columns: int) -> int:
        return 1

    def _sums(self, outputs: Array, targets: Array, weights: Array) -> tuple[Array, Array]:
        """Every lane's sum over events, and the events' weight, `(B,)` each."""
        efron = self.ties == "efron"
        if targets.shape[1] == 1:
            return _sums(outputs[..., 0], targets[:, 0], weights, efron)
        lanes = jax.vmap(
            lambda g, t, w: _sums(g[:, None], t, w[:, None], efron), in_axes=1, out_axes=1
        )(outputs[..., 0], targets, weights)
        return lanes[0][0], lanes[1][0]


class _Order(NamedTuple):
    """Samples by stratum, then falling time."""

    order: Array  # (n,) which sample stands where
    tie: Array  # (n,) rank, sorted
    stratum: Array  # (n,)
    last: Array  # (n,) place of the last one tied with it


def _order(targets: Array) -> _Order:
    order = jnp.argsort(targets[:, 1], stable=True)
    tie, stratum = targets[order, 1], targets[order, 2]
    return _Order(order, tie, stratum, jnp.searchsorted(tie, tie, side="right") - 1)


class _Terms(NamedTuple):
    """What the events add, in sorted places, `(n, B)` each."""

    risk: Array  # w e^g, relative to the stratum's largest e^g
    event: Array  # bool
    weight: Array  # mean weight of the tied events
    share: Array  # l / m of Efron's correction
    size: Array  # the term's sum over the risk set, corrected
    top: Array  # log of the stratum's largest e^g


def _terms(g: Array, o: _Order, event: Array, w: Array, efron: bool) -> _Terms:
    """`g`, `w` `(n, B)` and `event` `(n, 1)` in sorted places."""
    counts = (event > 0) & (w > 0)
    top = jax.lax.stop_gradient(_stratum_tops(jnp.where(w > 0, g, -jnp.inf), o.stratum))
    risk = w * jnp.exp(jnp.where(w > 0, g - top, 0))
    size = running(risk, o.stratum)[o.last]
    own = jnp.where(counts, risk, 0)
    weight, share = w, jnp.zeros_like(w)
    if efron:
        number = jnp.where(counts, 1.0, 0.0).astype(g.dtype)
        parts = running(jnp.concatenate([own, number, number * w], axis=1), o.tie)
        tied, m, mass = jnp.split(parts[o.last], 3, axis=1)
        before = jnp.split(parts, 3, axis=1)[1] - number
        m = jnp.maximum(m, 1)
        weight, share = mass / m, before / m
        size = size - share * tied
    return _Terms(risk, counts, weight, share, jnp.where(counts, size, 1), top)


def _sums(g: Array, targets: Array, w: Array, efron: bool) -> tuple[Array, Array]:
    o = _order(targets)
    g, w, event = g[o.order], w[o.order], targets[o.order, :1]
    t = _terms(g, o, event, w, efron)
    mean = jnp.where(t.event, t.weight, 1)
    # an event is in its own risk set, which bounds the term from below where sums underflow
    size = jnp.log(jnp.maximum(t.size, 1e3 * jnp.finfo(g.dtype).tiny))
    term = mean * (size + jnp.where(t.event, t.top, 0) - jnp.log(mean)) - w * g
    if not efron:
        term = not_negative(term)
    sums = jnp.sum(jnp.where(t.event, term, 0), axis=0)
    return not_negative(sums), jnp.sum(jnp.where(t.event, w, 0), axis=0)


def _curvature(g: Array, targets: Array, w: Array, efron: bool) -> Array:
    o = _order(targets)
    back = jnp.argsort(o.order)
    g, w, event = g[o.order, None], w[o.order, None], targets[o.order, :1]
    t = _terms(g, o, event, w, efron)
    size = jnp.maximum(t.size, 1e3 * jnp.finfo(g.dtype).tiny ** 0.5)  # 1/size^2 must be finite
    first, second = (jnp.where(t.event, t.weight / size**k, 0) for k in (1, 2))
    # over the events whose risk sets hold a sample: its own time's and all earlier ones'
    reverse = running(jnp.concatenate([first, second], axis=1)[::-1], o.stratum[::-1])[::-1]
    begin = jnp.searchsorted(o.tie, o.tie, side="left")
    a, b = jnp.split(reverse[begin], 2, axis=1)
    if efron:
        less = jnp.concatenate([t.share * first, (2 * t.share - t.share**2) * second], axis=1)
        less_a, less_b = jnp.split(running(less, o.tie)[o.last], 2, axis=1)
        a, b = a - jnp.where(t.event, less_a, 0), b - jnp.where(t.event, less_b, 0)
    total = jnp.maximum(jnp.sum(jnp.where(t.event, w, 0)), TINY)
    return ((t.risk * a - t.risk**2 * b) / total)[back, 0]


def _stratum_tops(g: Array, stratum: Array) -> Array:
    """The largest value of each place's stratum, `(n, B)`; 0 where there is none."""
    same = jnp.concatenate([jnp.zeros(1), jnp.cumsum(stratum[1:] != stratum[:-1])]).astype(int)
    tops = jax.ops.segment_max(g, same, num_segments=len(g), indices_are_sorted=True)[same]
    return jnp.where(jnp.isfinite(tops), tops, 0)


def running(values: Array, ids: Array) -> Array:
    """Sums from the first row of the same id down to each row, `(n, B)`; equal ids adjoin.

    By two products with triangles of ones: XLA's own scans compile for seconds and run slowly on
    CPUs. Only sums are formed, no differences, so that small sums keep their digits.
    """
    n, B = values.shape
    pad = -n % BLOCK
    blocks = jnp.pad(values, ((0, pad), (0, 0))).reshape(-1, BLOCK, B)
    names = jnp.pad(ids, (0, pad), mode="edge").reshape(-1, BLOCK)
    dtype = values.dtype

    def within(where):
        return where.astype(dtype)

    lower = jnp.tril(jnp.ones((BLOCK, BLOCK), bool))
    inside = within(lower & (names[:, :, None] == names[:, None, :])) @ blocks
    tails = jnp.einsum("cb,cbk->ck", within(names == names[:, -1:]), blocks)
    many = len(names)
    goes_on = jnp.tril(jnp.ones((many, many), bool), -1) & (names[:, :1] == names[:, -1])
    carry = within(goes_on) @ tails
    out = inside + within(names == names[:, :1])[..., None] * carry[:, None]
    return out.reshape(-1, B)[:n]

"""Upper networks of several cohorts, shared or own."""

from __future__ import annotations

import itertools

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from ..arrays import Array
from .upper import Dense, Upper, apply_lanes


class CohortUpper(eqx.Module):
    """An upper network per cohort, with whatever parts they share stored once.

    Every array of `upper` has a cohort axis after the lanes': of length 1 where all cohorts
    share it, of length M where each has its own.
    """

    upper: Upper

    def cohort(self, m: int) -> Upper:
        """Cohort m's network, lanes first."""
        return jax.tree.map(lambda leaf: leaf[:, min(m, leaf.shape[1] - 1)], self.upper)

    def squared_norm(self) -> Array:
        """Sum of squared weights of one lane, each stored weight once."""
        return self.upper.squared_norm()


def upper_of_cohort(upper: Upper | CohortUpper, m: int) -> Upper:
    """Cohort m's network of one model, which has no lane axis; as NumPy arrays."""
    lanes = jax.tree.map(lambda leaf: np.asarray(leaf)[None], upper)
    return jax.tree.map(lambda leaf: leaf[0], lanes.cohort(m))


def apply_cohorts(upper: Upper | CohortUpper, Z: Array, bounds: tuple[int, ...]) -> Array:
    """Outputs `(n, B, K)` of B models at `Z` `(n, B, T)`, cohort by cohort."""
    if isinstance(upper, Upper):
        return apply_lanes(upper, Z)
    parts = enumerate(itertools.pairwise(bounds))
    return jnp.concatenate([apply_lanes(upper.cohort(m), Z[a:b]) for m, (a, b) in parts])


class Sharing(eqx.Module):
    """What the cohorts' networks have in common above their own first layers and first biases.

    Parameters
    ----------
    share : {"upper", "none"}
        "upper": all that follows. "none": nothing; the penalty alone couples the cohorts.
    own_intercept : bool
        Whether the output's bias is each cohort's own even so.
    """

    share: str = "upper"
    own_intercept: bool = False

    def spread(self, upper: Upper, n_cohorts: int) -> Upper | CohortUpper:
        """Networks of all cohorts that start as `upper` (with lanes)."""
        if n_cohorts == 1:
            return upper
        nothing = self.share == "none"

        def copies(leaf, own):
            return leaf[:, None].repeat(n_cohorts if own else 1, axis=1)

        layers = [
            Dense(copies(layer.weight, nothing), copies(layer.bias, nothing))
            for layer in upper.layers
        ]
        if layers and self.own_intercept:
            layers[-1] = Dense(layers[-1].weight, copies(upper.layers[-1].bias, True))
        return CohortUpper(Upper(copies(upper.bias, True), tuple(layers), upper.activation))


SHARED = Sharing()

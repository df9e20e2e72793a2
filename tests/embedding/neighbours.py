"""maths.md §7 as plain loops: affinities, similarities, cost and gradient, one pair at a time."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import brentq


def squared_distances(X):
    return np.array([[float(np.sum((x - z) ** 2)) for z in X] for x in X])


def row_affinities(distances, perplexity):
    """Gaussian probabilities over the given squared distances, at this perplexity."""
    d = (distances - distances.min()) / (distances - distances.min()).mean()

    def probabilities(log_precision):
        e = np.exp(-math.exp(log_precision) * d)
        return e / e.sum()

    def excess(log_precision):
        return entropy(probabilities(log_precision)) - math.log(perplexity)

    return probabilities(brentq(excess, -20, 40, xtol=1e-13))


def entropy(p):
    return -sum(v * math.log(v) for v in p if v > 0)


def joint_affinities(D, perplexity):
    n = len(D)
    C = np.zeros((n, n))
    for i in range(n):
        others = [j for j in range(n) if j != i]
        C[i, others] = row_affinities(D[i, others], perplexity)
    return (C + C.T) / (2 * n)


def similarity(tails, a, b):
    d = float(np.sum((a - b) ** 2))
    return math.exp(-d) if tails == "gaussian" else 1 / (1 + d)


def cost_and_gradient(tails, P, Y):
    """Over all pairs of the same points."""
    n = len(Y)
    s = [[similarity(tails, Y[i], Y[j]) if i != j else 0.0 for j in range(n)] for i in range(n)]
    total = sum(map(sum, s))
    cost, slope = 0.0, np.zeros_like(Y)
    for i in range(n):
        for j in range(n):
            q = s[i][j] / total
            if P[i, j] > 0:
                cost += P[i, j] * math.log(P[i, j] / q)
            factor = 1.0 if tails == "gaussian" else similarity(tails, Y[i], Y[j])
            slope[i] += 4 * (P[i, j] - q) * factor * (Y[i] - Y[j])
    return cost, slope


def new_cost(tails, P, Y, fixed):
    """Every new point's own cost, summed."""
    cost = 0.0
    for p, y in zip(P, Y, strict=True):
        s = [similarity(tails, y, z) for z in fixed]
        cost += sum(v * math.log(v * sum(s) / t) for v, t in zip(p, s, strict=True) if v > 0)
    return cost

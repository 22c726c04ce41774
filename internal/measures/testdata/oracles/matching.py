"""Matchings of features: optimal transport as a linear program."""

import math

import numpy as np
import scipy.optimize

from similarity import centred


def correlations(x, y):
    x, y = centred(x), centred(y)
    return ((x / x.norm(dim=0)).T @ (y / y.norm(dim=0))).numpy()


def soft_matching(x, y, o):
    r = correlations(x, y)
    p, q = r.shape
    sums = np.vstack([np.kron(np.eye(p), np.ones(q)), np.kron(np.ones(p), np.eye(q))])
    masses = np.concatenate([np.full(p, 1 / p), np.full(q, 1 / q)])
    best = scipy.optimize.linprog(-r.ravel(), A_eq=sums, b_eq=masses, method="highs-ds")
    # The vertex that the solver ends at, with parts that are whole multiples of 1/(pq).
    s = (np.round(best.x * p * q) / (p * q) * r.ravel()).sum()
    return math.sqrt(2 - 2 * s) if o["as"] == "euclidean" else s

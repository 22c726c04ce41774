"""Matchings of features: optimal transport as a linear program."""

import math

import numpy as np
import scipy.optimize
import torch

from similarity import centred, song


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


def wreath_procrustes(x, y, o):
    wide = max(x.shape[1], y.shape[1])

    def unit(m):
        m = torch.nn.functional.normalize(m, dim=0)
        return torch.nn.functional.pad(m, (0, wide - m.shape[1]))

    x, y = unit(x), unit(y)
    i, j = scipy.optimize.linear_sum_assignment((x.T @ y).numpy(), maximize=True)
    return 1 - ((x[:, i] - y[:, j]) ** 2).sum().div(4 * wide).sqrt()


def wreath_cka(x, y, o):
    def kernel(m):
        m = torch.nn.functional.normalize(centred(m), dim=0)
        return (m[:, None] * m[None]).max(2).values

    k, l = kernel(x), kernel(y)
    return song(k, l) / (song(k, k) * song(l, l)).sqrt()

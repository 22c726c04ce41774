"""How samples lie: their spread, and what is alike of them sample by sample."""

import numpy as np
import scipy.linalg
import torch

from similarity import centred, dissimilarities, full, neighbours, similarities, squared_distances


def magnitude(x, y, o):
    return (x.mean(0).norm() - y.mean(0).norm()).abs()


def concentricity(x, y, o):
    def of(m):
        return torch.cosine_similarity(m, m.mean(0, keepdim=True)).mean()

    return (of(x) - of(y)).abs()


def uniformity(x, y, o):
    def of(m):
        return torch.exp(-float(o["t"]) * squared_distances(m)).mean().log()

    return (of(x) - of(y)).abs()


def rsm_norm(x, y, o):
    n = x.shape[0]
    gap = full(dissimilarities(x, o), n) - full(dissimilarities(y, o), n)
    if o["norm"] == "spectral":
        return torch.linalg.matrix_norm(gap, ord=2)
    return (gap * gap).triu().sum().sqrt()


def aligned_cosine(x, y, o):
    if o["center"] == "true":
        x, y = centred(x), centred(y)
    u, s, v = torch.linalg.svd(x.T @ y, full_matrices=False)
    keep = s > s[0] * 1e-12
    return torch.cosine_similarity(torch.cat([x @ u[:, keep] @ v[keep], missing(x, u[:, keep])], 1), torch.cat([y, 0 * x[:, :1]], 1)).mean()


def missing(x, u):
    """One column with what is left of the norm of the samples outside of the span of u."""
    rest = (x * x).sum(1) - ((x @ u) ** 2).sum(1)
    return rest.clamp(min=1e-300).sqrt()[:, None]


def second_order(x, y, o):
    o = {**o, "metric": "cosine"}
    a, b = similarities(x, o), similarities(y, o)
    x, y = neighbours(a, int(o["k"])), neighbours(b, int(o["k"]))
    if o["values"] == "distance":
        a, b = 1 - a, 1 - b
    total = 0
    for i in range(len(a)):
        either = sorted(set(x[i]) | set(y[i]))
        u, v = a[i, either], b[i, either]
        total += u @ v / ((u @ u) * (v @ v)) ** 0.5
    return total / len(a)


def imd(x, y, o):
    """Traces of matrix exponentials of the normalised Laplacians."""
    n, k = len(x), int(o["k"])
    times = np.logspace(-1, 1, 256)

    def heat(m):
        graph = np.zeros((n, n))
        np.put_along_axis(graph, neighbours(-squared_distances(m).numpy(), k), 1, axis=1)
        graph = np.maximum(graph, graph.T)
        root = np.sqrt(graph.sum(0))
        laplacian = np.eye(n) - graph / root[:, None] / root[None]
        return np.array([np.trace(scipy.linalg.expm(-t * laplacian)) for t in times]) / n

    return 1e6 * (np.exp(-2 * (times + 1 / times)) * np.abs(heat(x) - heat(y))).max()

"""Similarities and distances of samples: kernels, RDMs, neighbours.

Every formula is the definition with whole matrices of samples × samples. X is
n×p, Y is n×q, rows are samples; o holds a measure's parameters as text.
"""

import itertools
import math

import numpy as np
import scipy.optimize
import scipy.stats
import sklearn.covariance
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


class Undefined(Exception):
    """The data give the measure no value, or none that is determined."""


def centred(m):
    return m - m.mean(0)


def cosine(a, b):
    return (a * b).sum() / (a.norm() * b.norm())


def form(name, s, x=None, y=None):
    """The cosine s in a form; those with units take the centred data."""
    if "euclidean" in name:
        d = (x * x).sum() + (y * y).sum() - 2 * x.norm() * y.norm() * s
        return d if name == "squared-euclidean" else d.sqrt()
    if name == "normalised":
        if s > 1 - 1e-12:  # rounding
            raise Undefined
        return (2 - 2 * s).sqrt()
    if name == "one-minus":
        return 1 - s
    if name == "negative-log":
        if s <= 0:
            raise Undefined
        return -s.log()
    if name == "angular-distance":
        return 2 * torch.arccos(s.clamp(-1, 1)) / math.pi
    if name == "squared":
        return s * s
    if name == "angular":
        return torch.arccos(s.clamp(-1, 1))
    if name == "angular-score":
        return 1 - 2 * torch.arccos(s.clamp(-1, 1)) / math.pi
    return s


def principal(m):
    """Left singular vectors and singular values over the numerical rank."""
    n, p = m.shape
    if n > p:
        u, s, _ = torch.linalg.svd(m, full_matrices=False)
    else:  # of the n×n Gram matrix, whose one eigenvalue of 0 is apart
        values, vectors = torch.linalg.eigh(m @ m.T)
        s, u = values.flip(0).clamp(min=1e-300).sqrt(), vectors.flip(1)
        keep = s > 1e-6 * s[0]
        return u[:, keep], s[keep]
    keep = s > s[0] * max(n, p) * 2**-52
    return u[:, keep], s[keep]


def nuclear(m):
    return torch.linalg.svdvals(m).sum()


def squared_distances(m):
    d = m[:, None, :] - m[None, :, :]
    return (d * d).sum(2)


def upper(m):
    i, j = np.triu_indices(m.shape[0], 1)
    return m[i, j]


def full(values, n):
    i, j = np.triu_indices(n, 1)
    m = torch.zeros(n, n)
    m = m.index_put((torch.tensor(i), torch.tensor(j)), values)
    return m + m.T


def median_distance(m):
    d = upper(squared_distances(m)).sqrt().sort().values
    return (d[(len(d) - 1) // 2] + d[len(d) // 2]) / 2


def width(m, sigma):
    if sigma.endswith("median"):
        return float(sigma[:-6]) * median_distance(m)
    return float(sigma)


def doubly_centred(k):
    n = k.shape[0]
    h = torch.eye(n) - torch.ones(n, n) / n
    return h @ k @ h


def song(k, l):
    """n(n−3) times the unbiased estimate of HSIC (Song et al. 2012)."""
    n = k.shape[0]
    off = 1 - torch.eye(n)
    k, l = k * off, l * off
    one = torch.ones(n)
    return (
        torch.trace(k @ l)
        + (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2))
        - 2 / (n - 2) * (one @ k @ l @ one)
    )


def kernel(m, o):
    if o["kernel"] == "linear":
        return centred(m) @ centred(m).T
    d, s = squared_distances(m), width(m, o["sigma"])
    if o["kernel"] == "rbf":
        return torch.exp(-d / (2 * s * s))
    off = 1 - torch.eye(m.shape[0])
    return torch.exp(-(d + 1 - off).sqrt() / (s * math.sqrt(2))) * off + 1 - off


def cka(x, y, o):
    k, l = kernel(x, o), kernel(y, o)
    if o["estimator"] == "debiased":
        s = song(k, l) / (song(k, k) * song(l, l)).sqrt()
    else:
        k, l = doubly_centred(k), doubly_centred(l)
        if o["estimator"] == "lange":
            off = 1 - torch.eye(x.shape[0])
            k, l = k * off, l * off
        s = cosine(k, l)
    return form(o["as"], s, centred(x), centred(y))


def hsic(x, y, o):
    n, k, l = x.shape[0], kernel(x, o), kernel(y, o)
    if o["estimator"] == "debiased":
        return song(k, l) / (n * (n - 3))
    h = torch.eye(n) - torch.ones(n, n) / n
    if o["estimator"] == "biased":
        return torch.trace(k @ h @ l @ h) / (n - 1) ** 2
    off = 1 - torch.eye(n)
    return ((h @ k @ h) * (h @ l @ h) * off).sum() / (n * (n - 1))


def cka_neurons(x, y, o):
    """The columns of one kernel against those of another, those of a system without itself."""

    def own(m):
        p = m.shape[1]
        k = [torch.outer(m[:, a], m[:, a]) for a in range(p)]
        return sum(song(k[a], k[b]) for a in range(p) for b in range(p) if a != b) / (p * (p - 1))

    between = song(x @ x.T, y @ y.T) / (x.shape[1] * y.shape[1])
    if min(own(x), own(y)) <= 0:
        raise Undefined
    return between / (own(x) * own(y)).sqrt()


def distance_correlation(x, y, o):
    n = x.shape[0]

    def matrix(m):
        d = full(upper(squared_distances(m)).sqrt(), n)
        if o["estimator"] == "biased":
            return doubly_centred(d)
        rows = d.sum(0)
        u = d - rows[:, None] / (n - 2) - rows[None, :] / (n - 2) + rows.sum() / ((n - 1) * (n - 2))
        return u * (1 - torch.eye(n))

    s = cosine(matrix(x), matrix(y))
    return s if o["squared"] == "true" else s.sqrt()


def ensd(x, y, o):
    k, l = centred(x) @ centred(x).T, centred(y) @ centred(y).T
    if o["as"] != "score":  # by the root of the product of those of each with itself
        return form(o["as"], (k * l).sum() / ((k * k).sum() * (l * l).sum()).sqrt())
    return (k * l).sum() * torch.trace(k) * torch.trace(l) / ((k * k).sum() * (l * l).sum())


def dissimilarities(m, o):
    kind = o["rdm"]
    if kind == "precomputed":
        return upper(m)
    if kind == "crossnobis":
        return crossnobis(m, o)
    d = upper(squared_distances(m))
    if kind == "euclidean":
        return d.sqrt()
    if kind == "gaussian":
        return 1 - torch.exp(-d / (2 * width(m, o["sigma"]) ** 2))
    if kind == "manhattan":
        return upper((m[:, None, :] - m[None, :, :]).abs().sum(2))
    if kind == "poisson":
        r = (m + 0.1) / 1.1
        return upper(((r[:, None] - r[None]) * (r.log()[:, None] - r.log()[None])).sum(2))
    if kind in ("correlation", "cosine"):
        z = m - m.mean(1, keepdim=True) if kind == "correlation" else m
        z = z / z.norm(dim=1, keepdim=True)
        return upper(1 - z @ z.T)
    if kind == "mahalanobis":
        n, p = m.shape
        if p >= n - 1:
            raise Undefined
        c = centred(m)
        inverse = torch.linalg.inv(c.T @ c / (n - 1))
        e = m[:, None, :] - m[None, :, :]
        return upper(torch.einsum("ijk,kl,ijl->ij", e, inverse, e))
    return d


def crossnobis(m, o):
    """Mean over pairs of repeats of δᵀΣ⁻¹δ′, Σ the shrunk noise covariance."""
    repeats, conditions = o["shape"][:2]
    neurons = m.shape[1]
    z = m.numpy().reshape(repeats, conditions, neurons)
    residual = (z - z.mean(0)).reshape(-1, neurons)
    n, freedom = len(residual), len(residual) - conditions
    sigma = np.eye(neurons)
    if o["noise"] == "shrinkage":
        sigma = sklearn.covariance.ledoit_wolf(residual, assume_centered=True)[0] * n / freedom
    elif o["noise"] == "diagonal":
        sigma = np.diag((residual**2).sum(0) / freedom)
    inverse = np.linalg.inv(sigma)
    out = []
    for i, j in itertools.combinations(range(conditions), 2):
        delta = z[:, i] - z[:, j]
        products = delta @ inverse @ delta.T
        out.append((products.sum() - np.trace(products)) / (repeats * (repeats - 1)))
    return torch.tensor(out)


def rsa(x, y, o):
    a, b = dissimilarities(x, o), dissimilarities(y, o)
    how = o["compare"]
    if how == "cosine":
        return cosine(a, b)
    if how == "pearson":
        return cosine(a - a.mean(), b - b.mean())
    if how.endswith("-cov"):
        # Whitening by the covariance that the distances of noisy patterns have
        # (Diedrichsen et al. 2021): squares of the entries of ΞΞᵀ, Ξ the
        # contrasts of all pairs.
        n = round((1 + math.sqrt(1 + 8 * len(a))) / 2)
        i, j = np.triu_indices(n, 1)
        contrast = np.zeros((len(a), n))
        contrast[np.arange(len(a)), i], contrast[np.arange(len(a)), j] = 1, -1
        v = torch.tensor((contrast @ contrast.T) ** 2)
        if how == "corr-cov":
            a, b = a - a.mean(), b - b.mean()
        va, vb = torch.linalg.solve(v, a), torch.linalg.solve(v, b)
        return (a @ vb) / ((a @ va) * (b @ vb)).sqrt()
    a, b = a.detach().numpy(), b.detach().numpy()
    if how == "spearman":
        return scipy.stats.spearmanr(a, b)[0]
    if how == "rho-a":  # the expectation over random breaking of ties
        n, ra, rb = len(a), scipy.stats.rankdata(a), scipy.stats.rankdata(b)
        return 12 * (ra @ rb) / (n**3 - n) - 3 * (n + 1) / (n - 1)
    if how == "kendall":
        return scipy.stats.kendalltau(a, b)[0]
    signs = np.sign(a[:, None] - a[None]) * np.sign(b[:, None] - b[None])
    return signs.sum() / (len(a) * (len(a) - 1))


def similarities(m, o):
    if o.get("center") == "true":
        m = centred(m)
    m = m.numpy()
    if o["metric"] == "euclidean":
        return -np.linalg.norm(m[:, None] - m[None], axis=2)
    if o["metric"] == "cosine":
        m = m / np.linalg.norm(m, axis=1, keepdims=True)
    return m @ m.T


def neighbours(s, k):
    s = s.copy()
    np.fill_diagonal(s, -np.inf)
    return np.argsort(-s, axis=1, kind="stable")[:, :k]


def shared_neighbours(x, y, o):
    k = int(o["k"])
    a, b = neighbours(similarities(x, o), k), neighbours(similarities(y, o), k)
    return np.array([len(set(i) & set(j)) for i, j in zip(a, b)]), k


def mutual_knn(x, y, o):
    both, k = shared_neighbours(x, y, o)
    return (both / k).mean()


def jaccard_knn(x, y, o):
    both, k = shared_neighbours(x, y, o)
    return (both / (2 * k - both)).mean()


def cknna(x, y, o):
    k, l = similarities(x, o), similarities(y, o)

    def mask(s):
        m = np.zeros_like(s)
        np.put_along_axis(m, neighbours(s, int(o["k"])), 1, axis=1)
        return m

    a, b = mask(k), mask(l)

    def hsic(k, l, m):
        return song(torch.tensor(k * m), torch.tensor(l * m))

    return hsic(k, l, a * b) / (hsic(k, k, a) * hsic(l, l, b)).sqrt()


def rdm_bures(x, y, o):
    """Roots of what is positive of matrices, by their eigenvectors."""

    def half(m):
        values, vectors = np.linalg.eigh(doubly_centred(full(dissimilarities(m, o), len(m))).numpy() / -2)
        keep = values > 1e-12 * values[-1]
        return vectors[:, keep] * np.sqrt(values[keep])

    a, b = half(x), half(y)
    f = np.linalg.svd(a.T @ b, compute_uv=False).sum()
    if o["as"] == "squared":
        return (a * a).sum() + (b * b).sum() - 2 * f
    return f / np.sqrt((a * a).sum() * (b * b).sum())


def geotopological(x, y, o):
    def cut(m):
        d = dissimilarities(m, o).numpy()
        low, up = np.quantile(d, float(o["low"])), np.quantile(d, float(o["up"]))
        return np.clip((d - low) / (up - low), 0, 1)

    a, b = cut(x), cut(y)
    if o["compare"] == "pearson":
        return np.corrcoef(a, b)[0, 1]
    return a @ b / np.sqrt((a @ a) * (b @ b))


def riemannian(x, y, o):
    """Logarithms of generalised eigenvalues, of Gram matrices of differences from the first sample."""
    n, s = len(x), float(o["shrinkage"])
    contrast = torch.cat([-torch.ones(n - 1, 1), torch.eye(n - 1)], 1)
    inner = contrast @ contrast.T

    def moments(m):
        k = doubly_centred(full(dissimilarities(m, o), n)) / -2
        return (1 - s) * contrast @ k @ contrast.T + s * torch.trace(k) / (n - 1) * inner

    a, b = moments(x), moments(y)
    if torch.linalg.eigvalsh(a)[0] < 1e-12 * torch.linalg.eigvalsh(a)[-1]:
        raise Undefined
    half = torch.linalg.inv(torch.linalg.cholesky(a))

    def logs(m):
        return torch.linalg.eigvalsh(half @ m @ half.T).log()

    def spread(m):
        v = logs(m)
        return ((v - v.mean()) ** 2).sum().sqrt()

    if o["fit"] == "none":
        return (logs(b) ** 2).sum().sqrt()
    if o["fit"] == "scale":
        return spread(b)
    unit = float(torch.trace(half @ b @ half.T) / torch.trace(half @ inner @ half.T))
    grid = np.linspace(-20, 20, 401)
    best = min(grid, key=lambda r: float(spread(b + unit * math.exp(r) * inner)))
    fine = scipy.optimize.minimize_scalar(lambda r: float(spread(b + unit * math.exp(r) * inner)), bounds=(best - 0.2, best + 0.2), method="bounded", options={"xatol": 1e-10})
    return min(float(spread(b)), float(fine.fun))

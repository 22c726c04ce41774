"""How well X can be laid upon Y: rotations, matchings, canonical correlations."""

import math

import scipy.optimize
import torch

from prediction import splits
from similarity import centred, form, nuclear, principal


def nbs(x, y, o):
    x, y = centred(x), centred(y)
    return form(o["as"], nuclear(x.T @ y) / (x.norm() * y.norm()))


def procrustes_form(name, cross, xx, yy):
    s = cross / (xx * yy).sqrt()
    if name in ("angular", "angular-score"):
        return form(name, s)
    if name == "normalised":
        return (2 - 2 * s).sqrt()
    squared = xx + yy - 2 * cross
    return squared if name == "squared" else squared.sqrt()


def procrustes(x, y, o):
    k = int(o["cv"])
    if k == 0:
        x, y = centred(x), centred(y)
        return procrustes_form(o["as"], nuclear(x.T @ y), (x * x).sum(), (y * y).sum())
    total = 0
    for x0, y0, x1, y1 in splits(x, y, k, {}):
        u, s, v = torch.linalg.svd(x0.T @ y0, full_matrices=False)
        keep = s > s[0] * 1e-12
        polar = u[:, keep] @ v[keep]
        total = total + procrustes_form(o["as"], ((x1 @ polar) * y1).sum(), (x1 * x1).sum(), (y1 * y1).sum())
    return total / k


def shape_metric(x, y, o):
    alpha, wide = float(o["alpha"]), max(x.shape[1], y.shape[1])

    def whitened(m):
        u, s = principal(centred(m))
        eigenvalues = torch.cat([s * s, torch.zeros(wide - len(s))]).clamp(min=1e-7)
        d = alpha + (1 - alpha) / eigenvalues.sqrt()
        scale = (eigenvalues.sum() / (d * d * eigenvalues).sum()).sqrt()
        return u * (s * d[: len(s)] * scale)

    a, b = whitened(x), whitened(y)
    if alpha == 1:
        a, b = centred(x), centred(y)
    return procrustes_form(o["as"], nuclear(a.T @ b), (a * a).sum(), (b * b).sum())


def permutation(x, y, o):
    if o["center"] == "true":
        x, y = centred(x), centred(y)
    c = x.T @ y
    i, j = scipy.optimize.linear_sum_assignment(c.numpy(), maximize=True)
    return procrustes_form(o["as"], c[i, j].sum(), (x * x).sum(), (y * y).sum())


def match(x, y, o):
    x, y = centred(x), centred(y)
    r = ((x / x.norm(dim=0)).T @ (y / y.norm(dim=0))).numpy()
    if o["kind"] == "one-to-many":
        return r.max(1).mean()
    if o["kind"] == "soft":
        return (r.max(0).mean() + r.max(1).mean()) / 2
    i, j = scipy.optimize.linear_sum_assignment(r, maximize=True)
    return r[i, j].mean()




def mean_correlation(n, stat):
    rho = torch.linalg.svdvals(n)
    return (rho * rho if stat == "mean-squared" else rho).mean()


def cca(x, y, o):
    n = principal(centred(x))[0].T @ principal(centred(y))[0]
    if o["as"] != "score":
        return form(o["as"], nuclear(n) / math.sqrt(n.shape[0] * n.shape[1]))
    return mean_correlation(n, o["stat"])


def svcca(x, y, o):
    def leading(m):
        u, s = principal(centred(m))
        if int(o["dim"]) > 0:
            return u[:, : int(o["dim"])]
        if float(o["var"]) == 1:
            return u
        share = (s * s).cumsum(0) / (s * s).sum()
        return u[:, : int((share < float(o["var"])).sum()) + 1]

    return mean_correlation(leading(x).T @ leading(y), o["stat"])


def pwcca(x, y, o):
    if o["weights"] == "y":
        x, y = y, x
    qx, qy = principal(centred(x))[0], principal(centred(y))[0]
    u, rho, _ = torch.linalg.svd(qx.T @ qy, full_matrices=False)
    alpha = ((qx @ u).T @ centred(x)).abs().sum(1)
    return (alpha * rho).sum() / alpha.sum()


def pls_sv(x, y, o):
    return nuclear(centred(x).T @ centred(y)) / (x.shape[0] - 1) / min(x.shape[1], y.shape[1])


def eigenspace(x, y, o):
    if o["center"] == "true":
        x, y = centred(x), centred(y)
    n = principal(x)[0].T @ principal(y)[0]
    return (n * n).sum() / max(x.shape[1], y.shape[1])


def gulp(x, y, o):
    penalty = float(o["lambda"])

    def smoother(m):
        c = centred(m)
        if penalty == 0:
            u = principal(c)[0]
            return u @ u.T
        return c @ torch.linalg.solve(c.T @ c + penalty * (c * c).sum() * torch.eye(c.shape[1]), c.T)

    d = smoother(x) - smoother(y)
    d = (d * d).sum()
    return d if o["squared"] == "true" else d.sqrt()

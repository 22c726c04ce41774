"""How well X can be laid upon Y: rotations, matchings, canonical correlations."""

import math

import scipy.optimize
import torch

from prediction import splits
from similarity import Undefined, centred, form, nuclear, principal


def nbs(x, y, o):
    if int(o["cv"]) > 0:
        return procrustes(x, y, o)
    x, y = centred(x), centred(y)
    return form(o["as"], nuclear(x.T @ y) / (x.norm() * y.norm()), x, y)


def procrustes_form(name, cross, xx, yy):
    s = cross / (xx * yy).sqrt()
    squared = xx + yy - 2 * cross
    if name == "squared-euclidean":
        return squared
    return squared.sqrt() if name == "euclidean" else form(name, s)


def procrustes(x, y, o):
    k = int(o["cv"])
    if o["as"] == "squared" and o["family"] == "procrustes":  # of the distance there, of the cosine elsewhere
        o = {**o, "as": "squared-euclidean"}
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


def weighted(m, alpha, wide):
    """Partly whitened principal components, and the map of centred data to them."""
    c = centred(m)
    u, s = principal(c)
    eigenvalues = torch.cat([s * s, torch.zeros(wide - len(s))]).clamp(min=1e-7)
    d = alpha + (1 - alpha) / eigenvalues.sqrt()
    scale = (eigenvalues.sum() / (d * d * eigenvalues).sum()).sqrt()
    norms = s * d[: len(s)] * scale
    return u * norms, c.T @ (u * (norms / (s * s)))


def shape_metric(x, y, o):
    alpha, wide = float(o["alpha"]), max(x.shape[1], y.shape[1])
    if int(o["cv"]) > 0:
        if alpha == 1:
            return procrustes(x, y, o)
        return held_out(x, y, o, lambda m: weighted(m, alpha, wide))
    a, b = weighted(x, alpha, wide)[0], weighted(y, alpha, wide)[0]
    if alpha == 1:
        a, b = centred(x), centred(y)
    return procrustes_form(o["as"], nuclear(a.T @ b), (a * a).sum(), (b * b).sum())


def held_out(x, y, o, fit):
    """Maps and a rotation, or canonical variates, of training samples, applied to others."""
    k, total = int(o["cv"]), 0
    for x0, y0, x1, y1 in splits(x, y, k, {}):
        (a, to_a), (b, to_b) = fit(x0), fit(y0)
        u, s, v = torch.linalg.svd(a.T @ b, full_matrices=False)
        a, b = x1 @ to_a, y1 @ to_b
        if o["as"] == "score" and "stat" in o:
            if s[1] > 1 - 1e-9:
                raise Undefined
            p, q = a @ u, b @ v.T
            r = (p * q).sum(0) / (p.norm(dim=0) * q.norm(dim=0))
            total = total + (r * r if o["stat"] == "mean-squared" else r).mean()
        else:
            total = total + procrustes_form(o["as"], ((a @ u @ v) * b).sum(), (a * a).sum(), (b * b).sum())
    return total / k


def whitened(m, keep=None):
    u, s = principal(centred(m))
    u, s = (u, s) if keep is None else (u[:, : keep(u, s)], s[: keep(u, s)])
    return u, centred(m).T @ (u / (s * s))


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
    if int(o["cv"]) > 0:
        return held_out(x, y, o, whitened)
    n = principal(centred(x))[0].T @ principal(centred(y))[0]
    if o["as"] != "score":
        return form(o["as"], nuclear(n) / math.sqrt(n.shape[0] * n.shape[1]), centred(x), centred(y))
    return mean_correlation(n, o["stat"])


def svcca(x, y, o):
    def count(u, s):
        if int(o["dim"]) > 0:
            return min(int(o["dim"]), len(s))
        if float(o["var"]) == 1:
            return len(s)
        share = (s * s).cumsum(0) / (s * s).sum()
        return int((share < float(o["var"])).sum()) + 1

    if int(o["cv"]) > 0:
        return held_out(x, y, o, lambda m: whitened(m, count))
    a, b = whitened(x, count)[0], whitened(y, count)[0]
    return form(o["as"], mean_correlation(a.T @ b, o["stat"]), centred(x), centred(y))


def pwcca(x, y, o):
    if o["weights"] == "y":
        x, y = y, x
    qx, qy = principal(centred(x))[0], principal(centred(y))[0]
    u, rho, _ = torch.linalg.svd(qx.T @ qy, full_matrices=False)
    alpha = ((qx @ u).T @ centred(x)).abs().sum(1)
    return form(o["as"], (alpha * rho).sum() / alpha.sum(), centred(x), centred(y))


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

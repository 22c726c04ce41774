"""Held-out samples and regressions: of X on Y, both about the means of training."""

import math

import numpy as np
import torch

from similarity import centred, kernel


def folds(n, k, o):
    """Samples of each of k folds, the larger folds first."""
    times, units = 1, list(range(n))
    if o.get("folds") == "conditions":
        times = o["shape"][0] if len(o["shape"]) == 3 else 1
        units = shuffled(n // times, int(o["seed"]))
    out, at = [], 0
    for f in range(k):
        size = len(units) // k + (f < len(units) % k)
        out.append([t * len(units) + u for u in units[at : at + size] for t in range(times)])
        at += size
    return out


def shuffled(n, seed, key=0x666F6C6473, times=1):
    """Fisher and Yates' shuffle by PCG-DXSM, as in Go's math/rand/v2."""
    mask = 2**64 - 1
    state = seed << 64 | key

    def draw():
        nonlocal state
        state = (state * 0x2360ED051FC65DA44385DF649FCCF645 + 0x5851F42D4C957F2D14057B7EF767814F) & (2**128 - 1)
        hi, lo = state >> 64, state & mask
        hi ^= hi >> 32
        hi = hi * 0xDA942042E4DD58B5 & mask
        hi ^= hi >> 48
        return hi * (lo | 1) & mask

    def below(n):
        if n & (n - 1) == 0:
            return draw() & (n - 1)
        product = draw() * n
        while product & mask < 2**64 % n:
            product = draw() * n
        return product >> 64

    order, orders = list(range(n)), []
    for _ in range(times):
        for i in range(n - 1, 0, -1):
            j = below(i + 1)
            order[i], order[j] = order[j], order[i]
        orders.append(list(order))
    return order if times == 1 else orders


def drawn(n, k, o):
    """Test samples of k splits that are drawn anew."""
    times = o["shape"][0] if len(o["shape"]) == 3 else 1
    units = n // times
    held = math.ceil(float(o["test"]) * units - 1e-9)
    orders = shuffled(units, int(o["seed"]), 0x73706C697473, max(k, 2))[:k]
    return [[t * units + u for u in order[:held] for t in range(times)] for order in orders]


def splits(x, y, k, o):
    """Training and test samples of each fold, about the means of training."""
    n = x.shape[0]
    for test in drawn(n, k, o) if o.get("folds") == "splits" else folds(n, k, o):
        train = [i for i in range(n) if i not in test]
        mx, my = x[train].mean(0), y[train].mean(0)
        yield x[train] - mx, y[train] - my, x[test] - mx, y[test] - my


def ridge_fit(x, y, penalty):
    if penalty == 0:
        return torch.linalg.pinv(y, rtol=1e-10) @ x
    return torch.linalg.solve(y.T @ y + penalty * torch.eye(y.shape[1]), y.T @ x)


def left_out(x, y, penalty):
    """Sum of squared errors of each sample predicted from all others."""
    total = 0
    for i in range(x.shape[0]):
        rest = [j for j in range(x.shape[0]) if j != i]
        mx, my = x[rest].mean(0), y[rest].mean(0)
        e = x[i] - mx - (y[i] - my) @ ridge_fit(x[rest] - mx, y[rest] - my, penalty)
        total += float(e @ e)
    return total


def automatic(x, y):
    values = torch.linalg.eigvalsh(y.T @ y)
    mean = float(values[values > values[-1] * 1e-12].mean())
    grid = [mean * 10.0**power for power in range(6, -7, -1)]
    return min(grid, key=lambda penalty: left_out(x, y, penalty))


def kernel_regression(x, y, o):
    """Ridge regression by the kernel of pairs: dual coefficients, one fit for each fold."""
    if o["direction"] == "y-from-x":
        return kernel_one_way(y, x, o)
    if o["direction"] == "symmetric":
        return (kernel_one_way(x, y, o) + kernel_one_way(y, x, o)) / 2
    return kernel_one_way(x, y, o)


def dual(k, train, test, x, penalty):
    """Predictions of some samples from others, and the centred kernel of the latter."""
    inner, outer = k[train][:, train], k[test][:, train]
    rows = inner.mean(0)
    centre = inner - rows[None] - rows[:, None] + inner.mean()
    beside = outer - outer.mean(1, keepdim=True) - rows[None] + inner.mean()
    mean = x[train].mean(0)
    coefficients = torch.linalg.solve(centre + penalty * torch.eye(len(train)), x[train] - mean)
    return beside @ coefficients + mean, centre


def kernel_automatic(k, train, x):
    values = torch.linalg.eigvalsh(dual(k, train, train, x, 1.0)[1])
    mean = float(values[values > values[-1] * 1e-12].mean())

    def lost(penalty):
        total = 0
        for i in train:
            rest = [j for j in train if j != i]
            total += float(((x[i] - dual(k, rest, [i], x, penalty)[0][0]) ** 2).sum())
        return total

    return min([mean * 10.0**power for power in range(6, -7, -1)], key=lost)


def kernel_one_way(x, y, o):
    k, n = kernel(y, o), x.shape[0]
    parts = [(list(range(n)), list(range(n)))]
    if int(o["cv"]) > 0:
        held = drawn(n, int(o["cv"]), o) if o["folds"] == "splits" else folds(n, int(o["cv"]), o)
        parts = [([i for i in range(n) if i not in test], test) for test in held]
    scores = []
    for train, test in parts:
        if o["lambda"] != "auto":
            fit, _ = dual(k, train, test, x, float(o["lambda"]))
        elif o["per"] == "target":
            fit = torch.cat([dual(k, train, test, x[:, [j]], kernel_automatic(k, train, x[:, [j]]))[0] for j in range(x.shape[1])], 1)
        else:
            fit, _ = dual(k, train, test, x, kernel_automatic(k, train, x))
        mean = x[train].mean(0)
        scores.append(scored(x[test] - mean, fit - mean, o))
    value = sum(scores) / len(scores)
    return torch.arccos(value) if o["as"] == "angular" else value


def pls_fit(x, y, components):
    """PLS2 of X on Y by deflation of both (Wold et al. 2001)."""
    a, b = y.numpy().copy(), x.numpy().copy()
    weights, loadings, targets = [], [], []
    for _ in range(components):
        u, s, _ = np.linalg.svd(a.T @ b)
        if s[0] < 1e-12 or np.linalg.norm(a) < 1e-9:
            break
        w = u[:, 0]
        t = a @ w
        p, c = a.T @ t / (t @ t), b.T @ t / (t @ t)
        a, b = a - np.outer(t, p), b - np.outer(t, c)
        weights.append(w), loadings.append(p), targets.append(c)
    w, p, c = (np.array(m).T for m in (weights, loadings, targets))
    return torch.tensor(w @ np.linalg.solve(p.T @ w, c.T))


def regression(x, y, o):
    if o["direction"] == "y-from-x":
        return one_way(y, x, o)
    if o["direction"] == "symmetric":
        return (one_way(x, y, o) + one_way(y, x, o)) / 2
    return one_way(x, y, o)


def pooled(scores, o):
    """Over features of one fold; a median of an even number is half-way."""
    if o["pool"] == "median" and scores.dim() > 0:
        s = scores.sort().values
        return (s[(len(s) - 1) // 2] + s[len(s) // 2]) / 2
    return scores.mean()


def scored(x1, fit, o):
    """The value of predictions on samples about the means of training."""
    if o["as"].startswith("correlation"):
        a, b = centred(x1), centred(fit)
        per = (a * b).sum(0), (a * a).sum(0), (b * b).sum(0)
        if o["pool"] == "all":
            per = [m.sum() for m in per]
        r = per[0] / (per[1] * per[2]).sqrt()
        return pooled(r * r if o["as"] == "correlation-squared" else r, o)
    if o["as"] == "pearson":
        per = (x1 * fit).sum(0), (x1 * x1).sum(0), (fit * fit).sum(0)
        if o["pool"] == "all":
            per = [m.sum() for m in per]
        return pooled(per[0] / (per[1] * per[2]).sqrt(), o)
    lost, whole = ((x1 - fit) ** 2).sum(0), (x1**2).sum(0)
    if o["pool"] == "all":
        lost, whole = lost.sum(), whole.sum()
    return pooled(1 - lost / whole, o)


def one_way(x, y, o):
    k = int(o["cv"])
    if k == 0:
        x, y = centred(x), centred(y)
        parts = [(x, y, x, y)]
    else:
        parts = splits(x, y, k, o)
    scores = []
    for x0, y0, x1, y1 in parts:
        if "components" in o:
            w = pls_fit(x0, y0, int(o["components"]))
        elif o["lambda"] == "auto" and o.get("per") == "target":
            w = torch.cat([ridge_fit(x0[:, [j]], y0, automatic(x0[:, [j]], y0)) for j in range(x0.shape[1])], 1)
        elif o["lambda"] == "auto":
            w = ridge_fit(x0, y0, automatic(x0, y0))
        else:
            w = ridge_fit(x0, y0, float(o["lambda"]))
        scores.append(scored(x1, y1 @ w, o))
    value = sum(scores) / len(scores)
    return torch.arccos(value) if o["as"] == "angular" else value

"""NumPy's side of the matrix of all pairs: MEASURE OUT.npy X.npy...

Reads the systems, forms one vector of each where a score is an inner product of vectors
(Gram matrices, distances, ranks, projectors), and multiplies all vectors at once; nbs and
procrustes take the singular values of each cross product, by the eigenvalues of CᵀC.
"""
import sys

import numpy as np


def gram(x):
    return x @ x.T


def u_centred(k):
    n = len(k)
    k = k.copy()
    np.fill_diagonal(k, 0)
    row = k.sum(0)
    k += row.sum() / ((n - 1) * (n - 2)) - (row[:, None] + row) / (n - 2)
    np.fill_diagonal(k, 0)
    return k


def distances(x):
    k = gram(x)
    d = np.diag(k)
    out = d[:, None] + d - 2 * k
    np.fill_diagonal(out, 0)
    return np.maximum(out, 0, out=out)


def centred_distances(x):
    d = distances(x)
    n = len(d)
    d -= d.sum() / (n * (n - 1))
    np.fill_diagonal(d, 0)
    return d


def centred_ranks(x):
    from scipy.stats import rankdata

    d = distances(x)
    r = rankdata(d[np.triu_indices(len(d), 1)])
    return r - r.mean()


def doubly_centred(x):
    d = np.sqrt(distances(x))
    row = d.mean(0)
    d += row.mean() - row[:, None] - row
    return d


def projector(x):
    q = np.linalg.qr(x)[0]
    return gram(q)


VECTORS = {
    "cka": gram,
    "cka:estimator=debiased": lambda x: u_centred(gram(x)),
    "rsa:compare=pearson": centred_distances,
    "rsa:compare=spearman": centred_ranks,
    "distance-correlation": doubly_centred,
}


def stack(systems, vector):
    out = None
    for i, x in enumerate(systems):
        v = vector(x).ravel()
        if out is None:
            out = np.empty((len(systems), v.size))
        out[i] = v
    return out


def scores(measure, systems):
    if measure in VECTORS:
        v = stack(systems, VECTORS[measure])
        s = v @ v.T
        norm = np.sqrt(np.diag(s))
        s /= norm[:, None] * norm
        # The root of distance covariances, as simtool has it by default.
        return np.sqrt(np.maximum(s, 0)) if measure == "distance-correlation" else s
    if measure == "linreg":
        p = stack(systems, projector)
        k = stack(systems, gram)
        return (k @ p.T) / np.array([np.square(x).sum() for x in systems])[:, None]
    if measure == "cca:stat=mean-squared":
        p = stack(systems, projector)
        rank = np.array([x.shape[1] for x in systems])
        return (p @ p.T) / np.minimum(rank[:, None], rank)
    n = len(systems)
    out = np.eye(n)
    norm = [np.linalg.norm(x) for x in systems]
    for i in range(n):
        for j in range(i + 1, n):
            c = systems[i].T @ systems[j]
            values = np.linalg.eigvalsh(c.T @ c)
            out[i, j] = out[j, i] = np.sqrt(np.maximum(values, 0)).sum() / (norm[i] * norm[j])
    return out if measure == "nbs" else np.arccos(np.minimum(1, out))


def main():
    measure, out, *files = sys.argv[1:]
    systems = []
    for f in files:
        x = np.load(f).astype(np.float64)
        systems.append(x - x.mean(0))
    np.save(out, scores(measure, systems))


main()

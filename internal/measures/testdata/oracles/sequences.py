"""Lists of nearest neighbours, the nearest first: their order, and cycles of them."""

import numpy as np

from similarity import neighbours, similarities


def lists(x, y, o):
    k = int(o["k"])
    return neighbours(similarities(x, o), k), neighbours(similarities(y, o), k)


def rank_similarity(x, y, o):
    scores = []
    for a, b in zip(*lists(x, y, o)):
        rank = {j: r + 1 for r, j in enumerate(b)}
        pairs = [(r + 1, rank[j]) for r, j in enumerate(a) if j in rank]
        best = sum(1 / (m + 1) for m in range(len(pairs)))
        scores.append(sum(2 / ((1 + abs(r - s)) * (r + s)) for r, s in pairs) / best if pairs else 0)
    return np.mean(scores)


def longest(a, b):
    """The longest increasing run of ranks, by trying all ends: lists have no repeats."""
    rank = {j: r for r, j in enumerate(b)}
    ranks = [rank[j] for j in a if j in rank]
    best = []
    for i, r in enumerate(ranks):
        best.append(1 + max([best[h] for h in range(i) if ranks[h] < r], default=0))
    return max(best, default=0)


def lcs_knn(x, y, o):
    total = np.mean([longest(a, b) for a, b in zip(*lists(x, y, o))])
    return total if o["as"] == "length" else total / int(o["k"])


def edits(a, b):
    table = np.add.outer(np.arange(len(a) + 1), np.arange(len(b) + 1))
    for i in range(len(a)):
        for j in range(len(b)):
            table[i + 1, j + 1] = min(table[i, j] + (a[i] != b[j]), table[i, j + 1] + 1, table[i + 1, j] + 1)
    return table[-1, -1]


def edit_distance_knn(x, y, o):
    return 1 - np.mean([edits(a, b) for a, b in zip(*lists(x, y, o))]) / int(o["k"])


def cycle_knn(x, y, o):
    a, b = lists(x, y, o)
    return np.mean([any(i in a[j] for j in b[i]) for i in range(len(a))])

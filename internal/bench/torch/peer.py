"""Adam and L-BFGS towards similarity measures in PyTorch, float32, one thread: the peer of main.go.

The formulas of score and gradient are written out, for that is several times
faster than autograd: features × features products, Adam in place. For every line
"step MEASURE N P STEPS SECONDS" it answers with the processor time of an iteration,
the shortest mean over so many steps, and their number; for "reach MEASURE N P
SECONDS" with the shortest time to a score of 0.99 and the number of iterations; for
"lbfgs MEASURE N P SECONDS" with the same of PyTorch's own L-BFGS with strong Wolfe
conditions, fed with the same gradients, and the number of evaluations.
"""
import math
import sys
import time

try:
    import torch
except ImportError:
    sys.exit(0)

torch.set_num_threads(1)
torch.set_grad_enabled(False)


def adam(y):
    m, v, tmp = torch.zeros_like(y), torch.zeros_like(y), torch.empty_like(y)
    t = 0

    def step(g):
        nonlocal t
        t += 1
        m.mul_(0.9).add_(g, alpha=0.1)
        v.mul_(0.999).addcmul_(g, g, value=0.001)
        torch.sqrt(v, out=tmp)
        tmp.div_(math.sqrt(1 - 0.999**t)).add_(1e-8)
        y.addcdiv_(m, tmp, value=-0.1 / (1 - 0.9**t))

    return step


def losses(x):
    """Maps a measure to a function of Y that returns the score and minus its gradient."""
    x = x - x.mean(0)
    a, size = float((x.T @ x).norm()), float(x.norm())

    def cka(y):
        y = y - y.mean(0)
        c, b = x.T @ y, y.T @ y
        bb = float(b.norm())
        s = float((c * c).sum()) / (a * bb)
        return s, torch.addmm(y @ b, x, c, beta=2 * s / (bb * bb), alpha=-2 / (a * bb))

    def nbs(y):
        y = y - y.mean(0)
        u, d, vt = torch.linalg.svd(x.T @ y)
        yy = float(y.norm())
        s = float(d.sum()) / (size * yy)
        return s, torch.addmm(y, x, u @ vt, beta=s / (yy * yy), alpha=-1 / (size * yy))

    def procrustes(y):
        s, g = nbs(y)
        s = min(s, 1 - 1e-7)
        return 1 - 2 / math.pi * math.acos(s), g.mul_(2 / math.pi / math.sqrt(1 - s * s))

    def linreg(y):
        y = y - y.mean(0)
        w = torch.cholesky_solve(y.T @ x, torch.linalg.cholesky(y.T @ y))
        e = torch.addmm(x, y, w, alpha=-1)
        return 1 - float((e * e).sum()) / (size * size), (e @ w.T).mul_(-2 / (size * size))

    return {"cka": cka, "nbs": nbs, "procrustes:as=angular-score": procrustes, "linreg": linreg}


def start(n, p):
    torch.manual_seed(1)
    u = torch.linalg.qr(torch.randn(n, p, dtype=torch.float64))[0]
    v = torch.linalg.qr(torch.randn(p, p, dtype=torch.float64))[0]
    f = torch.arange(1, p + 1, dtype=torch.float64) ** -2.0
    x = (u * (n * p * f / f.sum()).sqrt()) @ v.T
    return x.float(), torch.randn(n, p)


clock = time.process_time


def iterate(name, x, y, limit, goal):
    """Takes at most limit steps or goes on to a score, and returns the time and the number."""
    begin = clock()
    loss, step, done = losses(x)[name], adam(y), 0
    while True:
        s, g = loss(y)
        if done == 0 and limit:
            begin = clock()  # the first evaluation warms up
        if done == limit or (goal and s >= goal):
            return clock() - begin, done
        step(g)
        done += 1


def steps(name, n, p, limit, seconds):
    best, end = math.inf, clock() + seconds
    while True:
        x, y = start(n, p)
        spent, done = iterate(name, x, y, limit, None)
        best = min(best, spent / done)
        if clock() > end:
            return best, done


def reach(name, n, p, seconds):
    best, end = math.inf, clock() + seconds
    while True:
        x, y = start(n, p)
        spent, done = iterate(name, x, y, None, 0.99)
        best = min(best, spent)
        if clock() > end:
            return best, done


class Reached(Exception):
    pass


def descend(name, x, y, goal):
    """Goes on to a score by torch.optim.LBFGS, and returns the time and the evaluations."""
    begin, loss, done = clock(), losses(x)[name], 0
    optimiser = torch.optim.LBFGS(
        [y], lr=1, max_iter=10000, max_eval=20000, history_size=10, tolerance_grad=0, tolerance_change=0, line_search_fn="strong_wolfe"
    )

    def closure():
        nonlocal done
        s, y.grad = loss(y)
        done += 1
        if s >= goal:
            raise Reached
        return torch.tensor(-s)

    try:
        optimiser.step(closure)
    except Reached:
        return clock() - begin, done
    return math.inf, done  # the line search found no better point


def lbfgs(name, n, p, seconds):
    best, end = math.inf, clock() + seconds
    while True:
        x, y = start(n, p)
        spent, done = descend(name, x, y, 0.99)
        best = min(best, spent)
        if clock() > end:
            return best, done


print("ready", flush=True)
for line in sys.stdin:
    kind, name, n, p, *rest = line.split()
    if kind == "step":
        print(*steps(name, int(n), int(p), int(rest[0]), float(rest[1])), flush=True)
    else:
        print(*{"reach": reach, "lbfgs": lbfgs}[kind](name, int(n), int(p), float(rest[0])), flush=True)

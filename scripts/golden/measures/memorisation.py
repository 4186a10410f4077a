"""Nearest neighbours by scipy's k-d tree and by numpy's brute force over orientations and shifts, and chances by scipy's distributions:
test/golden/data/memorisation/{neighbours,pixels,chances}.json.

    npm run golden -- memorisation
"""
import numpy as np
from golden import digits, write
from scipy.spatial import cKDTree
from scipy.stats import beta, betabinom, mannwhitneyu, norm



# Features: random rows far from 0, with some nearly equal ones.
rng = np.random.default_rng(1)
keys = (rng.normal(size=(40, 5)) + 100).astype(np.float32)
queries = np.concatenate([keys[:6] + rng.normal(size=(6, 5)) * 1e-3, rng.normal(size=(14, 5)) + 100]).astype(np.float32)
distances, numbers = cKDTree(keys.astype(np.float64)).query(queries.astype(np.float64), k=16)
write(
    "memorisation/neighbours.json",
    {
        "width": 5,
        "keys": keys.ravel().tolist(),
        "queries": queries.ravel().tolist(),
        "numbers": numbers.ravel().tolist(),
        "distances": digits(distances, 12),
    },
    separators=None,
)


# Pixels: the least root mean square difference of standardised parts over all orientations, negatives and shifts.
def standardised(part):
    part = part.astype(np.float64)
    return (part - part.mean()) / max(part.std(), 2)


def orientations(picture):
    turns = range(4) if picture.shape[1] == picture.shape[2] else (0, 2)
    return [np.rot90(view, turn, (1, 2)) for view in (picture, picture[:, :, ::-1]) for turn in turns]


def distance(picture, training, margin):
    _, rows, columns = picture.shape
    middle = standardised(training[:, margin : rows - margin, margin : columns - margin])
    least = np.inf
    for view in orientations(picture):
        for top in range(2 * margin + 1):
            for left in range(2 * margin + 1):
                part = standardised(view[:, top : top + rows - 2 * margin, left : left + columns - 2 * margin])
                for sign in (1, -1):
                    least = min(least, np.sqrt(np.mean((sign * part - middle) ** 2)))
    return least


def smooth(rng, count, channels, rows, columns):
    coarse = rng.normal(size=(count, channels, rows // 3 + 1, columns // 3 + 1))
    fine = np.kron(coarse, np.ones((3, 3)))[:, :, :rows, :columns]
    return np.clip(120 + 50 * fine + rng.normal(size=fine.shape) * 6, 0, 255).astype(np.uint8)


cases = []
square = np.random.default_rng(2)
for source, shape, margin in [(rng, (1, 16, 20), 2), (rng, (3, 17, 16), 2), (rng, (1, 6, 5), 0), (square, (1, 16, 16), 2)]:
    training = smooth(source, 12, *shape)
    changed = [np.roll(training[:2], (1, -2), (2, 3)), training[2:4, :, :, ::-1]]
    if source is square:
        changed += [np.rot90(np.roll(training[4:6], (2, 1), (2, 3)), 1, (2, 3)), 255 - np.swapaxes(training[6:8], 2, 3)]
    pictures = np.concatenate([*changed, smooth(source, 4, *shape)])
    table = np.array([[distance(p, t, margin) for t in training] for p in pictures])
    order = np.argsort(table, axis=1, kind="stable")
    cases.append(
        {
            "shape": shape,
            "training": training.ravel().tolist(),
            "pictures": pictures.ravel().tolist(),
            "numbers": order.ravel().tolist(),
            "distances": digits(np.take_along_axis(table, order, 1), 12),
        }
    )
write("memorisation/pixels.json", cases, separators=None)

# Chances. The upper tail as a sum: scipy's is 1 - cdf, which rounds small ones away.
def at_least(k, count, rank, n):
    return float(betabinom.pmf(np.arange(count, k - 1, -1), count, rank, n + 1 - rank).sum())


below = [
    {"least": k, "count": count, "rank": rank, "heldOut": n, "chance": at_least(k, count, rank, n)}
    for count, n in [(1, 1), (10, 5), (500, 500), (1000, 200), (10000, 631)]
    for rank in [1, 2, 5]
    if rank <= n
    for k in [0, 1, 3, 7, 40]
    if k <= count
]
rates = [
    {"rank": rank, "heldOut": n, "interval": [float(beta.ppf(q, rank, n + 1 - rank)) for q in (0.025, 0.975)]}
    for n in [1, 20, 500]
    for rank in [1, 2, 5]
    if rank <= n
]
ranks = []
for a, b in [(30, 20), (7, 50)]:
    x, y = np.sort(rng.integers(0, 15, a)), np.sort(rng.integers(2, 18, b))
    u = mannwhitneyu(x, y, use_continuity=False, method="asymptotic", alternative="two-sided")
    lower = 1 - float(u.statistic) / (a * b)
    z = float(np.sign(lower - 0.5) * norm.isf(u.pvalue / 2))
    ranks.append({"a": x.tolist(), "b": y.tolist(), "lower": lower, "z": z})
write("memorisation/chances.json", {"below": below, "rates": rates, "ranks": ranks}, separators=None)

"""AUROC of two baselines and of reconstructions that reconstruct.ts wrote, with numpy alone.

    python3 scripts/hands/anomaly/measure.py <folder of normal images.npy> <folder of images.npy and reconstructions> <phantoms>

PCA: what the leading components of the normal images leave over. Neighbour: what the nearest normal image leaves over. Both are
scored as `pipeline anomaly` does (a Gaussian of 1 pixel over the signed difference, the mean of the largest share), and by the mean
square. All widths and shares are printed: choose them on one seed, and report another.
"""
import glob
import json
import re
import sys

import numpy as np

normal_folder, folder, phantoms = sys.argv[1:]
normal = np.load(f"{normal_folder}/images.npy").astype(np.float32) / 127.5 - 1
images = np.load(f"{folder}/images.npy").astype(np.float32) / 127.5 - 1
truth = [json.loads(line)["anomaly"] for line in open(f"{phantoms}/truth.jsonl")][: len(images)]
kind = np.array([t["kind"] if t else "" for t in truth])


def area(scores, abnormal):
    a, b = scores[~abnormal][:, None], scores[abnormal][None]
    return ((b > a) + 0.5 * (b == a)).mean()


def bootstrap(scores, abnormal):
    draw = np.random.default_rng(0)
    a, b = scores[~abnormal], scores[abnormal]
    areas = []
    for _ in range(1000):
        x, y = draw.choice(a, len(a)), draw.choice(b, len(b))
        areas.append(((y[None] > x[:, None]) + 0.5 * (y[None] == x[:, None])).mean())
    return np.percentile(areas, [2.5, 97.5])


def blur(values, deviation):
    weights = np.exp(-0.5 * (np.arange(-8, 9) / deviation) ** 2)
    weights /= weights.sum()
    for axis in (1, 2):
        widths = [(0, 0), (0, 0), (0, 0)]
        widths[axis] = (8, 8)
        padded = np.pad(values, widths, mode="edge")
        values = sum(w * np.take(padded, range(k, k + 64), axis=axis) for k, w in enumerate(weights))
    return values


def report(name, made):
    n = len(made)
    abnormal = kind[:n] != ""
    rows = []
    for deviation in (0.6, 1, 2):
        smooth = blur(images[:n] - made, deviation)
        for side, sized in (("both", np.abs(smooth)), ("darker", np.maximum(0, -smooth))):
            sized = np.sort(sized.reshape(n, -1), axis=1)
            for share in (0.002, 0.005, 0.01, 0.02):
                rows.append((sized[:, -max(1, round(share * 4096)) :].mean(1), f"{side} blur {deviation} top {share}"))
    rows.append((((images[:n] - made) ** 2).mean((1, 2)), "mean square"))
    usual = next(row for row in rows if row[1] == "both blur 1 top 0.002")
    best = max(rows, key=lambda row: area(row[0], abnormal))
    both = max((row for row in rows if row[1].startswith("both")), key=lambda row: area(row[0], abnormal))
    dark = next(row for row in rows if row[1] == "darker blur 1 top 0.002")
    for word, (scores, which) in (("usual", usual), ("darker", dark), ("best of both", both), ("best of all", best)):
        low, high = bootstrap(scores, abnormal)
        parts = [area(scores[:n][(kind[:n] == "") | (kind[:n] == k)], abnormal[(kind[:n] == "") | (kind[:n] == k)]) for k in ("missing", "short")]
        print(f"{name} ({n}) {word}: {area(scores, abnormal):.3f} ({low:.3f} to {high:.3f}), missing {parts[0]:.3f}, short {parts[1]:.3f}; {which}")


flat, flat_normal = images.reshape(len(images), -1), normal.reshape(len(normal), -1)
mean = flat_normal.mean(0)
centred = flat_normal - mean
values, left = np.linalg.eigh(centred @ centred.T)
vectors = centred.T @ left
vectors /= np.linalg.norm(vectors, axis=0)
for components in (25, 100, 250, 500):
    basis = vectors[:, -components:]
    report(f"PCA {components}", ((flat - mean) @ basis @ basis.T + mean).reshape(images.shape).astype(np.float32))
squares = (flat**2).sum(1)[:, None] + (flat_normal**2).sum(1) - 2 * flat @ flat_normal.T
report("neighbour", normal[squares.argmin(1)])
plans = {}
for path in sorted(glob.glob(f"{folder}/*-*.npy")):
    plans.setdefault(re.sub(r"\.\d+\.npy$", "", path), []).append(path)
for plan, paths in plans.items():
    made = np.mean([np.load(path) for path in paths], axis=0)
    report(f"{plan.split('/')[-1]} x{len(paths)}", made)

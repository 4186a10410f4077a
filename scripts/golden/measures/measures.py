"""Golden values of the measures of an evaluation, by the libraries that papers use: scipy, pytorch-fid, clean-fid, torch-fidelity,
prdc and pytorch-msssim.

    npm run golden -- measures     # writes test/golden/data/evaluate/measures.json

Features, pictures and directions are not stored: both sides make them from `draws`. Made with Python 3.11, numpy 2.4.6,
scipy 1.17.1, pytorch-fid 0.3.0, clean-fid 0.1.35, torch-fidelity 0.4.0, prdc 0.2 and pytorch-msssim 1.0.0.
"""

import numpy as np
import scipy.linalg
import torch
from cleanfid.fid import kernel_distance
from golden import draws, picture, write
from prdc import compute_prdc
from pytorch_fid.fid_score import calculate_frechet_distance
from pytorch_msssim import ms_ssim
from pytorch_msssim.ssim import _ssim
from torch_fidelity.metric_kid import kid_features_to_metric
from torch_fidelity.metric_prc import prc_features_to_metric

WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]


def features(seed, rows, width, scale, shift):
    """Near normal: three draws each; the columns differ in scale, and neighbouring columns are correlated."""
    z = draws(seed, 3 * rows * width).reshape(rows, width, 3).sum(axis=2) * 2 - 3
    mixed = z + 0.5 * np.roll(z, 1, axis=1)
    return (mixed * (scale + np.arange(width) / width) + shift).astype(np.float32)


def frechet(one, other):
    moments = [(x.mean(axis=0), np.cov(x.astype(np.float64), rowvar=False)) for x in (one, other)]
    (m1, s1), (m2, s2) = moments
    root = scipy.linalg.sqrtm(s1 @ s2)
    by_scipy = ((m1 - m2) ** 2).sum() + np.trace(s1 + s2 - 2 * np.real(root))
    return dict(scipy=float(by_scipy), pytorch_fid=float(calculate_frechet_distance(m1, s1, m2, s2)))


def kernel(one, other):
    """Subsets of all rows: then both libraries compute the whole estimate."""
    rows = len(one)
    found = kid_features_to_metric(
        torch.from_numpy(one.astype(np.float64)), torch.from_numpy(other.astype(np.float64)), kid_subsets=1, kid_subset_size=rows,
        kid_kernel="poly", kid_kernel_poly_degree=3, kid_kernel_poly_gamma=None, kid_kernel_poly_coef0=1, rng_seed=1, verbose=False,
    )
    return dict(
        clean_fid=kernel_distance(one.astype(np.float64), other.astype(np.float64), num_subsets=1, max_subset_size=rows),
        torch_fidelity=found["kernel_inception_distance_mean"],
    )


def neighbours(pictures, reference):
    three, five = (compute_prdc(reference, pictures, nearest_k=k) for k in (3, 5))
    fidelity = prc_features_to_metric(
        torch.from_numpy(pictures), torch.from_numpy(reference), prc_neighborhood=3, prc_batch_size=1000, save_cpu_ram=False,
        verbose=False,
    )
    return dict(
        prdc=dict(precision=three["precision"], recall=three["recall"], density=five["density"], coverage=five["coverage"]),
        torch_fidelity=dict(precision=fidelity["precision"], recall=fidelity["recall"]),
    )


def similarity(one, other):
    """The library insists on five scales; with fewer its own parts are put together."""
    x, y = (torch.from_numpy(image.astype(np.float64))[None] for image in (one, other))
    side = x.shape[-1]
    scales = sum(side // 2**scale >= 11 for scale in range(5))
    weights = torch.exp(-(torch.arange(-5, 6, dtype=torch.float64) ** 2) / (2 * 1.5**2))  # the library makes it in float32
    window = (weights / weights.sum()).repeat(x.shape[1], 1, 1, 1)
    if scales == 5:
        return ms_ssim(x, y, data_range=255, win=window).item()
    product = 1
    for scale, weight in enumerate(np.array(WEIGHTS[:scales]) / sum(WEIGHTS[:scales])):
        whole, structure = _ssim(x, y, data_range=255, win=window, size_average=False)
        product = product * torch.relu(whole if scale == scales - 1 else structure) ** weight
        x, y = (torch.nn.functional.avg_pool2d(image, 2) for image in (x, y))
    return product.mean().item()


FRECHET = [
    dict(name="more rows than columns", width=8, one=[1, 60, 1.0, 0.0], other=[2, 90, 1.3, 0.2]),
    dict(name="fewer rows than columns", width=24, one=[3, 10, 1.0, 0.0], other=[4, 60, 0.8, 0.1]),
    dict(name="far apart", width=8, one=[5, 60, 1.0, 4.0], other=[6, 60, 3.0, -4.0]),
]
PAIRS = [
    dict(name="near", width=8, one=[1, 60, 1.0, 0.0], other=[2, 60, 1.3, 0.2]),
    dict(name="alike", width=16, one=[7, 80, 1.0, 0.0], other=[8, 80, 1.0, 0.0]),
    dict(name="narrow", width=8, one=[9, 60, 0.3, 0.5], other=[10, 60, 1.0, 0.0]),
]
SIMILAR = [
    dict(name="five scales", channels=1, side=176, one=[1, 20], other=[2, 200]),
    dict(name="five scales in colour", channels=3, side=176, one=[3, 90], other=[4, 90]),
    dict(name="two scales", channels=1, side=28, one=[5, 60], other=[6, 120]),
    dict(name="three scales in colour", channels=3, side=64, one=[7, 120], other=[8, 120]),
    dict(name="one scale", channels=1, side=16, one=[9, 60], other=[10, 60]),
]

if __name__ == "__main__":
    both = lambda case: (features(seed, rows, case["width"], scale, shift) for seed, rows, scale, shift in (case["one"], case["other"]))
    result = dict(
        frechet=[dict(**case, expected=frechet(*both(case))) for case in FRECHET],
        kernel=[dict(**case, expected=kernel(*both(case))) for case in PAIRS],
        neighbours=[dict(**case, expected=neighbours(*both(case))) for case in PAIRS],
        similarity=[
            dict(**case, expected=similarity(*(picture(seed, case["channels"], case["side"], noise) for seed, noise in (case["one"], case["other"]))))
            for case in SIMILAR
        ],
    )
    write("evaluate/measures.json", result)

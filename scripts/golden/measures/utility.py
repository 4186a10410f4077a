"""Golden values of the intervals of `pipeline utility`, by scipy and statsmodels.

    npm run golden -- utility     # writes test/golden/data/evaluate/utility.json

Paired differences over seeds are scipy's `ttest_rel`. The interval over test images is that of a least squares fit of the means of classes,
with errors that are robust to groups, by statsmodels, whose correction for the number of coefficients is replaced by that for the number of
groups alone. Made with Python 3.11, scipy 1.18.0 and statsmodels 0.15.0.
"""

import numpy as np
import statsmodels.api as sm
from golden import write
from scipy import stats



def paired(seed, count):
    rng = np.random.default_rng(seed)
    real = rng.normal(0.7, 0.05, count)
    both = real + rng.normal(0.03, 0.02, count)
    real, both = real.round(6), both.round(6)
    low, high = stats.ttest_rel(both, real).confidence_interval(0.95)
    mean = stats.ttest_1samp(real, 0).confidence_interval(0.95)
    return dict(real=real.tolist(), both=both.tolist(), difference=[low, high], mean=[mean.low, mean.high])


def across(seed, count, classes, groups):
    rng = np.random.default_rng(seed)
    values = rng.normal(0.1, 0.4, count).round(6)
    strata = rng.permutation(np.arange(count) % classes)
    group = np.arange(count) if groups is None else rng.permutation(np.arange(count) % groups)
    means = (strata[:, None] == np.arange(classes)).astype(float)
    fit = sm.OLS(values, means).fit(cov_type="cluster", cov_kwds=dict(groups=group, use_correction=False))
    drawn = len(set(group))
    contrast = np.full(classes, 1 / classes)
    deviation = np.sqrt(contrast @ fit.cov_params() @ contrast * drawn / (drawn - 1))
    half = stats.t.ppf(0.975, drawn - 1) * deviation
    middle = contrast @ fit.params
    return dict(values=values.tolist(), strata=strata.tolist(), groups=group.tolist(), interval=[middle - half, middle + half])


if __name__ == "__main__":
    result = dict(
        quantiles=[
            dict(freedom=freedom, beyond=beyond, value=stats.t.ppf(1 - beyond / 2, freedom))
            for freedom in (1, 2, 3, 4, 5, 9, 10, 31, 100, 1001)
            for beyond in (0.05, 0.01, 0.5)
        ],
        paired=[paired(seed, count) for seed, count in ((1, 3), (2, 5), (3, 12))],
        across=[across(1, 20, 1, None), across(2, 30, 3, None), across(3, 48, 1, 12), across(4, 60, 4, 15)],
    )
    write("evaluate/utility.json", result)

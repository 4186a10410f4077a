"""Golden values of the privacy account: epsilon of 100 settings chosen at random, by the PLDAccountant of Google's dp-accounting for
Gaussian noise on Poisson samples, where neighbours differ in one record that is there or not. Its grid is as fine as each setting
needs.

    python3 scripts/golden/account.py        # writes test/golden/data/privacy/account.json; takes an hour

Made with Python 3.11, dp-accounting 0.6.0, numpy 2.4.6, scipy 1.17.1.
"""

import json
import math
import random
import sys

from dp_accounting import dp_event
from dp_accounting.pld import pld_privacy_accountant
from dp_accounting.rdp import rdp_privacy_accountant
from golden import DATA

OUT = DATA / "privacy/account.json"
COUNT = 100
# What cannot be a promise is left out, and what is next to nothing.
LEAST, MOST = 0.02, 100


def between(low, high):
    return math.exp(random.uniform(math.log(low), math.log(high)))


def setting():
    return dict(
        sigma=round(between(0.5, 20), 4),
        rate=float(f"{between(1e-4, 0.5):.4g}"),
        steps=round(between(1, 1e5)),
        delta=float(f"{between(1e-10, 1e-3):.3g}"),
    )


def event_of(case):
    return dp_event.PoissonSampledDpEvent(case["rate"], dp_event.GaussianDpEvent(case["sigma"]))


def epsilon_at(case, interval):
    accountant = pld_privacy_accountant.PLDAccountant(value_discretization_interval=interval)
    return accountant.compose(event_of(case), case["steps"]).get_epsilon(case["delta"])


def main():
    random.seed(1)
    orders = [1 + 2 ** (k / 4) for k in range(-12, 60)]
    cases = []
    while len(cases) < COUNT:
        case = setting()
        bound = rdp_privacy_accountant.RdpAccountant(orders).compose(event_of(case), case["steps"])
        epsilon, order = bound.get_epsilon_and_optimal_order(case["delta"])
        if not LEAST <= epsilon <= MOST:
            continue
        # The variance that the grid adds to each step, see "connect the dots": a thousandth of epsilon.
        interval = min(math.sqrt(12e-3 * epsilon / (case["steps"] * order)), epsilon / 100)
        if interval < 2e-5:
            continue
        found = epsilon_at(case, interval)
        # Far below that bound rare, large losses decide, for which the grid is too coarse.
        if found < LEAST or interval > found / 75 or epsilon > 8 * found:
            continue
        cases.append(dict(**case, epsilon=float(f"{found:.6g}")))
        print(len(cases), cases[-1], interval, file=sys.stderr, flush=True)
        OUT.write_text("[\n" + ",\n".join(f"  {json.dumps(each)}" for each in cases) + "\n]\n")


main()

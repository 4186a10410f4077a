"""Membership audits, by the code of their papers: test/golden/data/membership.

    REFERENCES=<folder> npm run golden -- membership

The folder holds three clones: privacy (github.com/tensorflow/privacy at 03035d5), PIA (github.com/kong13661/PIA at 0d7e08a) and SecMI
(github.com/jinhaoduan/SecMI at 41354c9). Areas and shares are scikit-learn's, their intervals those of confidenceinterval (DeLong) and
scipy (Clopper and Pearson).
"""
import ast
import importlib.util
import os
import sys
import types
from pathlib import Path

import numpy as np
import scipy.stats
import torch
from confidenceinterval import roc_auc_score as delong
from golden import write
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score, roc_curve

REFERENCES = Path(os.environ["REFERENCES"])
STYLE = dict(indent=1, separators=None)


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rounded(values):
    return [float(value) for value in np.round(values, 4)]


# Areas, and shares found at few false positives. Rounded scores have ties.
cases = []
rng = np.random.default_rng(3)
for members, others, shift, digits in [(12, 9, 1.0, 4), (40, 30, 0.3, 1), (150, 120, 0.6, 4), (300, 1100, 1.5, 2), (20, 20, 9, 4)]:
    own, held = np.round(rng.normal(shift, 1.3, members), digits), np.round(rng.normal(0, 1, others), digits)
    truth, scores = np.r_[np.ones(members), np.zeros(others)], np.r_[own, held]
    area = roc_auc_score(truth, scores)
    # In float32, and beyond 0 and 1.
    interval = np.clip(delong(truth == 1, scores, confidence_level=0.95)[1], 0, 1)
    false, true, _ = roc_curve(truth, scores, drop_intermediate=False)
    found = []
    for at in (0.01, 0.001, 0.1):
        share = float(true[false <= at].max())
        hits = round(share * members)
        exact = binomtest(hits, members).proportion_ci(0.95, method="exact")
        found.append({"at": at, "share": share, "low": float(exact.low), "high": float(exact.high)})
    cases.append({
        "members": rounded(own), "others": rounded(held), "area": float(area),
        "interval": [float(interval[0]), float(interval[1])], "found": found,
    })
write("membership/roc.json", cases, **STYLE)

# Likelihood ratios.
stub = types.ModuleType("tensorflow_privacy.privacy.privacy_tests.utils")
stub.log_loss = None
for name in ("tensorflow_privacy", "tensorflow_privacy.privacy", "tensorflow_privacy.privacy.privacy_tests"):
    sys.modules[name] = types.ModuleType(name)
sys.modules[stub.__name__] = stub
folder = REFERENCES / "privacy" / "tensorflow_privacy" / "privacy" / "privacy_tests"
lira = load("advanced_mia", folder / "membership_inference_attack" / "advanced_mia.py").compute_score_lira
plot = ast.parse((REFERENCES / "privacy" / "research" / "mi_lira_2021" / "plot.py").read_text())
plot.body = [node for node in plot.body if isinstance(node, ast.FunctionDef) and node.name == "generate_ours"]
paper = {"np": np, "scipy": scipy}
exec(compile(plot, "plot.py", "exec"), paper)
cases = []
for images, shadows, columns in [(5, 4, 1), (9, 8, 3), (6, 40, 2)]:
    inside = np.stack([rng.permutation(shadows) < shadows // 2 for _ in range(images)], 1)
    scores = np.round(rng.normal(inside[:, :, None] * 0.8, 1, (shadows, images, columns)), 4)
    target = np.round(rng.normal(0.4, 1, (images, columns)), 4)
    each = [
        lira(
            target[:, [c]],
            [scores[inside[:, i], i][:, [c]] for i in range(images)],
            [scores[~inside[:, i], i][:, [c]] for i in range(images)],
        )
        for c in range(columns)
    ]
    # There, a training image has a small score.
    own = [float(-value) for value in np.mean(each, 0)]
    # The paper's code for the first column, and the deviation that it divides by.
    first = scores[:, :, [0]]
    found, _ = paper["generate_ours"](inside, first, inside[:1], target[None, :, [0]], fix_variance=True)
    spread = float(np.std([first[inside[:, i], i] for i in range(images)]))
    cases.append({
        "columns": columns, "target": target.flatten().tolist(), "shadows": scores.reshape(shadows, -1).tolist(),
        "inside": inside.astype(int).tolist(), "own": own, "paper": [float(-value) for value in found], "spread": spread,
    })
write("membership/lira.json", cases, **STYLE)

# Errors of a network that is a formula.
T = 1000
betas = torch.linspace(1e-4, 0.02, T, dtype=torch.float64)


def network(x, t):
    return 0.6 * x + 0.2 * torch.sin(4 * x) + 0.0004 * t


images = torch.tensor(np.round(rng.uniform(-1, 1, (3, 1, 2, 3)), 4), dtype=torch.float64)
components = load("components", REFERENCES / "PIA" / "DDPM" / "components.py")


class Eps(components.EpsGetter):
    def __call__(self, xt, condition=None, noise_level=None, t=None):
        return network(xt.double(), t)


# Interval 50, four times: timesteps 50, 100, 150 and 200.
pia = components.PIA(betas, 50, 4, Eps(None))(images) / 6

source = ast.parse((REFERENCES / "SecMI" / "mia_evals" / "secmia.py").read_text())
wanted = {"ddim_singlestep", "ddim_multistep", "extract"}
source.body = [node for node in source.body if isinstance(node, ast.FunctionDef) and node.name in wanted]
secmi = {"torch": torch}
exec(compile(source, "secmia.py", "exec"), secmi)
flags = types.SimpleNamespace(beta_1=1e-4, beta_T=0.02, T=T)
model = lambda x, t: network(x.double(), t[0].item())
step = lambda x, a, b: secmi["ddim_singlestep"](model, flags, x, a, b, device="cpu")["x_t_target"]
errors = []
for t in (50, 100, 200):
    # As `get_intermediate_results` has it, with t_sec = t + 10 and timestep 10.
    targets = list(range(0, t + 10, 10))[1:]
    there = secmi["ddim_multistep"](model, flags, images, t_c=0, target_steps=targets, device="cpu")["x_t_target"]
    back = step(step(there, targets[-1], targets[-1] + 10), targets[-1] + 10, targets[-1])
    errors.append((((there - back) ** 2).flatten(1).sum(-1) / 6).tolist())
pia = [pia[i].tolist() for i in (0, 1, 3)]
write("membership/errors.json", dict(images=images.flatten().tolist(), timesteps=[50, 100, 200], pia=pia, secmi=errors), **STYLE)

"""Golden values of radiomics features by pyradiomics, and of the Frechet radiomics distance by frd-score.

    npx pipeline phantom --out .cache/phantoms --count 20 --size 44 --masks
    python3 scripts/golden/evaluation/frd.py .cache/phantoms    # writes test/golden/data/evaluate/radiomics.json

It needs a Python of its own, as pyradiomics of PyPI does not build on Python 3.10 and later:

    python3 -m venv .cache/radiomics && .cache/radiomics/bin/pip install frd-score==1.0.1 SimpleITK \\
        git+https://github.com/AIM-Harvard/pyradiomics.git@8ed5793

Made with Python 3.11, numpy 2.4.6, SimpleITK 2.5.7, PyWavelets 1.9.0, pyradiomics at 8ed5793 and frd-score 1.0.1. Only the first
41 rows of each phantom are taken, so that sides are odd and even. Masks are the label maps' bones: their middle rectangle in part.
"""

import base64
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from frd_score import compute_frd
from frd_score.frd import get_feature_extractor, process_image_mask_pair
from PIL import Image

OUT = Path(__file__).parents[3] / "test/golden/data/evaluate/radiomics.json"
ROWS = 41
SHOWN = 3

folder = Path(sys.argv[1])
pictures = sorted((p for p in folder.rglob("*.png") if "masks" not in p.parts), key=lambda p: p.name)
masks = [next(p for p in folder.rglob(picture.name) if "masks" in p.parts) for picture in pictures]

with tempfile.TemporaryDirectory() as root:
    sets = {}
    for kind, paths in (("pictures", pictures), ("masks", masks)):
        sets[kind] = ([], [])
        for i, path in enumerate(paths):
            pixels = np.asarray(Image.open(path).convert("L") if kind == "pictures" else Image.open(path))[:ROWS]
            if kind == "masks":
                pixels = (pixels > 0).astype(np.uint8)
            place = Path(root) / f"{kind}-{i}.png"
            Image.fromarray(pixels.astype(np.uint8)).save(place)
            sets[kind][i % 2].append(str(place))
    extractor = get_feature_extractor("v1", image_dim=2)

    def features(picture, mask):
        return process_image_mask_pair((picture, mask), feature_extractor=extractor)[1]

    def packed(path):
        return base64.b64encode(np.asarray(Image.open(path)).tobytes()).decode()

    shown = list(zip(sets["pictures"][0][:SHOWN], sets["masks"][0][:SHOWN]))
    golden = dict(
        height=ROWS,
        width=int(np.asarray(Image.open(sets["pictures"][0][0])).shape[1]),
        pictures=[[packed(path) for path in half] for half in sets["pictures"]],
        masks=[[packed(path) for path in half] for half in sets["masks"]],
        features=[dict(whole=features(picture, None), masked=features(picture, mask)) for picture, mask in shown],
        distance=float(compute_frd(list(sets["pictures"]))),
        distance_masked=float(compute_frd(list(sets["pictures"]), paths_masks=list(sets["masks"]))),
    )
OUT.write_text(json.dumps(golden) + "\n")

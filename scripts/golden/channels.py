"""Small files of several channels with the levels that they hold, for test/golden/images/channels.test.ts.

Command (from the repository's root):
    python3 scripts/golden/channels.py
Versions: Python 3.11, nibabel 5.4.2, numpy 2.4.6.

Writes test/golden/data/images/channels.json. `volumes` are files of NIfTI, one for each channel of an image: turned, with
storage that runs the other way in one of them, and with a qform in place of an sform in another. Expected are their axial
slices as nibabel's nearest canonical axes have them, from the feet to the head, front above and right on the left, in levels
of 16 bits under a window from 0 to 2000.
"""

import base64
import json
import tempfile
from pathlib import Path

import nibabel as nib
import numpy as np

OUT = Path(__file__).resolve().parents[2] / "test/golden/data/images/channels.json"
random = np.random.default_rng(11)


def encoded(path):
    return base64.b64encode(path.read_bytes()).decode()


def nifti(image, name):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        nib.save(image, path)
        return encoded(path)


def slices(image):
    """[slices, rows, columns] in levels of 16 bits."""
    values = nib.as_closest_canonical(image).get_fdata()  # right, forwards, up
    return np.rint(np.clip(values[::-1, ::-1].T / 2000, 0, 1) * 65535).astype(int)


def volumes():
    angle = np.deg2rad(12)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.diag([-1.5, 1.25, 3])
    affine[:3, 3] = [31.5, -20.25, 7]

    def made(place, dtype="int16"):
        return nib.Nifti1Image(random.integers(0, 2000, size=(6, 5, 3)).astype(dtype), place)

    flair = made(affine)
    t1 = nib.as_closest_canonical(made(affine, "float32"))  # stored from left to right
    quaternion = made(affine)
    quaternion.set_sform(None, 0)
    quaternion.set_qform(affine, 1)
    shifted = affine.copy()
    shifted[0, 3] += 2
    images = {"flair": flair, "t1": t1, "t2": quaternion, "shifted": made(shifted)}
    levels = np.stack([slices(images[name]) for name in ("flair", "t1", "t2")], 1)  # [N, C, H, W]
    files = {name: nifti(image, "x.nii.gz") for name, image in images.items()}
    return dict(files=files, shape=levels.shape, levels=levels.ravel().tolist())


if __name__ == "__main__":
    OUT.write_text(json.dumps(dict(volumes=volumes()), separators=(",", ":")) + "\n")

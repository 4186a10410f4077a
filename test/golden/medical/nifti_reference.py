"""Slices of NIfTI volumes as nibabel turns them: `nifti_reference.py <folder>` writes volumes and slices there.

The volumes are turned and mirrored in many ways. A slice is [rows, columns], seen as radiologists do: of nibabel's canonical
volume, which leads to the right, forwards and up, both of its axes are reversed. A CIFTI file of connections is written too.
"""

import itertools
import json
import pathlib
import sys

import nibabel
import numpy as np

OUT = pathlib.Path(sys.argv[1])
random = np.random.default_rng(7)
cases = []


def affines():
    for permutation in itertools.permutations(range(3)):
        for signs in itertools.product((1, -1), repeat=3):
            affine = np.zeros((4, 4))
            for axis, (direction, sign) in enumerate(zip(permutation, signs)):
                affine[direction, axis] = sign * (1 + axis / 2)
            affine[3, 3] = 1
            yield affine
    for _ in range(12):  # oblique
        q, _ = np.linalg.qr(random.normal(size=(3, 3)))
        affine = np.eye(4)
        affine[:3, :3] = q @ np.diag([1, 1.5, 2])
        yield affine


KINDS = [np.uint8, np.int16, np.int32, np.float32, np.float64, np.int8, np.uint16, np.uint32]

for number, affine in enumerate(affines()):
    kind = KINDS[number % len(KINDS)]
    limits = (0, 200) if np.dtype(kind).kind == "u" else (-100, 100)
    data = random.integers(*limits, size=(4, 5, 6)).astype(kind)
    maker = nibabel.Nifti2Image if number % 3 == 2 else nibabel.Nifti1Image
    image = maker(data, affine)
    if number % 2 == 1:  # the quaternion alone
        image.set_qform(affine, code=1)
        image.set_sform(None, code=0)
    image.header.set_slope_inter(*((2, -10) if number % 5 == 4 else (1, 0)))
    if number % 4 == 3:
        image = type(image)(data, image.affine, image.header)
        header = image.header.as_byteswapped(">" if image.header.endianness == "<" else "<")
        image = type(image)(data, image.affine, header)
    name = f"{number}.nii{'.gz' if number % 7 == 6 else ''}"
    nibabel.save(image, OUT / name)
    read = nibabel.load(OUT / name)
    volume = nibabel.as_closest_canonical(read).get_fdata()
    cuts = {
        "axial": volume[::-1, ::-1, 2].T,
        "coronal": volume[::-1, 2, ::-1].T,
        "sagittal": volume[2, ::-1, ::-1].T,
    }
    zooms = [float(zoom) for zoom in nibabel.as_closest_canonical(read).header.get_zooms()]
    slices = {axis: {"shape": cut.shape, "values": cut.ravel().tolist()} for axis, cut in cuts.items()}
    cases.append({"name": name, "least": volume.min(), "most": volume.max(), "zooms": zooms, "slices": slices})

parcels = nibabel.cifti2.ScalarAxis([f"part {number}" for number in range(5)])
nibabel.save(nibabel.Cifti2Image(np.eye(5, dtype="float32"), (parcels, parcels)), OUT / "connections.dconn.nii")

(OUT / "index.json").write_text(json.dumps(cases))

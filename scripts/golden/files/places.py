"""Volumes of low resolution beside their image, for test/golden/images/places.test.ts.

Command (from the repository's root):
    npm run golden -- places
Versions: Python 3.11, nibabel 5.4.2, numpy 2.4.6, scipy 1.17.1.

Writes test/golden/data/images/places.json. `image` is a volume of NIfTI, and `same` are volumes that show its place with larger
voxels, as tools leave them: their first voxels or their outer edges agree, or their sides are rounded up. `elsewhere` are some
that do not show it. `turned` is a volume that lies oblique, with the means of its blocks.
"""

import nibabel as nib
import numpy as np
from golden import nifti_file, write
from nibabel.processing import resample_to_output
from scipy.ndimage import zoom

random = np.random.default_rng(5)


def nifti(values, affine):
    return nib.Nifti1Image(np.asarray(values).astype("int16"), affine)


def scaled(affine, factors, shift=(0, 0, 0)):
    """Voxels that are larger by these factors, whose first centre lies `shift` of the old voxels from the old one."""
    made = affine.copy()
    made[:3, :3] = affine[:3, :3] * factors
    made[:3, 3] = affine[:3, :3] @ shift + affine[:3, 3]
    return made


def blocks(image, a, b, c):
    """Means of a, b and c voxels: the outer edges stay, and the first centre moves by half of a voxel."""
    values = image.get_fdata()
    x, y, z = (side // n for side, n in zip(values.shape, (a, b, c)))
    means = values.reshape(x, a, y, b, z, c).mean((1, 3, 5))
    return nifti(means, scaled(image.affine, (a, b, c), [(n - 1) / 2 for n in (a, b, c)]))


def moved(image, *millimetres):
    affine = image.affine.copy()
    affine[:3, 3] += millimetres
    return nifti(image.get_fdata(), affine)


def rotation(degrees):
    angle = np.deg2rad(degrees)
    return np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])


def around_middle(image, turn):
    middle = (np.array(image.shape) - 1) / 2
    affine = image.affine.copy()
    affine[:3, :3] = turn @ image.affine[:3, :3]
    affine[:3, 3] = image.affine[:3, :3] @ middle + image.affine[:3, 3] - affine[:3, :3] @ middle
    return nifti(image.get_fdata(), affine)


def silent(image):
    made = nifti(image.get_fdata(), image.affine)
    made.set_sform(None, 0)
    made.set_qform(None, 0)
    return made


def listed(**images):
    return [dict(name=name.replace("_", " "), file=nifti_file(image)) for name, image in images.items()]


if __name__ == "__main__":
    straight = np.diag([-1.5, 1.25, 3, 1])
    straight[:3, 3] = [31.5, -20.25, 7]
    image = nifti(random.integers(0, 2000, size=(24, 24, 6)), straight)
    turned = around_middle(image, rotation(12))
    low = blocks(image, 2, 2, 1)
    corners = zoom(image.get_fdata(), (0.5, 0.5, 1), order=1)
    same = listed(
        means_of_blocks=low,
        every_second_voxel=nifti(image.get_fdata()[::2, ::2], scaled(straight, (2, 2, 1))),
        a_quarter=nifti(image.get_fdata()[::4, ::4], scaled(straight, (4, 4, 1))),
        corners_kept_by_scipy=nifti(corners, scaled(straight, (23 / 11, 23 / 11, 1))),
        sides_rounded_up_by_nibabel=resample_to_output(image, (3, 2.5, 3), order=1),
        thicker_slices=blocks(image, 2, 2, 2),
        stored_the_other_way=nib.as_closest_canonical(low),
        the_same_grid=nifti(image.get_fdata()[::-1], scaled(straight, (-1, 1, 1), (23, 0, 0))),
        without_a_place=silent(low),
    )
    elsewhere = listed(
        moved_across=moved(low, 2, 0, 0),
        moved_down=moved(low, 0, -40, 0),
        another_slice=moved(low, 0, 0, 3),
        turned=around_middle(low, rotation(20)),
        a_part=nifti(low.get_fdata()[:10, :10], low.affine),
    )
    oblique = dict(image=nifti_file(turned), low=nifti_file(blocks(turned, 2, 2, 1)))
    write("images/places.json", dict(image=nifti_file(image), same=same, elsewhere=elsewhere, turned=oblique))

"""Small files of several channels with the levels that they hold, for test/golden/images/channels.test.ts.

Command (from the repository's root):
    npm run golden -- channels
Versions: Python 3.11, nibabel 5.4.2, numpy 2.4.6, Pillow 13.0.0, tifffile 2026.3.3.

Writes test/golden/data/images/channels.json. `volumes` are files of NIfTI, one for each channel of an image: turned, with
storage that runs the other way in one of them, and with a qform in place of an sform in another. Expected are their axial
slices as nibabel's nearest canonical axes have them, from the feet to the head, front above and right on the left, in levels
of 16 bits under a window from 0 to 2000. `labels` are the slices of the label map that lies beside them, in yet another storage.

`pictures` are files of Pillow and tifffile with their own levels, [C, H, W]; those of floats and of 32-bit integers have
levels from the least value of all channels to the greatest. `shrunk` is RGBA of 24 x 24 pixels, and what
Pillow's Lanczos makes of it at 8 x 8; it weighs colours by how opaque they are, too.
"""

import nibabel as nib
import numpy as np
import tifffile
from golden import nifti_file, saved, write
from PIL import Image

random = np.random.default_rng(11)


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
    labels = np.random.default_rng(12).integers(0, 4, size=(6, 5, 3)).astype("uint8")
    mask = nib.Nifti1Image(labels, affine).as_reoriented([[1, 1], [2, -1], [0, 1]])
    images |= {"seg": mask}
    files = {name: nifti_file(image) for name, image in images.items()}
    canonical = np.asarray(nib.as_closest_canonical(mask).dataobj)[::-1, ::-1].T
    return dict(files=files, shape=levels.shape, levels=levels.ravel().tolist(), labels=canonical.ravel().tolist())


def pictures():
    def levels(channels, dtype=np.uint8):
        return random.integers(0, np.iinfo(dtype).max + 1, size=(5, 6, channels)).astype(dtype)

    def case(name, array, save):
        return listed(name, save, array, 8 * array.itemsize)

    def listed(name, save, levels, depth):
        planes = np.moveaxis(levels, -1, 0)
        return dict(name=name, file=saved(save), channels=len(planes), depth=depth, levels=planes.ravel().tolist())

    def pillow(name, array, mode, **options):
        return case(name, array, lambda file: Image.fromarray(array, mode).save(file, **options))

    def tiff(name, array, **options):
        return case(name, array, lambda file: tifffile.imwrite(file, array, **options))

    def planar(name, array, **options):
        return case(name, array, lambda file: tifffile.imwrite(file, np.moveaxis(array, -1, 0), **options))

    few = random.integers(0, 4, size=(5, 6))
    colours = np.array([[9, 20, 30, 255], [200, 3, 4, 0], [7, 180, 9, 120], [1, 2, 240, 40]], np.uint8)[few]
    palette = Image.fromarray(few.astype(np.uint8), "P")
    palette.putpalette([9, 20, 30, 200, 3, 4, 7, 180, 9, 1, 2, 240])
    rgb = dict(photometric="rgb")
    black = dict(photometric="minisblack", planarconfig="contig")
    own = np.random.default_rng(13)

    def measured(name, array, depth, **options):
        low, high = float(array.min()), float(array.max())
        levels = np.rint((array.astype(np.float64) - low) / (high - low) * 65535).astype(int)
        if depth == 8:
            levels = (levels + 128) // 257
        return listed(name, lambda file: tifffile.imwrite(file, array, planarconfig="contig", **options), levels, depth)

    def floats(channels):
        return (own.normal(size=(5, 6, channels)) * 1000).astype(np.float32)

    gray = dict(photometric="minisblack")
    measurements = [
        *(measured(f"{n} samples of floats.tif", floats(n), 8 if n % 2 else 16, extrasamples=[0] * (n - 1), **gray) for n in (2, 4, 5, 6, 7, 8)),
        measured("four floats, compressed and in tiles.tif", floats(4), 16, compression="zlib", tile=(16, 16), extrasamples=[0] * 3, **gray),
        measured("four floats, big-endian, of a BigTIFF.tif", floats(4), 16, byteorder=">", bigtiff=True, extrasamples=[0] * 3, **gray),
        measured("red, green, blue and infrared in floats.tif", floats(4), 16, extrasamples=[0], **rgb),
        measured("five signed integers.tif", own.integers(-(2**31), 2**31, size=(5, 6, 5)).astype(np.int32), 16, extrasamples=[0] * 4, **gray),
        measured("four integers.tif", own.integers(0, 2**32, size=(5, 6, 4)).astype(np.uint32), 8, extrasamples=[0], **rgb),
    ]
    return [
        pillow("rgba.png", levels(4), "RGBA", format="PNG"),
        pillow("la.png", levels(2), "LA", format="PNG"),
        pillow("rgba.webp", levels(4), "RGBA", format="WEBP", lossless=True, exact=True),
        pillow("rgba.tif", levels(4), "RGBA", format="TIFF"),
        pillow("la.tif", levels(2), "LA", format="TIFF", compression="tiff_lzw"),
        case("palette.png", colours, lambda file: palette.save(file, format="PNG", transparency=bytes([255, 0, 120, 40]))),
        tiff("rgba of 16 bits.tif", levels(4, np.uint16), extrasamples=["unassalpha"], **rgb),
        tiff("red, green, blue and infrared.tif", levels(4), extrasamples=["unspecified"], **rgb),
        tiff("two samples, big-endian.tif", levels(2, np.uint16), byteorder=">", extrasamples=["unspecified"], **black),
        tiff("five samples.tif", levels(5), compression="zlib", predictor=True, extrasamples=[0] * 4, **black),
        tiff("six samples in tiles of a BigTIFF.tif", levels(6), tile=(16, 16), bigtiff=True, extrasamples=[0] * 5, **black),
        tiff("eight samples.tif", levels(8, np.uint16), extrasamples=[0] * 7, **black),
        planar("seven samples, planes of RGB.tif", levels(7), planarconfig="separate", extrasamples=[0] * 4, **rgb),
        *measurements,
    ]


def apart():
    planes = random.integers(0, 256, size=(5, 5, 6)).astype(np.uint8)
    options = dict(photometric="minisblack", planarconfig="separate", extrasamples=[0] * 4)
    return saved(lambda file: tifffile.imwrite(file, planes, **options))


def shrunk():
    ramp = np.arange(24) * 10
    array = np.zeros((24, 24, 4), np.uint8)
    array[..., 0], array[..., 1], array[..., 2] = ramp, ramp[:, None], 255 - ramp
    y, x = np.mgrid[:24, :24] - 11.5
    array[..., 3] = np.clip(255 * (10 - np.hypot(x, y)) / 4, 0, 255)
    picture = Image.fromarray(array, "RGBA")
    small = np.asarray(picture.resize((8, 8), Image.Resampling.LANCZOS))
    return dict(file=saved(lambda file: picture.save(file, format="PNG")), levels=np.moveaxis(small, -1, 0).ravel().tolist())


if __name__ == "__main__":
    write("images/channels.json", dict(volumes=volumes(), pictures=pictures(), apart=apart(), shrunk=shrunk()))

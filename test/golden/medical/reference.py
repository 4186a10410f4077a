"""What pydicom shows of its own test files: `reference.py <folder> [<folder of DICOM files>]` writes them there.

For every file with pixels `<name>.f32`, the first frame as gray or colour from 0 to 255 (float32, little endian), and
`index.json` with its shape, or why pydicom does not read it.
"""

import json
import pathlib
import sys
import warnings

import numpy as np
import pydicom
from pydicom.pixels import apply_modality_lut, apply_voi_lut, convert_color_space
from pydicom.pixels.processing import apply_color_lut

warnings.filterwarnings("ignore")


def with_groups(ds):
    """The values of the groups of the enhanced form, where pydicom's functions look for them."""
    for sequence in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for group in list(ds.get(sequence, []))[:1]:
            for inner in ("PixelValueTransformationSequence", "FrameVOILUTSequence"):
                for item in list(group.get(inner, []))[:1]:
                    for element in item:
                        ds[element.tag] = element
    return ds


def gray(ds, frame):
    measured = apply_modality_lut(frame, ds).astype("float64")
    if ds.get("VOILUTSequence"):
        bits = ds.VOILUTSequence[0].LUTDescriptor[2]
        share = apply_voi_lut(measured.astype(frame.dtype), ds).astype("float64") / (2**bits - 1)
    elif ds.get("WindowCenter") is not None and ds.get("WindowWidth") is not None:
        least, most = ends(ds)
        share = (apply_voi_lut(measured, ds) - least) / (most - least)
    else:
        known = measured
        if "PixelPaddingValue" in ds:
            known = measured[frame != ds.PixelPaddingValue]
        least, most = known.min(), known.max()
        share = (measured - least) / (most - least) if most > least else measured * 0
    share = np.clip(share, 0, 1)
    return 255 * (1 - share if ds.PhotometricInterpretation == "MONOCHROME1" else share)


def ends(ds):
    """The range of what apply_voi_lut returns, which is that of the stored bits after rescaling."""
    bits = ds.BitsStored
    least, most = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if ds.PixelRepresentation else (0, 2**bits - 1)
    if ds.get("ModalityLUTSequence"):
        return 0, 2 ** ds.ModalityLUTSequence[0].LUTDescriptor[2] - 1
    slope, intercept = float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0))
    return least * slope + intercept, most * slope + intercept


def picture(ds):
    ds = with_groups(ds)
    if ds.PhotometricInterpretation == "PALETTE COLOR":
        frames = ds.pixel_array
        frame = frames[0] if int(ds.get("NumberOfFrames", 1) or 1) > 1 else frames
        rgb = apply_color_lut(frame, ds)
        return rgb / (2**8 if rgb.max() > 255 else 1)
    frames = ds.pixel_array
    frame = frames[0] if int(ds.get("NumberOfFrames", 1) or 1) > 1 else frames
    if ds.SamplesPerPixel == 1:
        return gray(ds, frame)
    return frame * (255 / (2**ds.BitsStored - 1))


def main(out, root):
    index = {}
    for path in sorted(root.rglob("*.dcm")):
        name = str(path.relative_to(root)).replace("/", "_")
        try:
            ds = pydicom.dcmread(path)
            if "PixelData" not in ds:
                continue
            pixels = np.ascontiguousarray(picture(ds), dtype="<f4")
            (out / f"{name}.f32").write_bytes(pixels.tobytes())
            index[name] = {"path": str(path), "shape": pixels.shape, "photometric": ds.PhotometricInterpretation}
        except Exception as error:  # noqa: BLE001
            index[name] = {"path": str(path), "refused": str(error)[:200]}
    (out / "index.json").write_text(json.dumps(index))


OWN = pathlib.Path(pydicom.__file__).parent / "data" / "test_files"
main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else OWN)

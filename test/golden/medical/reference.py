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
from pydicom.pixels.processing import apply_color_lut, apply_presentation_lut

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
    if ds.PhotometricInterpretation == "MONOCHROME1":
        return 255 * (1 - share)
    return 255 * apply_presentation_lut(share, ds)


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


def main(out, *roots):
    index = {}
    for root, path in [(root, path) for root in roots for path in sorted(root.rglob("*.dcm"))]:
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


def made(out):
    """Files that pydicom's own set lacks, written by pydicom from one of its files."""
    base = pydicom.examples.get_path("ct")
    folder = out / "made"
    folder.mkdir()

    def save(name, change):
        ds = pydicom.dcmread(base)
        change(ds, ds.pixel_array)
        ds.save_as(folder / f"{name}.dcm", enforce_file_format=True)

    def window(function):
        def change(ds, _):
            ds.WindowCenter, ds.WindowWidth, ds.VOILUTFunction = [40, 50], [400, 350], function

        return change

    def inverse(ds, pixels):
        window("LINEAR")(ds, pixels)
        ds.PhotometricInterpretation = "MONOCHROME1"

    def presented(ds, pixels):
        window("LINEAR")(ds, pixels)
        ds.PresentationLUTShape = "INVERSE"

    def table(ds, first, bits, entries):
        item = pydicom.Dataset()
        item.add_new("LUTDescriptor", "US" if first >= 0 else "SS", [len(entries), first, bits])
        item.add_new("LUTData", "OW", np.array(entries, "<u2").tobytes())
        return pydicom.Sequence([item])

    def voi(ds, pixels):
        del ds.RescaleSlope, ds.RescaleIntercept
        ds.PixelRepresentation, ds.PixelPaddingValue = 1, 0
        ds.VOILUTSequence = table(ds, 900, 12, [int(4095 * np.sqrt(i / 511)) for i in range(512)])

    def modality(ds, pixels):
        del ds.RescaleSlope, ds.RescaleIntercept
        ds.ModalityLUTSequence = table(ds, 0, 16, [min(65535, (i * i) // 80) for i in range(4096)])
        ds.ModalityLUTSequence[0].ModalityLUTType = "US"

    def twelve(ds, pixels):
        ds.set_pixel_data((pixels.clip(0, 4095)).astype("uint16"), "MONOCHROME2", 12)
        del ds.PixelPaddingValue
        ds.RescaleIntercept = 0

    def shifted(ds, pixels):
        twelve(ds, pixels)
        ds.PixelData = (np.frombuffer(ds.PixelData, "<u2") & 0x0FFF).tobytes()
        ds.compress(pydicom.uid.RLELossless)

    def eight(ds, pixels):
        ds.set_pixel_data((pixels.clip(0, 2047) // 8).astype("uint8"), "MONOCHROME2", 8)
        del ds.PixelPaddingValue, ds.RescaleSlope, ds.RescaleIntercept

    def several(ds, pixels):
        stack = np.stack([np.roll(pixels, 7 * i, 0) for i in range(3)]).clip(0, 4095).astype("uint16")
        ds.set_pixel_data(stack, "MONOCHROME2", 12)
        del ds.PixelPaddingValue

    for function in ("LINEAR", "LINEAR_EXACT", "SIGMOID"):
        save(function, window(function))
    save("MONOCHROME1", inverse)
    save("presentation_lut", presented)
    save("voi", voi)
    save("modality", modality)
    save("12_bits", twelve)
    save("8_bits", eight)
    save("rle_12_bits", shifted)
    uids = {"rle": pydicom.uid.RLELossless, "j2k": pydicom.uid.JPEG2000Lossless, "j2k_lossy": pydicom.uid.JPEG2000}
    for name, uid in uids.items():
        arguments = {"j2k_cr": [5]} if name == "j2k_lossy" else {}
        for bits, change in {"8": eight, "12": twelve, "frames": several}.items():

            def work(ds, pixels, change=change, uid=uid, arguments=arguments):
                change(ds, pixels)
                ds.compress(uid, **arguments)

            save(f"{name}_{bits}", work)
    save("deflated", lambda ds, _: setattr(ds.file_meta, "TransferSyntaxUID", pydicom.uid.DeflatedExplicitVRLittleEndian))
    save("implicit", lambda ds, _: setattr(ds.file_meta, "TransferSyntaxUID", pydicom.uid.ImplicitVRLittleEndian))
    return folder


if len(sys.argv) > 2:
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
else:
    OUT = pathlib.Path(sys.argv[1])
    OWN = pathlib.Path(pydicom.__file__).parent / "data" / "test_files"
    main(OUT, OWN, made(OUT))

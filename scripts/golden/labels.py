"""Label maps as other tools write and read them, for test/golden/images/labels.test.ts.

Command (from the repository's root):
    python3 scripts/golden/labels.py
Versions: Python 3.11, Pillow 13.0.0, nibabel 5.4.2, pydicom 3.0.2, highdicom 0.28.2.

Writes to test/golden/data/labels:
    pictures.json       PNG and TIFF of Pillow, in every mode that holds labels
    volumes.json        NIfTI of nibabel, stored in several orders, with the slices as radiologists look at them
    segmentations.json  DICOM images, and SEG that highdicom made of them, with the label map of each frame as highdicom reads it
"""

import base64
import io
import json
from pathlib import Path

import highdicom
import nibabel
import numpy as np
import pydicom
from highdicom.seg import (
    Segmentation,
    SegmentAlgorithmTypeValues,
    SegmentationTypeValues,
    SegmentDescription,
)
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    ExplicitVRLittleEndian,
    RLELossless,
)

OUT = Path(__file__).resolve().parents[2] / "test/golden/data/labels"
random = np.random.default_rng(3)


def text(raw):
    return base64.b64encode(raw).decode()


def write(name, value):
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / name).write_text(json.dumps(value, separators=(",", ":")).replace('},{"', '},\n{"') + "\n")
    print(f"{name}: {(OUT / name).stat().st_size / 1000:.0f} kB")


# --- pictures


def blobs(height, width, most):
    """Areas of labels, as a mask has them, with every label somewhere."""
    coarse = random.integers(0, most + 1, ((height + 3) // 4, (width + 3) // 4))
    labels = np.kron(coarse, np.ones((4, 4), int))[:height, :width]
    labels.flat[: min(most + 1, labels.size)] = np.arange(min(most + 1, labels.size))
    return labels


def packed_picture(name, picture, labels, format="PNG", **options):
    file = io.BytesIO()
    picture.save(file, format, **options)
    return {
        "name": f"{name}.{'png' if format == 'PNG' else 'tif'}",
        "file": text(file.getvalue()),
        "shape": list(labels.shape),
        "labels": labels.ravel().tolist(),
    }


def paletted(labels, colours):
    picture = Image.fromarray(labels.astype(np.uint8), "P")
    # Gray levels that are not the indexes: a decoder that makes colours of them would show.
    picture.putpalette([255 - 3 * i % 256 for i in range(colours) for _ in range(3)])
    return picture


def pictures():
    for bits, most in (1, 1), (2, 3), (4, 15), (8, 200):
        labels = blobs(11, 13, most)
        yield packed_picture(f"palette of {bits} bits", paletted(labels, most + 1), labels, bits=bits)
    transparent = blobs(11, 13, 5)
    yield packed_picture("palette with a transparent index", paletted(transparent, 6), transparent, transparency=0)
    one = blobs(11, 13, 1)
    yield packed_picture("mode 1", Image.fromarray(one.astype(bool)), one)
    eight = blobs(23, 19, 250)
    yield packed_picture("mode L", Image.fromarray(eight.astype(np.uint8)), eight)
    yield packed_picture("mode L, three times", Image.fromarray(np.stack([eight] * 3, -1).astype(np.uint8)), eight)
    deep = blobs(12, 10, 90) * 700
    yield packed_picture("mode I;16", Image.fromarray(deep.astype(np.uint16)), deep)
    for compression in None, "tiff_lzw", "tiff_adobe_deflate", "packbits":
        yield packed_picture(f"mode L {compression}", Image.fromarray(eight.astype(np.uint8)), eight, "TIFF", compression=compression)
    yield packed_picture("mode I;16 lzw", Image.fromarray(deep.astype(np.uint16)), deep, "TIFF", compression="tiff_lzw")
    yield packed_picture("mode F", Image.fromarray(deep.astype(np.float32)), deep, "TIFF")
    yield packed_picture("mode I", Image.fromarray(deep.astype(np.int32)), deep, "TIFF")


# --- volumes


def volumes():
    """An image and its label map, which may be stored in another order."""
    labels = random.integers(0, 5, (4, 5, 6))  # to the right, forwards, up
    affine = np.diag([2.0, 1.5, 3.0, 1.0])
    affine[:3, 3] = -40, 12.5, 7
    image = nibabel.Nifti1Image(labels.astype(np.int16) * 100, affine)
    seen = {"axial": (2, 1, 0), "coronal": (1, 2, 0), "sagittal": (0, 2, 1)}
    slices = {}
    for axis, order in seen.items():
        # Rows and columns count against their directions.
        turned = labels.transpose(order)[:, ::-1, ::-1]
        slices[axis] = {"shape": list(turned.shape), "labels": turned.ravel().tolist()}
    kinds = {"uint8": np.uint8, "int16": np.int16, "float32": np.float32, "float64": np.float64, "int64": np.int64}
    masks = {}
    for name, kind in kinds.items():
        masks[name] = nibabel.Nifti1Image(labels.astype(kind), affine, dtype=kind)
    masks["scaled"] = with_scale(labels.astype(np.uint8) * 2 + 1, affine, 0.5, -0.5)
    quaternion = nibabel.Nifti1Image(labels.astype(np.uint8), affine)
    quaternion.set_qform(affine, 1)
    quaternion.set_sform(None, 0)
    masks["quaternion alone"] = quaternion
    straight = nibabel.Nifti1Image(labels.astype(np.uint8), affine)
    for codes_ in "LPS", "PIR", "SAL":
        wanted = nibabel.orientations.axcodes2ornt(codes_)
        masks[f"stored {codes_}"] = straight.as_reoriented(
            nibabel.orientations.ornt_transform(nibabel.orientations.io_orientation(affine), wanted)
        )
    return {
        "image": text(stored(image)),
        "slices": slices,
        "masks": [{"name": name, "file": text(stored(mask))} for name, mask in masks.items()],
        "elsewhere": [
            {"name": "shifted", "file": text(stored(moved(labels, affine, [1, 0, 0])))},
            {"name": "flipped", "file": text(stored(nibabel.Nifti1Image(labels.astype(np.uint8), affine @ np.diag([-1, 1, 1, 1]))))},
            {"name": "without a place", "file": text(stored(unplaced(labels)))},
        ],
    }


def with_scale(values, affine, slope, intercept):
    image = nibabel.Nifti1Image(values, affine)
    raw = bytearray(image.to_bytes())
    raw[112:116] = np.float32(slope).tobytes()
    raw[116:120] = np.float32(intercept).tobytes()
    made = nibabel.Nifti1Image.from_bytes(bytes(raw))
    made.raw = bytes(raw)
    return made


def moved(labels, affine, by):
    other = affine.copy()
    other[:3, 3] += by
    return nibabel.Nifti1Image(labels.astype(np.uint8), other)


def unplaced(labels):
    image = nibabel.Nifti1Image(labels.astype(np.uint8), None)
    image.header["qform_code"] = 0
    image.header["sform_code"] = 0
    return image


def stored(image):
    return getattr(image, "raw", None) or image.to_bytes()


# --- segmentations

ROWS, COLUMNS, SLICES = 9, 7, 4  # 63 pixels: no frame of bits begins at a byte but the first


def common(ds, sop_class, instance):
    ds.SOPClassUID = sop_class
    ds.SOPInstanceUID = instance
    ds.PatientID = "LABELS"
    ds.PatientName = "Labels^Golden"
    ds.PatientBirthDate = ""
    ds.PatientSex = ""
    ds.StudyInstanceUID = "1.2.826.0.1.1"
    ds.StudyID = "1"
    ds.StudyDate = "20200101"
    ds.StudyTime = "000000"
    ds.AccessionNumber = ""
    ds.ReferringPhysicianName = ""
    ds.FrameOfReferenceUID = "1.2.826.0.1.9"
    ds.Modality = "CT"
    ds.Rows, ds.Columns = ROWS, COLUMNS
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
    ds.PixelRepresentation = 0
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = sop_class
    ds.file_meta.MediaStorageSOPInstanceUID = instance
    ds.file_meta.ImplementationClassUID = "1.2.826.0.1.8"


def single(k):
    ds = Dataset()
    common(ds, CTImageStorage, f"1.2.826.0.1.2.{k + 1}")
    ds.SeriesInstanceUID = "1.2.826.0.1.3"
    ds.SeriesNumber, ds.InstanceNumber = 1, k + 1
    ds.ImagePositionPatient = [-10, 5, 2.5 * k]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing = [1, 1]
    ds.SliceThickness = 2.5
    ds.PixelData = random.integers(0, 4096, (ROWS, COLUMNS)).astype(np.uint16).tobytes()
    return ds


def multiple():
    ds = Dataset()
    common(ds, EnhancedCTImageStorage, "1.2.826.0.1.4.1")
    ds.SeriesInstanceUID = "1.2.826.0.1.5"
    ds.SeriesNumber, ds.InstanceNumber = 2, 1
    ds.NumberOfFrames = SLICES
    shared = Dataset()
    measures, orientation = Dataset(), Dataset()
    measures.PixelSpacing = [1, 1]
    measures.SliceThickness = 2.5
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence = [measures]
    shared.PlaneOrientationSequence = [orientation]
    ds.SharedFunctionalGroupsSequence = [shared]
    ds.PerFrameFunctionalGroupsSequence = []
    for k in range(SLICES):
        frame, position = Dataset(), Dataset()
        position.ImagePositionPatient = [-10, 5, 2.5 * k]
        frame.PlanePositionSequence = [position]
        ds.PerFrameFunctionalGroupsSequence.append(frame)
    ds.PixelData = random.integers(0, 4096, (SLICES, ROWS, COLUMNS)).astype(np.uint16).tobytes()
    return ds


def described(number, label):
    return SegmentDescription(
        number, label, codes.SCT.Organ, codes.SCT.Liver, SegmentAlgorithmTypeValues.MANUAL
    )


def segmentation(sources, pixels, kind, labels, uid, **options):
    return Segmentation(
        source_images=sources,
        pixel_array=pixels,
        segmentation_type=kind,
        segment_descriptions=[described(i + 1, label) for i, label in enumerate(labels)],
        series_instance_uid="1.2.826.0.1.6",
        series_number=9,
        sop_instance_uid=f"1.2.826.0.1.7.{uid}",
        instance_number=1,
        manufacturer="Golden",
        manufacturer_model_name="Golden",
        software_versions="1",
        device_serial_number="1",
        **options,
    )


def saved(ds, syntax=None):
    file = io.BytesIO()
    if syntax is not None:
        ds.file_meta.TransferSyntaxUID = syntax
    pydicom.dcmwrite(file, ds, enforce_file_format=True)
    return file.getvalue()


def read_back(raw, sources):
    """[images or frames, rows, columns] of numbers, as highdicom puts them together."""
    seg = highdicom.seg.segread(io.BytesIO(raw))
    options = dict(combine_segments=True, skip_overlap_checks=True, assert_missing_frames_are_empty=True)
    if "NumberOfFrames" in sources[0]:
        return seg.get_pixels_by_source_frame(sources[0].SOPInstanceUID, range(1, SLICES + 1), **options)
    return seg.get_pixels_by_source_instance([ds.SOPInstanceUID for ds in sources], **options)


def segmentations():
    slices, enhanced = [single(k) for k in range(SLICES)], multiple()
    labels = random.integers(0, 4, (SLICES, ROWS, COLUMNS)).astype(np.uint8)
    labels[1] = 0  # its frames are left out
    names = ["Liver", "Gallbladder", "Größe"]
    images = {f"slice {k}": text(saved(ds)) for k, ds in enumerate(slices)} | {"frames": text(saved(enhanced))}
    cases = []

    def case(name, files, sources, expected, **more):
        frames = [map_.ravel().astype(int).tolist() for map_ in expected]
        cases.append({"name": name, "files": [text(raw) for raw in files], "frames": frames, "of": "frames" if sources[0] is enhanced else "slices", **more})

    kinds = SegmentationTypeValues
    for name, sources in ("single frames", slices), ("a file of frames", [enhanced]):
        binary = saved(segmentation(sources, labels, kinds.BINARY, names, len(cases) + 1))
        back = read_back(binary, sources)
        assert (back == labels).all()
        case(f"BINARY of {name}", [binary], sources, back, names=names)
        numbers = saved(segmentation(sources, labels, kinds.LABELMAP, names, len(cases) + 1))
        assert (read_back(numbers, sources) == labels).all()
        case(f"LABELMAP of {name}", [numbers], sources, labels, names=names)

    plain = segmentation(slices, labels, kinds.BINARY, names, len(cases) + 1)
    case("BINARY, deflated", [saved(plain, DeflatedExplicitVRLittleEndian)], slices, labels)

    shares = random.uniform(0, 1, (SLICES, ROWS, COLUMNS, 1))
    for most in 255, 100:
        fractional = saved(segmentation(slices, shares, kinds.FRACTIONAL, names[:1], len(cases) + 1, max_fractional_value=most))
        seg = highdicom.seg.segread(io.BytesIO(fractional))
        uids = [ds.SOPInstanceUID for ds in slices]
        back = seg.get_pixels_by_source_instance(uids, assert_missing_frames_are_empty=True)[..., 0]  # from 0 to 1
        case(f"FRACTIONAL of {most}", [fractional], slices, back >= 0.5)
    rle = saved(segmentation(slices, shares, kinds.FRACTIONAL, names[:1], len(cases) + 1, transfer_syntax_uid=RLELossless))
    seg = highdicom.seg.segread(io.BytesIO(rle))
    case("FRACTIONAL, RLE", [rle], slices, seg.get_pixels_by_source_instance(uids, assert_missing_frames_are_empty=True)[..., 0] >= 0.5)

    singles = [saved(segmentation([ds], labels[k][None], kinds.BINARY, names, 50 + k, omit_empty_frames=False)) for k, ds in enumerate(slices)]
    case("a BINARY file for each image", singles, slices, labels)

    both = random.integers(0, 2, (SLICES, ROWS, COLUMNS, 2)).astype(np.uint8)
    overlapping = saved(segmentation(slices, both, kinds.BINARY, names[:2], 70))
    case("segments that overlap", [overlapping], slices, np.where(both[..., 1], 2, both[..., 0]), overlaps=True)

    apart = [saved(segmentation(slices, (labels == n + 1).astype(np.uint8), kinds.BINARY, [names[n]], 80 + n)) for n in range(2)]
    case("a file for each segment, both number 1", apart, slices, np.where(labels < 3, labels, 0), clash=True)
    return {"images": images, "cases": cases}


if __name__ == "__main__":
    write("pictures.json", list(pictures()))
    write("volumes.json", volumes())
    write("segmentations.json", segmentations())

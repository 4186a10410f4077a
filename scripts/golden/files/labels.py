"""Label maps as other tools write and read them, for test/golden/images/labels.test.ts.

Command (from the repository's root):
    npm run golden -- labels
Versions: Python 3.11, Pillow 13.0.0, nibabel 5.4.2, pydicom 3.0.2, highdicom 0.28.2.

Writes to test/golden/data/labels:
    pictures.json       PNG and TIFF of Pillow, in every mode that holds labels
    volumes.json        NIfTI of nibabel, stored in several orders, with the slices as radiologists look at them
    segmentations.json  DICOM images, and SEG that highdicom made of them, with the label map of each frame as highdicom reads it
"""

import io

import highdicom
import nibabel
import numpy as np
import pydicom
from golden import encoded, saved, write
from highdicom.seg import SegmentAlgorithmTypeValues, Segmentation, SegmentationTypeValues, SegmentDescription
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

random = np.random.default_rng(3)


# --- pictures


def blobs(height, width, most):
    """Areas of labels, as a mask has them, with every label somewhere."""
    coarse = random.integers(0, most + 1, ((height + 3) // 4, (width + 3) // 4))
    labels = np.kron(coarse, np.ones((4, 4), int))[:height, :width]
    labels.flat[: min(most + 1, labels.size)] = np.arange(min(most + 1, labels.size))
    return labels


def packed_picture(name, picture, labels, format="PNG", **options):
    file = saved(lambda file: picture.save(file, format, **options))
    return dict(name=f"{name}.{'png' if format == 'PNG' else 'tif'}", file=file, **listed(labels))


def listed(labels):
    return dict(shape=list(labels.shape), labels=labels.ravel().tolist())


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
    # Rows and columns count against their directions.
    slices = {axis: listed(labels.transpose(order)[:, ::-1, ::-1]) for axis, order in seen.items()}
    masks = {}
    for kind in np.uint8, np.int16, np.float32, np.float64, np.int64:
        masks[kind.__name__] = nibabel.Nifti1Image(labels.astype(kind), affine, dtype=kind)
    masks["scaled"] = with_scale(labels.astype(np.uint8) * 2 + 1, affine, 0.5, -0.5)
    straight = plain(labels, affine)
    quaternion = plain(labels, affine)
    quaternion.set_qform(affine, 1)
    quaternion.set_sform(None, 0)
    masks["quaternion alone"] = quaternion
    here = nibabel.orientations.io_orientation(affine)
    for codes_ in "LPS", "PIR", "SAL":
        wanted = nibabel.orientations.axcodes2ornt(codes_)
        masks[f"stored {codes_}"] = straight.as_reoriented(nibabel.orientations.ornt_transform(here, wanted))
    shifted = affine.copy()
    shifted[:3, 3] += [1, 0, 0]
    unplaced = plain(labels, None)
    unplaced.header["qform_code"] = unplaced.header["sform_code"] = 0
    elsewhere = {
        "shifted": plain(labels, shifted), "flipped": plain(labels, affine @ np.diag([-1, 1, 1, 1])), "without a place": unplaced,
    }
    files = lambda volumes: [{"name": name, "file": encoded(stored(volume))} for name, volume in volumes.items()]
    return {"image": encoded(stored(image)), "slices": slices, "masks": files(masks), "elsewhere": files(elsewhere)}


def plain(labels, affine):
    return nibabel.Nifti1Image(labels.astype(np.uint8), affine)


def with_scale(values, affine, slope, intercept):
    raw = bytearray(nibabel.Nifti1Image(values, affine).to_bytes())
    raw[112:116] = np.float32(slope).tobytes()
    raw[116:120] = np.float32(intercept).tobytes()
    made = nibabel.Nifti1Image.from_bytes(bytes(raw))
    made.raw = bytes(raw)
    return made


def stored(image):
    return getattr(image, "raw", None) or image.to_bytes()


# --- segmentations

ROWS, COLUMNS, SLICES = 9, 7, 4  # 63 pixels: no frame of bits begins at a byte but the first


def dataset(**elements):
    ds = Dataset()
    for name, value in elements.items():
        setattr(ds, name, value)
    return ds


def made(sop_class, instance, **elements):
    ds = dataset(
        SOPClassUID=sop_class, SOPInstanceUID=instance, PatientID="LABELS", PatientName="Labels^Golden", PatientBirthDate="",
        PatientSex="", StudyInstanceUID="1.2.826.0.1.1", StudyID="1", StudyDate="20200101", StudyTime="000000", AccessionNumber="",
        ReferringPhysicianName="", FrameOfReferenceUID="1.2.826.0.1.9", Modality="CT", Rows=ROWS, Columns=COLUMNS,
        SamplesPerPixel=1, PhotometricInterpretation="MONOCHROME2", BitsAllocated=16, BitsStored=12, HighBit=11,
        PixelRepresentation=0, **elements,
    )
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = sop_class
    ds.file_meta.MediaStorageSOPInstanceUID = instance
    ds.file_meta.ImplementationClassUID = "1.2.826.0.1.8"
    return ds


PLACE = dict(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
SIZES = dict(PixelSpacing=[1, 1], SliceThickness=2.5)


def position(k):
    return dict(ImagePositionPatient=[-10, 5, 2.5 * k])


def levels(*shape):
    return random.integers(0, 4096, (*shape, ROWS, COLUMNS)).astype(np.uint16).tobytes()


def single(k):
    return made(
        CTImageStorage, f"1.2.826.0.1.2.{k + 1}", SeriesInstanceUID="1.2.826.0.1.3", SeriesNumber=1, InstanceNumber=k + 1,
        **position(k), **PLACE, **SIZES, PixelData=levels(),
    )


def multiple():
    shared = dataset(PixelMeasuresSequence=[dataset(**SIZES)], PlaneOrientationSequence=[dataset(**PLACE)])
    frames = [dataset(PlanePositionSequence=[dataset(**position(k))]) for k in range(SLICES)]
    return made(
        EnhancedCTImageStorage, "1.2.826.0.1.4.1", SeriesInstanceUID="1.2.826.0.1.5", SeriesNumber=2, InstanceNumber=1,
        NumberOfFrames=SLICES, SharedFunctionalGroupsSequence=[shared], PerFrameFunctionalGroupsSequence=frames,
        PixelData=levels(SLICES),
    )


def described(number, label):
    return SegmentDescription(
        number, label, codes.SCT.Organ, codes.SCT.Liver, SegmentAlgorithmTypeValues.MANUAL
    )


def segmentation(sources, pixels, kind, labels, uid, **options):
    return Segmentation(
        sources, pixels, kind, [described(i + 1, label) for i, label in enumerate(labels)], series_number=9, instance_number=1,
        series_instance_uid="1.2.826.0.1.6", sop_instance_uid=f"1.2.826.0.1.7.{uid}", manufacturer="Golden",
        manufacturer_model_name="Golden", software_versions="1", device_serial_number="1", **options,
    )


def raw(ds, syntax=None):
    file = io.BytesIO()
    if syntax is not None:
        ds.file_meta.TransferSyntaxUID = syntax
    pydicom.dcmwrite(file, ds, enforce_file_format=True)
    return file.getvalue()


def read_back(file, sources):
    """[images or frames, rows, columns] of numbers, as highdicom puts them together."""
    seg = highdicom.seg.segread(io.BytesIO(file))
    options = dict(combine_segments=True, skip_overlap_checks=True, assert_missing_frames_are_empty=True)
    if "NumberOfFrames" in sources[0]:
        return seg.get_pixels_by_source_frame(sources[0].SOPInstanceUID, range(1, SLICES + 1), **options)
    return seg.get_pixels_by_source_instance([ds.SOPInstanceUID for ds in sources], **options)


def segmentations():
    slices, enhanced = [single(k) for k in range(SLICES)], multiple()
    labels = random.integers(0, 4, (SLICES, ROWS, COLUMNS)).astype(np.uint8)
    labels[1] = 0  # its frames are left out
    names = ["Liver", "Gallbladder", "Größe"]
    images = {f"slice {k}": encoded(raw(ds)) for k, ds in enumerate(slices)} | {"frames": encoded(raw(enhanced))}
    cases = []

    def case(name, files, sources, expected, **more):
        frames = [map_.ravel().astype(int).tolist() for map_ in expected]
        cases.append({"name": name, "files": [encoded(file) for file in files], "frames": frames, "of": "frames" if sources[0] is enhanced else "slices", **more})

    kinds = SegmentationTypeValues
    for name, sources in ("single frames", slices), ("a file of frames", [enhanced]):
        binary = raw(segmentation(sources, labels, kinds.BINARY, names, len(cases) + 1))
        back = read_back(binary, sources)
        assert (back == labels).all()
        case(f"BINARY of {name}", [binary], sources, back, names=names)
        numbers = raw(segmentation(sources, labels, kinds.LABELMAP, names, len(cases) + 1))
        assert (read_back(numbers, sources) == labels).all()
        case(f"LABELMAP of {name}", [numbers], sources, labels, names=names)

    plain = segmentation(slices, labels, kinds.BINARY, names, len(cases) + 1)
    case("BINARY, deflated", [raw(plain, DeflatedExplicitVRLittleEndian)], slices, labels)

    shares = random.uniform(0, 1, (SLICES, ROWS, COLUMNS, 1))
    for name, options in (
        ("FRACTIONAL of 255", dict(max_fractional_value=255)),
        ("FRACTIONAL of 100", dict(max_fractional_value=100)),
        ("FRACTIONAL, RLE", dict(transfer_syntax_uid=RLELossless)),
    ):
        file = raw(segmentation(slices, shares, kinds.FRACTIONAL, names[:1], len(cases) + 1, **options))
        seg = highdicom.seg.segread(io.BytesIO(file))
        back = seg.get_pixels_by_source_instance([ds.SOPInstanceUID for ds in slices], assert_missing_frames_are_empty=True)
        case(name, [file], slices, back[..., 0] >= 0.5)  # from 0 to 1

    singles = [raw(segmentation([ds], labels[k][None], kinds.BINARY, names, 50 + k, omit_empty_frames=False)) for k, ds in enumerate(slices)]
    case("a BINARY file for each image", singles, slices, labels)

    both = random.integers(0, 2, (SLICES, ROWS, COLUMNS, 2)).astype(np.uint8)
    overlapping = raw(segmentation(slices, both, kinds.BINARY, names[:2], 70))
    case("segments that overlap", [overlapping], slices, np.where(both[..., 1], 2, both[..., 0]), overlaps=True)

    apart = [raw(segmentation(slices, (labels == n + 1).astype(np.uint8), kinds.BINARY, [names[n]], 80 + n)) for n in range(2)]
    case("a file for each segment, both number 1", apart, slices, np.where(labels < 3, labels, 0), clash=True)
    return {"images": images, "cases": cases}


if __name__ == "__main__":
    for name, value in dict(pictures=list(pictures()), volumes=volumes(), segmentations=segmentations()).items():
        write(f"labels/{name}.json", value, breaks=['},{"'])

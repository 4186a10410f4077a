"""What others say of DICOM files that Onnoise wrote: dciodvfy, pydicom, highdicom, and a server's STOW-RS.

    python3 scripts/medical/judge.py <folder of .dcm> <folder of .png> [--dciodvfy PATH]... [--server URL --user NAME:PASSWORD]

A PNG has the name of its DICOM file. The last line is JSON: counts, every kind of error and warning with how many files have it, and
the names of files that are not what they should be. It needs pydicom, numpy and Pillow; highdicom, where it is installed, applies
the rescale of CT.
"""
import argparse
import base64
import collections
import concurrent.futures
import importlib.util
import json
import pathlib
import re
import subprocess
import urllib.request

import numpy
import PIL.Image
import pydicom

ROOT = "2.25."
parser = argparse.ArgumentParser()
parser.add_argument("dicom", type=pathlib.Path)
parser.add_argument("png", type=pathlib.Path)
parser.add_argument("--dciodvfy", action="append", default=[])
parser.add_argument("--server")
parser.add_argument("--user", default="")
given = parser.parse_args()
paths = sorted(given.dicom.glob("*.dcm"))
if not paths:
    parser.error(f"{given.dicom} has no .dcm")
says = collections.Counter()
wrong = collections.defaultdict(list)
told = {name: collections.Counter() for name in given.dciodvfy}
uids = collections.defaultdict(set)


def verify(program, path):
    done = subprocess.run([program, "-new", str(path)], capture_output=True, text=True)
    lines = set((done.stdout + done.stderr).splitlines())
    return {line for line in lines if re.match("(Error|Warning)|.* - (Error|Warning) - ", line)}


def look(path):
    """The data set, and what is wrong with it."""
    ds = pydicom.dcmread(path)
    pixels = ds.pixel_array
    png = numpy.asarray(PIL.Image.open(given.png / f"{path.stem}.png"))
    if pixels.shape != png.shape or (pixels != png).any():
        wrong["pixels"].append(path.stem)
    kinds = {"instance": ds.SOPInstanceUID, "series": ds.SeriesInstanceUID, "study": ds.StudyInstanceUID}
    if "FrameOfReferenceUID" in ds:
        kinds["frame"] = ds.FrameOfReferenceUID
    for kind, uid in kinds.items():
        uids[kind].add(uid)
        if not (uid.startswith(ROOT) and pydicom.uid.UID(uid).is_valid):
            wrong["uid"].append(path.stem)
    words = [str(ds.PatientName), ds.PatientID, ds.StudyDescription, ds.SeriesDescription]
    note = ds.ContributingEquipmentSequence[0].ContributionDescription
    seed = str(int(path.stem)) if path.stem.isdigit() else path.stem
    synthetic = all("SYNTHETIC" in word for word in words)
    if not (synthetic and ds.ImageType[:2] == ["DERIVED", "SECONDARY"] and re.search(rf"model .+, seed {seed}$", note)):
        wrong["synthetic"].append(path.stem)
    spacing = " ".join(map(str, ds.PixelSpacing)) if "PixelSpacing" in ds else "none"
    size = f"{ds.Columns}x{ds.Rows}x{ds.SamplesPerPixel}"
    bits = f"{ds.BitsStored} of {ds.BitsAllocated} bits"
    says[f"{ds.Modality}, {ds.SOPClassUID.name}, {size}, {bits}, spacing {spacing}"] += 1
    if "RescaleSlope" in ds:
        rescale(path, ds, pixels)


def rescale(path, ds, pixels):
    says[f"rescale to {ds.RescaleType}"] += 1
    if importlib.util.find_spec("highdicom") is None:
        return
    import highdicom

    there = highdicom.imread(path).get_frame(1, apply_real_world_transform=False, apply_modality_transform=True)
    if not numpy.allclose(there, pixels * float(ds.RescaleSlope) + float(ds.RescaleIntercept)):
        wrong["highdicom"].append(path.stem)
    says["rescaled by highdicom"] += 1


def ask(path, body=None, kind=None):
    request = urllib.request.Request(given.server + path, data=body, headers={"Accept": "application/dicom+json"})
    request.add_header("Authorization", f"Basic {base64.b64encode(given.user.encode()).decode()}")
    if kind:
        request.add_header("Content-Type", kind)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def store(some):
    """STOW-RS. @returns how many files the server took, and how many it refused"""
    head = b"--onnoise\r\nContent-Type: application/dicom\r\n\r\n"
    body = b"".join(head + path.read_bytes() + b"\r\n" for path in some) + b"--onnoise--\r\n"
    answer = ask("/studies", body, 'multipart/related; type="application/dicom"; boundary=onnoise')
    taken, refused = (len(answer.get(tag, {}).get("Value", [])) for tag in ("00081199", "00081198"))
    return taken, refused


for path in paths:
    look(path)
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    for name, counter in told.items():
        for lines in pool.map(lambda path: verify(name, path), paths):
            counter.update(lines)
for program, counter in told.items():  # dcentvfy, beside it, compares the files of a patient, a study and a series
    beside = str(pathlib.Path(program).with_name("dcentvfy"))
    done = subprocess.run([beside, *map(str, paths)], capture_output=True, text=True)
    counter.update((done.stdout + done.stderr).splitlines())
result = {
    "files": len(paths),
    "says": says,
    "uids": {kind: len(values) for kind, values in uids.items()},
    "wrong": wrong,
    "dciodvfy": told,
}
if given.server:
    answers = [store(paths[i : i + 50]) for i in range(0, len(paths), 50)]
    study = next(iter(uids["study"]))
    found = ask(f"/studies/{study}/instances?limit=1000000")
    result["server"] = {
        "taken": sum(taken for taken, _ in answers),
        "refused": sum(refused for _, refused in answers),
        "instances": len({one["00080018"]["Value"][0] for one in found} & uids["instance"]),
        "series": len(uids["series"] & {one["0020000E"]["Value"][0] for one in found}),
    }
print(json.dumps(result))

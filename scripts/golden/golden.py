"""What the makers of golden values share: where they write, and how they write numbers and files."""

import base64
import io
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "test/golden/data"
sys.path.append(str(ROOT / "training/python"))  # modules of model folders


def write(name, value, breaks=(), **style):
    """JSON below DATA. `breaks` are pairs of characters around a comma between which a line ends."""
    text = json.dumps(value, **({"separators": (",", ":")} | style))
    for place in breaks:
        text = text.replace(place, place.replace(",", ",\n", 1))
    put(name, text + "\n")


def put(name, text):
    (DATA / name).parent.mkdir(parents=True, exist_ok=True)
    (DATA / name).write_text(text)
    print(f"{name}: {len(text) / 1000:.0f} kB")


def write_rows(name, lists, whole=()):
    """Lists of a row each, but those on one line."""
    rows = lambda values: "[\n" + ",\n".join("    " + json.dumps(value) for value in values) + "\n  ]"
    parts = [f'  "{key}": {json.dumps(values) if key in whole else rows(values)}' for key, values in lists.items()]
    put(name, "{\n" + ",\n".join(parts) + "\n}\n")


def encoded(raw):
    return base64.b64encode(raw).decode()


def saved(save):
    """What `save` writes into a file, for JSON."""
    file = io.BytesIO()
    save(file)
    return encoded(file.getvalue())


def nifti_file(image):
    """An image of nibabel as .nii.gz, for JSON."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.nii.gz")
        image.to_filename(path)
        return encoded(path.read_bytes())


def digits(values, count):
    return [float(f"{v:.{count}g}") for v in np.asarray(values, dtype=np.float64).flatten()]


def nine(values):
    """Nine significant digits name every float32."""
    return digits(values, 9)


def toy(x, t, T):
    """A denoiser that is smooth, bounded beyond the clipping range, and blind to nothing: the output depends on x and t."""
    return 1.6 * (0.7 * x + 0.5 - t / T).tanh()


def draws(seed, count):
    """Numbers of 0 to 1 from a linear congruential generator: x = 1664525 x + 1013904223 modulo 2^32, its upper 24 bits."""
    x, values = seed, np.empty(count)
    for i in range(count):
        x = (1664525 * x + 1013904223) % 2**32
        values[i] = (x >> 8) / 2**24
    return values


def picture(seed, channels, side, noise):
    """A pattern, the same for all seeds, with noise of the seed."""
    i = np.arange(channels * side * side)
    pattern = 128 + 90 * np.sin(0.37 * (i % side)) * np.cos(0.23 * (i // side))
    values = pattern + noise * (draws(seed, i.size) - 0.5)
    return np.clip(np.floor(values), 0, 255).reshape(channels, side, side).astype(np.uint8)

"""Golden numbers for inks.ts in base/src/pictures: files of 4 x 4 pixels in CMYK without a profile, and Pillow's RGB of them.

Command (from the repository's root):
    npm run golden -- inks
Versions: Python 3.11, Pillow 13.0.0, numpy 2.4.6.

Writes test/golden/data/images/inks.json. The first pixel is what Pillow makes of (20, 230, 20). Pillow writes no CMYK of 16
bits: `tiff16` below does, of the values of 8 bits times 257.
"""

import io
import struct

import numpy as np
from golden import encoded, write
from PIL import Image



def tiff16(inks):
    """[H, W, 4] levels of 0 to 255 as a TIFF of 16 bits, not compressed."""
    height, width, _ = inks.shape
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 4, 134), (259, 3, 1, 1), (262, 3, 1, 5), (273, 4, 1, 142)]
    tags += [(277, 3, 1, 4), (278, 4, 1, height), (279, 4, 1, 2 * inks.size), (284, 3, 1, 1)]
    directory = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    head = struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + directory + struct.pack("<I4H", 0, 16, 16, 16, 16)
    return head + (inks.astype("<u2") * 257).tobytes()


def without_adobe(jpeg):
    """A JPEG without its APP14 marker, which says that inks are stored inverted. They are all the same."""
    at = jpeg.index(b"\xff\xee")
    return jpeg[:at] + jpeg[at + 2 + struct.unpack(">H", jpeg[at + 2 : at + 4])[0] :]


def inks():
    levels = np.random.default_rng(3).integers(0, 256, size=(4, 4, 4)).astype(np.uint8)
    levels[0, 0] = Image.new("RGB", (1, 1), (20, 230, 20)).convert("CMYK").getpixel((0, 0))
    picture = Image.fromarray(levels, "CMYK")

    def saved(**options):
        file = io.BytesIO()
        picture.save(file, **options)
        return file.getvalue()

    jpeg = saved(format="JPEG", quality=100, subsampling=0)
    files = {"jpg": jpeg, "jpg without Adobe's marker": without_adobe(jpeg), "tif": saved(format="TIFF")}

    def rgb(file):
        return np.asarray(Image.open(io.BytesIO(file)).convert("RGB")).flatten().tolist()

    cases = {name: (file, rgb(file)) for name, file in files.items()}
    cases["tif of 16 bits"] = (tiff16(levels), cases["tif"][1])
    return [{"name": name, "file": encoded(file), "rgb": values} for name, (file, values) in cases.items()]


write("images/inks.json", inks(), breaks=["},{"])

/** tifffile and Pillow reading TIFF of floats, beside numpy reading the same values. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeFloatTiff, writeNpy } from '#base/arrays/index.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const folder = temporaryFolder();

const PROGRAM = `
import json, sys, warnings
warnings.simplefilter("error")
import numpy as np, tifffile
from PIL import Image, ImageSequence
wanted = np.load(sys.argv[2])
theirs = tifffile.imread(sys.argv[1])
with tifffile.TiffFile(sys.argv[1]) as file:
    page = file.pages[0]
    told = [len(file.pages), str(page.dtype), page.photometric.name, page.compression.name, page.software]
picture = Image.open(sys.argv[1])
pillow = np.stack([np.array(frame) for frame in ImageSequence.Iterator(picture)])
same = [bool((one == wanted.reshape(one.shape)).all()) for one in (theirs, pillow)]
print(json.dumps([list(theirs.shape), told, picture.mode, list(pillow.shape), same]))
`;

it.each([
  [1, 6, 8],
  [3, 5, 7],
] as const)('%i pages of %i x %i values', skipBecause(lacksPython('tifffile, PIL')), (pages, height, width) => {
  const values = Float32Array.from({ length: pages * height * width }, (_, i) => Math.fround(-1024 + i * Math.PI));
  const [tiff, npy] = [join(folder, `${pages}.tiff`), join(folder, `${pages}.npy`)];
  writeFileSync(tiff, writeFloatTiff(values, [pages, height, width], 'a test'));
  writeFileSync(npy, writeNpy(values, [pages, height, width]));
  expect(askPython(['-c', PROGRAM, tiff, npy])).toEqual([
    pages === 1 ? [height, width] : [pages, height, width],
    [pages, 'float32', 'MINISBLACK', 'NONE', 'a test'],
    'F',
    [pages, height, width],
    [true, true],
  ]);
});

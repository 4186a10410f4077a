/** Label maps of phantoms, as Pillow and numpy read them: what MONAI's readers of PNG do. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPainter } from '#phantom/draw/draw-phantom.ts';
import { LABELS } from '#phantom/draw/labels.ts';
import { USUAL } from '#phantom/options.ts';
import { writeSet } from '#phantom/write-set.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const READ = `
import json, pathlib, sys
import numpy, PIL.Image
folder = pathlib.Path(sys.argv[1])
names = json.loads((folder / "masks" / "labels.json").read_text())
found = []
for number in range(1, 4):
    mask = PIL.Image.open(folder / "masks" / f"{number}.png")
    mask.verify()
    mask = PIL.Image.open(folder / "masks" / f"{number}.png")
    labels = numpy.asarray(mask)
    found.append({
        "mode": mask.mode,
        "type": str(labels.dtype),
        "size": mask.size == PIL.Image.open(folder / "images" / f"{number}.png").size,
        "named": all(str(label) in names for label in numpy.unique(labels)),
        "palette": numpy.array(mask.getpalette()).reshape(-1, 3)[: len(names)].tolist(),
        "warning": mask.info["Warning"],
        "labels": labels.ravel().tolist(),
    })
print(json.dumps(found))
`;

describe('label maps of phantoms', skipBecause(lacksPython('PIL, numpy')), () => {
  it.each([64, 201])('of %i pixels are indices of a palette, each the number of a label', async (size) => {
    const folder = join(temporaryFolder(), 'hands');
    await writeSet({ count: 3, size, seed: 2, masks: true, out: folder });
    const paint = createPainter();
    const masks = [0, 1, 2].map((picture) => [...paint({ ...USUAL, seed: 2, picture, size, mask: true }).mask!]);
    expect(askPython(['-c', READ, folder])).toEqual(
      masks.map((labels) => ({
        mode: 'P',
        type: 'uint8',
        size: true,
        named: true,
        palette: LABELS.map(({ colour }) => [...colour]),
        warning: 'Synthetic phantom, not a radiograph of a person.',
        labels,
      })),
    );
  });
});

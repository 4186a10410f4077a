import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { decodeEvent, type Event, encodeEvent } from '#training/tensorboard/event.ts';
import { readRecords } from '#training/tensorboard/records.ts';

/** Made by pytorch.py beside it. */
const PYTORCH = fileURLToPath(new URL('../../../support/tensorboard/pytorch.tfevents', import.meta.url));

async function readFile(path: string) {
  const found: { data: Uint8Array; event: Event }[] = [];
  for await (const { data } of readRecords(path)) found.push({ data, event: decodeEvent(data) });
  return found;
}

it("reads PyTorch's events and writes them to the same bytes", async () => {
  const [head, purged, start, scalar, image, late, ...more] = await readFile(PYTORCH);
  expect(more).toEqual([]);
  const wallTime = expect.closeTo(scalar!.event.wallTime, 0);
  expect(new Date(scalar!.event.wallTime * 1000).getUTCFullYear()).toBeGreaterThan(2020);
  expect(head!.event).toMatchObject({ step: 0, fileVersion: 'brain.Event:2', values: [] });
  expect(purged!.event).toEqual({ wallTime, step: 5, fileVersion: 'brain.Event:2', values: [] });
  expect(start!.event).toEqual({ wallTime, step: 5, start: true, values: [] });
  expect(scalar!.event).toEqual({ wallTime, step: 7, values: [{ tag: 'train/loss', scalar: 0.25 }] });
  expect(late!.event).toEqual({ wallTime, step: 2 ** 33 + 1, values: [{ tag: 'train/loss', scalar: -1.5 }] });
  const { tag, picture } = image!.event.values[0]!;
  expect({ tag, width: picture!.width, height: picture!.height }).toEqual({ tag: 'samples', width: 3, height: 2 });
  expect(Buffer.from(picture!.png).subarray(1, 4).toString()).toBe('PNG');
  for (const { data, event } of [purged!, start!, scalar!, late!]) {
    expect(Buffer.from(encodeEvent(event))).toEqual(Buffer.from(data));
  }
});

it('gives back what it wrote', () => {
  const event: Event = {
    wallTime: 1.5e9 + 1 / 3,
    step: 12,
    values: [
      { tag: 'a/ü', scalar: Math.fround(0.1) },
      { tag: 'none', scalar: Number.NaN },
      { tag: 'sheet', picture: { width: 300, height: 2, png: Uint8Array.of(0, 255, 7) } },
    ],
  };
  expect(decodeEvent(encodeEvent(event))).toEqual(event);
});

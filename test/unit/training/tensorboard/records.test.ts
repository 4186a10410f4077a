import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/temporary/folder.ts';
import { decodeEvent, encodeEvent } from '#training/tensorboard/event.ts';
import { encodeRecord, readRecords } from '#training/tensorboard/records.ts';

/** Made by pytorch.py beside it. */
const PYTORCH = fileURLToPath(new URL('../../../support/tensorboard/pytorch.tfevents', import.meta.url));

const newFile = (...parts: Uint8Array[]) => {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, Buffer.concat(parts));
  return path;
};
const read = async (path: string) => {
  const found: string[] = [];
  for await (const { data, start, end } of readRecords(path)) found.push(`${start}-${end} ${Buffer.from(data)}`);
  return found;
};

it("reads PyTorch's events and writes them to the same bytes", async () => {
  const events = [];
  for await (const { data } of readRecords(PYTORCH)) {
    const event = decodeEvent(data);
    const [value] = event.values;
    if (value?.picture) expect(Buffer.from(value.picture.png).subarray(1, 4).toString()).toBe('PNG');
    // PyTorch writes more about the first event and a picture than we do.
    else if (events.length > 0) expect(Buffer.from(encodeEvent(event))).toEqual(Buffer.from(data));
    events.push(event);
  }
  const wallTime = expect.closeTo(events[3]!.wallTime, 0);
  expect(new Date(events[3]!.wallTime * 1000).getUTCFullYear()).toBeGreaterThan(2020);
  const version = 'brain.Event:2';
  expect(events).toEqual([
    expect.objectContaining({ step: 0, fileVersion: version, values: [] }),
    { wallTime, step: 5, fileVersion: version, values: [] },
    { wallTime, step: 5, start: true, values: [] },
    { wallTime, step: 7, values: [{ tag: 'train/loss', scalar: 0.25 }] },
    expect.objectContaining({
      values: [{ tag: 'samples', picture: { width: 3, height: 2, png: expect.anything() } }],
    }),
    { wallTime, step: 2 ** 33 + 1, values: [{ tag: 'train/loss', scalar: -1.5 }] },
  ]);
});

describe('readRecords', () => {
  const [one, two] = [Buffer.from('one'), Buffer.from('the second')];

  it('gives what encodeRecord wrote, with its place, also what is larger than what is read at a time', async () => {
    const large = Buffer.alloc(3 * 2 ** 20 + 5, 'onnoise');
    const parts = [one, two, new Uint8Array(), large].map(encodeRecord);
    const found = await read(newFile(...parts));
    expect(found.slice(0, 3)).toEqual(['0-19 one', '19-45 the second', '45-61 ']);
    expect(found[3]!.endsWith(` ${large}`)).toBe(true);
    expect(await read(newFile())).toEqual([]);
  });

  it('ends at a record that was cut short, wherever that was, and at one with any wrong bit', async () => {
    const whole = encodeRecord(two);
    for (let i = 0; i < whole.length; i++) {
      expect(await read(newFile(encodeRecord(one), whole.subarray(0, i)))).toEqual(['0-19 one']);
      const wrong = whole.map((byte, at) => (at === i ? byte ^ 4 : byte));
      const path = newFile(encodeRecord(one), wrong);
      appendFileSync(path, encodeRecord(one));
      expect(await read(path)).toEqual(['0-19 one']);
    }
  });
});

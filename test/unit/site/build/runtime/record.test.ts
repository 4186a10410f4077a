import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countFunctions } from '#site/build/runtime/functions.ts';
import { smallerRuntime, wholeRuntime } from '#site/build/runtime/plugin.ts';
import record from '#site/build/runtime/record.json' with { type: 'json' };
import { encodeUsed, type RuntimeRecord, readUsed } from '#site/build/runtime/record.ts';

describe('readUsed', () => {
  it('says of each function what was recorded', () => {
    const lists = fc.uniqueArray(fc.nat({ max: 99 }));
    fc.assert(
      fc.property(lists, (places) => {
        const isUsed = readUsed({ used: encodeUsed(places, 100) });
        const found = Array.from({ length: 120 }, (_, place) => place).filter(isUsed);
        expect(found).toEqual(places.sort((a, b) => a - b));
      }),
    );
  });
});

describe('smallerRuntime', () => {
  it('is of the installed onnxruntime-web', async () => {
    const made = smallerRuntime(await wholeRuntime());
    const message =
      'The installed onnxruntime-web is another one than the record of its functions: npm run record:runtime';
    expect(made, message).toBeDefined();
  });

  it('is a module, less than half as large, and has the licence of onnxruntime', async () => {
    const whole = await wholeRuntime();
    const made = smallerRuntime(whole)!;
    expect(WebAssembly.validate(made)).toBe(true);
    expect(made.length).toBeLessThan(whole.length / 2);
    expect(countFunctions(whole)).toBe(record.functions);
    expect(countFunctions(made)).toBe(record.functions);
    const [note] = WebAssembly.Module.customSections(new WebAssembly.Module(made), 'note');
    expect(Buffer.from(note!).toString()).toMatch(
      /onnxruntime-web [\d.]+: .*Copyright \(c\) Microsoft Corporation.*WITHOUT WARRANTY/s,
    );
  });

  it('is none for a record of another file', async () => {
    const other: RuntimeRecord = { ...record, sha256: '0'.repeat(64) };
    expect(smallerRuntime(await wholeRuntime(), other)).toBeUndefined();
  });
});

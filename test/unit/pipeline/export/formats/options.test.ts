import { describe, expect, it } from 'vitest';
import { type FormatArguments, formatOfArguments } from '#pipeline/commands/options/formats.ts';
import { runCli } from '#test/run-cli.ts';

describe('formatOfArguments', () => {
  it('gives nothing for float32, and what was asked for else', () => {
    expect(formatOfArguments({})).toBeUndefined();
    expect(formatOfArguments({ dtype: 'float32' })).toBeUndefined();
    expect(formatOfArguments({ dtype: 'float16', drift: 0.1 })).toMatchObject({ format: 'float16', drift: 0.1 });
    expect(formatOfArguments({ dtype: 'int8' })).toMatchObject({ format: 'int8-weights' });
    expect(formatOfArguments({ quantize: 'int8', weightBits: 8 })).toMatchObject({ format: 'int8', weightBits: 8 });
  });

  it('refuses what does not go together, in a sentence', () => {
    const cases: [FormatArguments, string][] = [
      [{ dtype: 'float16', quantize: 'int8' }, '--dtype must be left out with --quantize'],
      [{ dtype: 'float32', quantize: 'int8' }, '--dtype must be left out with --quantize'],
      [{ dtype: 'int8', quantize: 'int8' }, '--dtype must be left out with --quantize'],
      [{ dtype: 'int8', weightBits: 8 }, '--weight-bits must be left out without --quantize'],
      [{ dtype: 'float16', weightBits: 7 }, '--weight-bits must be left out without --quantize'],
      [{ quantize: 'int8', weightBits: 6 as 7 }, '--weight-bits must be'],
      [{ drift: 0.1 }, '--drift must be left out without --dtype float16, --dtype int8 or --quantize'],
      [{ judge: 'digits' }, '--judge must be left out without --dtype float16, --dtype int8 or --quantize'],
      [{ quantize: 'int8', drift: -1 }, '--drift must be'],
      [{ dtype: 'int8', drift: 1e-7 }, '--drift must be a number from 0.000001, the rounding of float32 itself, to 1'],
    ];
    for (const [args, sentence] of cases) {
      expect(() => formatOfArguments(args), sentence).toThrow(`Cannot export: ${sentence}`);
    }
  });
});

describe('pipeline export', () => {
  it('refuses formats that there are not, and a smaller model without a place', async () => {
    const cases: [string[], string][] = [
      [['--dtype', 'float64'], '--dtype must be one of float32, float16, int8, received "float64"'],
      [['--quantize', 'int4'], '--quantize must be one of int8, received "int4"'],
      [['--model', 'm', '--triton', 't', '--quantize', 'int8'], '--quantize must come with --out'],
      [['--run', 'r', '--accelerate', 'a', '--quantize', 'int8'], '--quantize must be left out with --accelerate'],
    ];
    for (const [args, sentence] of cases) {
      const { code, stderr } = await runCli('export', ...args);
      expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
    }
  }, 120_000);
});

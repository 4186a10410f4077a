import { describe, expect, it } from 'vitest';
import { type FormatArguments, formatOfArguments } from '#pipeline/commands/options/formats.ts';
import { refusal, runCli } from '#test/run-cli.ts';

describe('formatOfArguments', () => {
  it('gives nothing without a format, and what was asked for else', () => {
    expect(formatOfArguments({})).toBeUndefined();
    expect(formatOfArguments({ format: 'float16', drift: 0.1 })).toMatchObject({ format: 'float16', drift: 0.1 });
    expect(formatOfArguments({ format: 'int8-weights' })).toMatchObject({ format: 'int8-weights' });
    expect(formatOfArguments({ format: 'int8', weightBits: 8 })).toMatchObject({ format: 'int8', weightBits: 8 });
    expect(formatOfArguments({ format: 'int8-weights', weightBits: 6 })).toMatchObject({ weightBits: 6 });
  });

  it('refuses what does not go together, in a sentence', () => {
    const cases: [FormatArguments, string][] = [
      [{ weightBits: 8 }, '--weight-bits must be left out without --format int8 or int8-weights'],
      [{ format: 'float16', weightBits: 7 }, '--weight-bits must be left out without --format int8 or int8-weights'],
      [{ format: 'int8', weightBits: 6 }, '--weight-bits must be one of 7, 8, received 6'],
      [{ format: 'int8-weights', weightBits: 4 }, '--weight-bits must be one of 8, 7, 6, 5, received 4'],
      [{ drift: 0.1 }, '--drift must be left out without --format'],
      [{ judge: 'digits' }, '--judge must be left out without --format'],
      [{ format: 'int8', drift: -1 }, '--drift must be'],
      [
        { format: 'int8-weights', drift: 1e-7 },
        '--drift must be a number from 0.000001, the rounding of float32 itself, to 1',
      ],
    ];
    for (const [args, sentence] of cases) {
      expect(() => formatOfArguments(args), sentence).toThrow(`Cannot convert: ${sentence}`);
    }
  });
});

describe('pipeline convert', () => {
  it.each([
    [['--format', 'float64'], '--format must be one of float16, int8-weights, int8, received "float64"'],
    [['--format', 'float32'], '--format must be one of float16, int8-weights, int8, received "float32"'],
    [
      [],
      'one of --format, --fuse, --weights and --triton must be given, received none. Try: pipeline convert --model m',
    ],
    [['--out', 'o'], 'one of --format, --fuse, --weights and --triton must be given, received none.'],
    [['--out', 'o', '--format', 'int8', '--fuse', 'loop'], 'at a time, received --format and --fuse. Try:'],
    [['--out', 'o', '--weights', '--triton', 't'], 'at a time, received --weights and --triton. Try:'],
    [['--format', 'int8'], '--out must be the model folder to write, received none. Try:'],
    [['--fuse', 'loop'], '--out must be the model folder to write, received none. Try:'],
    [['--triton', 't', '--out', 'o'], '--out must be left out with --triton, which names the repository,'],
    [['--steps', '3', '--out', 'o'], '--steps must come with --fuse, since it is for fused graphs'],
  ])('refuses %j', async (args, sentence) => {
    expect(await refusal(runCli('convert', '--model', 'm', ...args))).toContain(sentence);
  });
});

describe('an option that export had', () => {
  const run = ['--run', 'r', '--out', 'o'];
  it.each([
    [
      [...run, '--dtype', 'float16'],
      '--dtype',
      'pipeline export --run r --out o, then pipeline convert --model o --out o-smaller --format float16',
    ],
    [[...run, '--dtype', 'float32'], '--dtype', 'pipeline export --run r --out o'],
    [
      ['--model', 'm', '--out', 'o', '--dtype', 'int8'],
      '--dtype',
      'pipeline convert --model m --out o --format int8-weights',
    ],
    [
      ['--model', 'm', '--out', 'o', '--quantize', 'int8'],
      '--quantize',
      'pipeline convert --model m --out o --format int8',
    ],
    [['--model', 'm', '--out', 'o', '--fuse', 'loop'], '--fuse', 'pipeline convert --model m --out o --fuse loop'],
    [['--model', 'm', '--triton', 't'], '--triton', 'pipeline convert --model m --triton t'],
    [
      [...run, '--triton', 't'],
      '--triton',
      'pipeline export --run r --out o, then pipeline convert --model o --triton t',
    ],
    [['--model', 'm', '--out', 'o'], '--model', 'pipeline convert --model m --out o --weights'],
    [['--run', 'r', '--accelerate', 'p'], '--accelerate', 'pipeline transfer --run r --to accelerate --out p'],
    [[...run, '--train-step'], '--train-step', 'pipeline transfer --run r --to tab --out o'],
    [
      ['--preset', 'tab', '--train-step', '--out', 'o'],
      '--train-step',
      'pipeline transfer --preset tab --to tab --out o',
    ],
  ])('answers %j with the new line', async (args, name, line) => {
    expect(await refusal(runCli('export', ...args))).toBe(
      `Cannot export: ${name} has moved to another command. Use: ${line}\n`,
    );
  });
});

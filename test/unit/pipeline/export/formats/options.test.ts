import { describe, expect, it } from 'vitest';
import { type FormatArguments, formatOfArguments } from '#pipeline/commands/options/formats.ts';
import { refuses, runCli } from '#test/run-cli.ts';

describe('formatOfArguments', () => {
  it('gives nothing without a format, and what was asked for else', () => {
    expect(formatOfArguments({})).toBeUndefined();
    expect(formatOfArguments({ format: 'float16', drift: 0.1 })).toMatchObject({ format: 'float16', drift: 0.1 });
    expect(formatOfArguments({ format: 'int8-weights', weightBits: 6 })).toMatchObject({ weightBits: 6 });
  });

  it.each<[FormatArguments, string]>([
    [{ format: 'float16', weightBits: 7 }, '--weight-bits must be left out without --format int8 or int8-weights'],
    [{ format: 'int8', weightBits: 6 }, '--weight-bits must be one of 7, 8, received 6'],
    [{ format: 'int8-weights', weightBits: 4 }, '--weight-bits must be one of 8, 7, 6, 5, received 4'],
    [{ drift: 0.1 }, '--drift must be left out without --format'],
    [{ judge: 'digits' }, '--judge must be left out without --format'],
    [{ format: 'int8', drift: 1e-7 }, '--drift must be a number from 0.000001, the rounding of float32 itself, to 1'],
  ])('refuses %j', (args, sentence) => {
    expect(() => formatOfArguments(args)).toThrow(`Cannot convert: ${sentence}`);
  });
});

const TRY_FUSED = '--fuse must be loop, received "step". Steps of your own, or noise, go to unet/model.onnx.';
it.each([
  ['--format float64', '--format must be one of float16, int8-weights, int8, received "float64"'],
  ['--out o', 'one of --format, --fuse and --weights must be given, received none. Try: pipeline convert --model m'],
  ['--out o --format int8 --fuse loop', 'at a time, received --format and --fuse. Try:'],
  ['--triton t', 'has no option --triton any more. Triton takes unet/model.onnx of a model folder'],
  ['--format int8', '--out must be the model folder to write, received none. Try:'],
  ['--fuse loop', '--out must be the model folder to write, received none. Try:'],
  ['--out o --fuse step', TRY_FUSED],
  ['--steps 3 --out o', '--steps must come with --fuse, since it is for the fused graph'],
])('pipeline convert refuses %s', async (typed, sentence) => {
  await refuses(runCli('convert', '--model', 'm', ...typed.split(' ')), sentence);
});

it.each([
  [
    '--dtype float16',
    'pipeline export has no option --dtype any more. pipeline convert --format makes a smaller network.',
  ],
  ['--accelerate p', 'pipeline export has no option --accelerate any more. pipeline transfer --to accelerate or tab'],
])('pipeline export says which command has %s now', async (typed, sentence) => {
  await refuses(runCli('export', '--run', 'r', '--out', 'o', ...typed.split(' ')), sentence);
});

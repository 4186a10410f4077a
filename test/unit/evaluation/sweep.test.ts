import { SAMPLER_OPTION_NAMES } from '@onnoise/scheduler';
import { describe, expect, test } from 'vitest';
import { combinations, toSweep } from '#pipeline/commands/options/sweep.ts';

describe('toSweep', () => {
  test('reads lists, numbers as numbers', () => {
    expect([...toSweep(['steps=5, 10', 'sampler=ddim,dpmpp_2m', 'guidance=1,1.5', 'spacing=karras'])!]).toEqual([
      ['steps', [5, 10]],
      ['sampler', ['ddim', 'dpmpp_2m']],
      ['guidance', [1, 1.5]],
      ['spacing', ['karras']],
    ]);
    expect(toSweep(undefined)).toBeUndefined();
  });

  test.each([
    [
      ['steps'],
      '--sweep must be a setting and its values, as steps=5,10,20 or sampler=ddim,dpmpp_2m, received "steps".',
    ],
    [
      ['steps='],
      '--sweep must be a setting and its values, as steps=5,10,20 or sampler=ddim,dpmpp_2m, received "steps=".',
    ],
    [
      ['step=5'],
      `a setting of --sweep must be one of steps, sampler, guidance, ${SAMPLER_OPTION_NAMES.join(', ')}, received "step".`,
    ],
    [['steps=5,many'], '--sweep steps must be a number, received "many".'],
    [
      ['steps=5,,6'],
      '--sweep steps must be a list separated by commas, as steps=5,10,20 or sampler=ddim,dpmpp_2m, received "5,,6".',
    ],
    [['steps=5,5'], '--sweep steps 5 must be given once, received it twice.'],
    [['steps=5', 'steps=6'], '--sweep steps must be given once, received it twice.'],
    [['eta=2'], '--sweep eta must be a number from 0 to 1, received 2.'],
    [
      ['spacing=even'],
      '--sweep spacing must be one of model, leading, linspace, trailing, karras, exponential, received "even".',
    ],
  ])('refuses %j', (words, message) => {
    expect(() => toSweep(words)).toThrow(`Cannot read the options: ${message}`);
  });

  test('names the samplers, and the nearest', () => {
    expect(() => toSweep(['sampler=ddim,dpmsolver++'])).toThrow(
      /--sweep sampler must be one of ddpm, .*dpmpp_2m, .*, received "dpmsolver\+\+"\.$/,
    );
    expect(() => toSweep(['sampler=dpmpp2m'])).toThrow('received "dpmpp2m". Did you mean dpmpp_2m?');
  });
});

describe('combinations', () => {
  test('is the product of all lists over the other settings, the last list fastest', () => {
    const rows = combinations(toSweep(['steps=5,10', 'sampler=ddim,euler'])!, { steps: 20, eta: 0.5 });
    expect(rows).toEqual([
      { steps: 5, sampler: 'ddim', eta: 0.5 },
      { steps: 5, sampler: 'euler', eta: 0.5 },
      { steps: 10, sampler: 'ddim', eta: 0.5 },
      { steps: 10, sampler: 'euler', eta: 0.5 },
    ]);
  });
});

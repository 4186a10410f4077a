import { describe, expect, it, test } from 'vitest';
import { readOptions } from '../../../../scripts/bench/parity/options.ts';
import { startTorch } from '../../../../scripts/bench/parity/torch-side.ts';

describe('the options of the comparison', () => {
  it('have defaults, and are read', () => {
    expect(readOptions([])).toEqual({
      data: ['digits'],
      seeds: 3,
      steps: 1000,
      sampling: { count: 1000, steps: 50, eta: 1 },
    });
    const typed =
      '--data digits --data fashion --data digits --seeds 1 --steps 30 --count 100 --sample-steps 20 --eta 0.5';
    expect(readOptions(typed.split(' '))).toEqual({
      data: ['digits', 'fashion'],
      seeds: 1,
      steps: 30,
      sampling: { count: 100, steps: 20, eta: 0.5 },
    });
  });

  it.each([
    [['--step', '30'], "Cannot read the options: Unknown option '--step'; --help lists them."],
    [['digits'], /^Cannot read the options: Unexpected argument 'digits'/],
    [['--seeds'], /^Cannot read the options: Option '--seeds <value>' argument missing; --help lists them\.$/],
    [['--data', 'faces'], 'Cannot compare: --data must be one of digits, fashion, received "faces".'],
    [['--seeds', '0'], 'Cannot compare: --seeds must be an integer of at least 1, received 0.'],
    [['--steps', 'many'], 'Cannot compare: --steps must be an integer of at least 1, received "many".'],
    [['--steps', ''], 'Cannot compare: --steps must be an integer of at least 1, received "".'],
    [
      ['--count', '64'],
      'Cannot compare: --count must be at least 65, more than the features of a picture, received 64.',
    ],
    [['--eta', '2'], 'Cannot compare: --eta must be a number from 0 to 1, received 2.'],
  ])('refuse %j in a sentence', (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});

test('a Python that is not there, and one that lacks PyTorch, is refused in a sentence', async () => {
  const before = process.env.PYTHON;
  const refusal = async (python: string) => {
    process.env.PYTHON = python;
    return startTorch().then(
      (torch) => torch.stop(),
      (error: Error) => `${error.name}: ${error.message}`,
    );
  };
  try {
    expect(await refusal('no-such-python')).toBe(
      'InputError: Cannot compare: PYTHON must name a Python with torch and diffusers, received no-such-python: there is none. CONTRIBUTING.md says how to make one.',
    );
    expect(await refusal(process.execPath)).toMatch(
      /^InputError: Cannot compare: PYTHON must name a Python with torch and diffusers, received .*node.*: it says ".+"\. CONTRIBUTING\.md/,
    );
  } finally {
    if (before === undefined) delete process.env.PYTHON;
    else process.env.PYTHON = before;
  }
});

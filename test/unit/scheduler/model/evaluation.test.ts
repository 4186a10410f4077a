import { type EvaluationFacts, mainFigures, readEvaluation } from '@onnoise/scheduler/evaluation';
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import type { Evaluation } from '#evaluation/report/types.ts';
import { exampleEvaluation, exampleMeasures, exampleMemorisation } from '#test/evaluation.ts';

const written = (change: (json: Evaluation) => void = () => {}): unknown => {
  const json = JSON.parse(JSON.stringify(exampleEvaluation()));
  change(json);
  return json;
};

describe('readEvaluation', () => {
  it('reads the facts of a whole evaluation, and passes over keys that it does not know', () => {
    const { memorisation: _, ...example } = exampleEvaluation();
    const settings = { ...example.settings, guidance: { scale: 1.5, interval: [0, 999] }, options: { eta: 0.5 } };
    const read = readEvaluation(written((json) => Object.assign(json, { settings, extra: { anything: [1] } })));
    const { model, data, features, measures } = example;
    expect(read).toMatchObject({ model, data, features, settings, measures, memorisation: { verdict: 'none found' } });
    expect(read).not.toHaveProperty('extra');
    const without = readEvaluation(written((json) => Object.assign(json, { memorisation: undefined })));
    expect(without).not.toHaveProperty('memorisation');
  });

  it.each<[what: string, change: (json: Evaluation) => void, sentence: RegExp]>([
    [
      'another version',
      (json) => Object.assign(json, { version: 2, onnoise: '3.1.0' }),
      /^Cannot read evaluation\.json: version must be 1, received 2, of Onnoise 3\.1\.0\. Evaluate the model again/,
    ],
    [
      'a count of 0',
      (json) => Object.assign(json.settings, { count: 0 }),
      /^Cannot read settings of evaluation\.json: count must be an integer of at least 1, received 0\.$/,
    ],
    [
      'a value that was no number',
      (json) => Object.assign(json.measures[1]!.model, { value: null }),
      /^Cannot read measure 2 of evaluation\.json \(frechet\), model: value must be a number, received null\.$/,
    ],
    [
      'an interval in the wrong order',
      (json) => Object.assign(json.measures[1]!.real, { interval: [9, 8] }),
      /interval must be two numbers in order, received \[9, 8\]\.$/,
    ],
    [
      'an unknown verdict',
      (json) => Object.assign(json.memorisation!, { verdict: 'fine' }),
      /verdict must be one of copies found, none found, cannot tell, received "fine"\.$/,
    ],
  ])('refuses %s', (_, change, sentence) => {
    expect(() => readEvaluation(written(change))).toThrow(sentence);
    expect(() => readEvaluation(written(change))).toThrow(InputError);
  });

  it.each([[null], [[]], ['text'], [1]])('refuses %j', (json) => {
    expect(() => readEvaluation(json, 'models/x/evaluation.json')).toThrow(
      /^Cannot read models\/x\/evaluation\.json: it must be an object/,
    );
  });
});

const estimates = (model: number, real: number, noise: number) => ({
  model: { value: model },
  real: { value: real },
  noise: { value: noise },
});

describe('mainFigures', () => {
  const figures = (facts: Partial<EvaluationFacts>) =>
    mainFigures({ measures: exampleMeasures(18.24), memorisation: exampleMemorisation(), ...facts });

  it('gives accuracy, errors of numbers, Dice and distance with their anchors, and the verdict', () => {
    const [accuracy, ...others] = exampleMeasures(18.24);
    const age = { id: 'number_error_age', name: 'Error of age', better: 'lower', ...estimates(9.12, 7.3, 61) } as const;
    const dice = { id: 'mask_dice', name: 'Dice of masks', better: 'higher', ...estimates(0.913, 0.94, 0.2) } as const;
    expect(figures({ measures: [accuracy!, ...others, dice, age] })).toEqual([
      { name: 'Class accuracy', value: '94.8 %', anchors: 'real images 98.6 %, noise 10.4 %' },
      { name: 'Error of age', value: '9.12', anchors: 'real images 7.3, noise 61' },
      { name: 'Dice of masks', value: '0.913', anchors: 'real images 0.94, noise 0.2' },
      { name: 'Frechet distance', value: '18.2', anchors: 'real images 9.06, noise 903' },
      { name: 'Memorisation', value: 'no copies of training images found' },
    ]);
  });

  it('leaves out what was not measured', () => {
    expect(figures({ measures: [], memorisation: undefined })).toEqual([]);
  });
});

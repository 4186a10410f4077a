import { type EvaluationFacts, mainFigures, readEvaluation } from '@onnoise/scheduler/model';
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
  it('reads the facts of a whole evaluation', () => {
    const { model, data, features, settings, measures, memorisation } = readEvaluation(written());
    const example = exampleEvaluation();
    expect({ model, data, features, settings }).toEqual({
      model: example.model,
      data: example.data,
      features: example.features,
      settings: example.settings,
    });
    expect(measures).toEqual(example.measures);
    expect(memorisation).toEqual({ verdict: 'none found' });
  });

  it('passes over keys that it does not know', () => {
    const read = readEvaluation(written((json) => Object.assign(json, { extra: { anything: [1] } })));
    expect(read).not.toHaveProperty('extra');
    expect(read).not.toHaveProperty('sweep');
  });

  it('keeps guidance and the options of a sampler', () => {
    const settings = {
      ...exampleEvaluation().settings,
      guidance: { scale: 1.5, interval: [0, 999] as const },
      options: { eta: 0.5 },
    };
    expect(readEvaluation(written((json) => Object.assign(json, { settings }))).settings).toEqual(settings);
  });

  it('has no memorisation where none was measured', () => {
    expect(readEvaluation(written((json) => Object.assign(json, { memorisation: undefined })))).not.toHaveProperty(
      'memorisation',
    );
  });

  it.each<[what: string, change: (json: Evaluation) => void, sentence: RegExp]>([
    [
      'another version',
      (json) => Object.assign(json, { version: 2, onnoise: '3.1.0' }),
      /^Cannot read evaluation\.json: version must be 1, received 2, of Onnoise 3\.1\.0\. Evaluate the model again/,
    ],
    ['no version', (json) => Object.assign(json, { version: undefined }), /version must be 1 .*received undefined\./],
    [
      'a missing key',
      (json) => Object.assign(json, { settings: undefined }),
      /^Cannot read evaluation\.json: settings must be an object/,
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
    ['a date that is none', (json) => Object.assign(json, { date: 'today' }), /date must be a date as ISO 8601/],
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

  it('gives accuracy and distance with their anchors, and the verdict', () => {
    expect(figures({})).toEqual([
      { name: 'Class accuracy', value: '94.8 %', anchors: 'real images 98.6 %, noise 10.4 %' },
      { name: 'Frechet distance', value: '18.2', anchors: 'real images 9.06, noise 903' },
      { name: 'Memorisation', value: 'no copies of training images found' },
    ]);
  });

  it('gives the Dice of masks before the distance', () => {
    const dice = { id: 'mask_dice', name: 'Dice of masks', better: 'higher', ...estimates(0.913, 0.94, 0.2) } as const;
    const [, named] = figures({ measures: [...exampleMeasures(18.24), dice] });
    expect(named).toEqual({ name: 'Dice of masks', value: '0.913', anchors: 'real images 0.94, noise 0.2' });
  });

  it('gives the errors of numbers between them', () => {
    const [accuracy, ...others] = exampleMeasures(18.24);
    const age = { id: 'number_error_age', name: 'Error of age', better: 'lower', ...estimates(9.12, 7.3, 61) } as const;
    expect(figures({ measures: [accuracy!, ...others, age] }).map(({ name, value }) => [name, value])).toEqual([
      ['Class accuracy', '94.8 %'],
      ['Error of age', '9.12'],
      ['Frechet distance', '18.2'],
      ['Memorisation', 'no copies of training images found'],
    ]);
  });

  it('leaves out what was not measured', () => {
    expect(figures({ measures: [], memorisation: undefined })).toEqual([]);
  });
});

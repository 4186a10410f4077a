/** What settings and images together make of a network's classes and of its null class, and what they may not say. */
import { describe, expect, it } from 'vitest';
import { unetConfig } from '#test/models/unet.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { newRun } from '#test/train/tiny-run.ts';
import { completePlan, draftPlan, planFromConfig } from '#training/plan/resolve.ts';
import { train } from '#training/run/train.ts';
import { listCheckpoints, loadCheckpoint } from '#training/saved/checkpoint.ts';
import { runPaths } from '#training/saved/run-folder.ts';
import { checkDropout, checkLabels } from '#training/settings/class-count.ts';
import { type PartialConfig, resolveConfig } from '#training/settings/config.ts';

const NAMES = ['female', 'male'];
const SIMPLE: PartialConfig = {
  model: { _class_name: 'SimpleUnet', sample_size: 4, channels: [2, 4], time_emb_dim: 4 },
};
const networks: PartialConfig[] = [{ model: unetConfig({ attention_head_dim: null }) }, SIMPLE];
const resolve = (...configs: PartialConfig[]) => resolveConfig(configs.map((config) => ({ name: 'it', config })));
const classes = (num_class_embeds: number | null, labelDropout = 0) => ({
  model: { num_class_embeds },
  training: { labelDropout },
});
const dropout = { training: { labelDropout: 0.1 } };

describe.each(networks)('$model._class_name', (network) => {
  const shown = ({ model, config }: ReturnType<typeof planFromConfig>) => [
    model.classCount,
    model.nullCondition,
    config.model.num_class_embeds,
    config.model.null_condition,
  ];

  it.each<[PartialConfig, string[] | undefined, unknown[]]>([
    [{}, NAMES, [2, false, 2, undefined]],
    [{}, ['all'], [null, false, null, undefined]],
    [{}, undefined, [null, false, null, undefined]],
    [classes(7), NAMES, [7, false, 7, undefined]],
    [classes(null), NAMES, [null, false, null, undefined]],
    [dropout, NAMES, [2, true, 3, true]],
    [classes(7, 0.1), NAMES, [7, true, 8, true]],
    [classes(null, 0.1), NAMES, [null, false, null, undefined]],
  ])('with %j and images of %j', (settings, classNames, expected) => {
    const given = resolve(network, settings);
    const plan = planFromConfig(given, { classNames });
    expect(shown(plan)).toEqual(expected);
    expect(shown(completePlan(draftPlan(given), { classNames }))).toEqual(expected);
    const embedding = plan.model.parameters.find(({ name }) => name === 'class_embedding.weight');
    expect(embedding?.shape[0] ?? null).toBe(expected[2]);
    expect('null_condition' in plan.config.model).toBe(expected[1]);
    // Its own settings say the same without the images, also under a preset that names the classes.
    const written = JSON.parse(JSON.stringify(plan.config));
    const preset = { model: { num_class_embeds: plan.model.classCount } };
    for (const again of [[written], [written, preset]]) {
      expect(shown(planFromConfig(resolve(...again)))).toEqual(expected);
    }
  });

  it('has at least one class beside the null class', () => {
    const alone = { model: { num_class_embeds: 1, null_condition: true } };
    expect(() => planFromConfig(resolve(network, alone, dropout), { classNames: NAMES })).toThrow(
      'num_class_embeds must be at least 2 with null_condition, a class and the null class, received 1.',
    );
  });
});

describe('checkLabels', () => {
  const labelled = (...labels: number[]) => ({
    labels: Int32Array.from(labels),
    classNames: NAMES,
    train: Uint32Array.from(labels, (_, i) => i),
  });
  const unlabelled = { train: Uint32Array.of(0, 1) };
  const { classNames: _, ...numbered } = labelled(0, 4);
  const NONE_OF_MALE = /^There is no training image of 1 class \(male\): expect poor pictures\.$/;

  it.each<[number | null, Parameters<typeof checkLabels>[1], boolean, ...RegExp[]]>([
    [2, labelled(0, 1), false],
    [null, unlabelled, false],
    [
      null,
      labelled(0, 1),
      false,
      /^The labels of the images \(2 classes: female, male\) are not used, since the network is unconditional: train on them with --model\.num_class_embeds 2\.$/,
    ],
    [null, labelled(0, 1), true, /a continued run cannot change that\.$/],
    [
      null,
      { ...labelled(0), classNames: ['all'] },
      false,
      /^All images have one class \(all\), so the network is not conditional on it\.$/,
    ],
    [7, labelled(0, 1), true, /^The network has 7 classes, the images only 2: the others are not trained\.$/],
    [2, labelled(0, 0, 0), false, NONE_OF_MALE],
    [2, { ...labelled(0, 0, 1), train: Uint32Array.of(0, 1) }, false, NONE_OF_MALE],
  ])('tells of %s classes and images %j, continued: %s', (count, images, continued, ...notes) => {
    expect(checkLabels(count, images, continued)).toEqual(notes.map((note) => expect.stringMatching(note)));
  });

  it.each<[number, Parameters<typeof checkLabels>[1], boolean, string]>([
    [
      1,
      labelled(0, 1),
      false,
      'num_class_embeds must be 2, the number of classes of the images (female, male), received 1',
    ],
    [
      7,
      labelled(0, 1),
      false,
      'num_class_embeds must be 2, the number of classes of the images (female, male), received 7',
    ],
    [1, labelled(0, 1), true, 'num_class_embeds must be 2'],
    [2, unlabelled, false, 'the images must have labels'],
    [2, numbered, false, 'num_class_embeds must be 5, the number of classes of the images (0, 1, 2, 3, 4), received 2'],
  ])('refuses %s classes and images %j, continued: %s', (count, images, continued, message) => {
    expect(() => checkLabels(count, images, continued)).toThrow(message);
  });
});

describe('checkDropout', () => {
  it.each<[number, number | null, boolean, string[] | undefined, string?]>([
    [0.1, 2, true, NAMES],
    [0, 2, false, NAMES],
    [0, null, false, undefined],
    [
      0.1,
      null,
      false,
      undefined,
      'must be 0 for images without labels, received 0.1. Give a folder per class, or --csv',
    ],
    [0.1, null, false, ['all'], 'must be 0 for images of one class (all), received 0.1.'],
    [0.1, null, false, NAMES, 'must be 0 for a network without classes (--model.num_class_embeds null), received 0.1.'],
    [0.1, 2, false, NAMES, 'must be 0 where model.null_condition is false, received 0.1.'],
    [0, 2, true, NAMES, 'Cannot start training: --label-dropout must be above 0 for a network with a null condition'],
  ])(
    '%s for %s classes, with a null class: %s, images of %j',
    (labelDropout, classCount, nullCondition, names, message) => {
      const check = () => checkDropout({ labelDropout }, { classCount, nullCondition, conditions: [] }, names);
      if (message) expect(check).toThrow(message);
      else check();
    },
  );
});

it('a run with label dropout trains every row of the embedding', async () => {
  const dataset = memoryDataset({ classes: 2, aged: true });
  const run = newRun();
  const small: PartialConfig = {
    data: { source: 'blobs', size: 4, channels: 1 },
    scheduler: { num_train_timesteps: 20 },
    training: { steps: 6, batch: 4, engine: 'tfjs-cpu', labelDropout: 0.3 },
    output: { sampleCount: 2, sampleSteps: 2 },
  };
  const plan = planFromConfig(resolve(SIMPLE, small), dataset);
  await train({ plan, dataset, run, resume: false });
  const { state } = await loadCheckpoint((await listCheckpoints(runPaths(run).checkpoints)).at(-1)!.path);
  const moments = state.get('adam.v.class_embedding.weight')!;
  const width = moments.length / 3;
  for (let row = 0; row < 3; row++) {
    expect(moments.subarray(row * width, (row + 1) * width).some((value) => value > 0)).toBe(true);
  }
});

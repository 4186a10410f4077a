import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { conditionInputs, drawDropped } from '#scheduler/training/conditioning.ts';
import { unetConfig } from '#test/models/unet.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import { newRun } from '#test/train/tiny-run.ts';
import { createModel } from '#training/model/index.ts';
import { completePlan, draftPlan, planFromConfig } from '#training/plan/resolve.ts';
import { train } from '#training/run/train.ts';
import { listCheckpoints } from '#training/saved/checkpoint.ts';
import { runPaths } from '#training/saved/run-folder.ts';
import { checkDropout } from '#training/settings/class-count.ts';
import { compareConfigs, type PartialConfig, resolveConfig } from '#training/settings/config.ts';

const NAMES = ['female', 'male'];
const networks: PartialConfig[] = [
  { model: unetConfig({ attention_head_dim: null }) },
  { model: { _class_name: 'SimpleUnet', sample_size: 4, channels: [2, 4], time_emb_dim: 4 } },
];
const dropout = (labelDropout: number): PartialConfig => ({ training: { labelDropout } });
const resolve = (...configs: PartialConfig[]) => resolveConfig(configs.map((config) => ({ name: 'it', config })));

describe.each(networks)('label dropout adds the null class to $model._class_name', (network) => {
  const planOf = (...more: PartialConfig[]) => planFromConfig(resolve(network, ...more), { classNames: NAMES });
  const shown = ({ model, config }: ReturnType<typeof planOf>) => [
    model.classCount,
    model.nullCondition,
    config.model.num_class_embeds,
    config.model.null_condition,
  ];

  it('to the classes of the images, and to a number that a preset or a flag gives', () => {
    expect(shown(planOf(dropout(0.1)))).toEqual([2, true, 3, true]);
    expect(shown(planOf({ model: { num_class_embeds: 7 } }, dropout(0.1)))).toEqual([7, true, 8, true]);
    expect(shown(planOf({ model: { num_class_embeds: null } }, dropout(0.1)))).toEqual([null, false, null, undefined]);
    expect(shown(planOf(dropout(0)))).toEqual([2, false, 2, undefined]);
  });

  it('once, where it completes its own settings, with a preset over them too', () => {
    const { config } = planOf(dropout(0.1));
    const written = JSON.parse(JSON.stringify(config));
    expect(shown(planFromConfig(resolve(written)))).toEqual([2, true, 3, true]);
    const preset = { model: { num_class_embeds: 2 } };
    expect(shown(planFromConfig(resolve(written, preset)))).toEqual([2, true, 3, true]);
  });

  it('in a draft that the list of images completes', () => {
    const draft = draftPlan(resolve(network, dropout(0.1)));
    expect(shown(draft.plan)).toEqual([null, false, null, undefined]);
    expect(shown(completePlan(draft, { classNames: NAMES }))).toEqual([2, true, 3, true]);
  });

  it('as one more row of the embedding', () => {
    const shapeOf = (labelDropout: number) =>
      planOf(dropout(labelDropout)).model.parameters.find(({ name }) => name === 'class_embedding.weight')!.shape[0];
    expect([shapeOf(0), shapeOf(0.1)]).toEqual([2, 3]);
  });

  it('and no other key to the config of a network without it', () => {
    expect(planOf().config.model).not.toHaveProperty('null_condition');
  });

  it('which leaves at least one class', () => {
    expect(() => planOf({ model: { num_class_embeds: 1, null_condition: true } }, dropout(0.1))).toThrow(
      'num_class_embeds must be at least 2 with null_condition, a class and the null class, received 1.',
    );
  });
});

describe('checkDropout', () => {
  const check = (labelDropout: number, classCount: number | null, nullCondition: boolean, names?: string[]) => () =>
    checkDropout({ labelDropout }, { classCount, nullCondition, conditions: [] }, names);

  it('is content where both are on, and where both are off', () => {
    expect(check(0.1, 2, true, NAMES)).not.toThrow();
    expect(check(0, 2, false, NAMES)).not.toThrow();
    expect(check(0, null, false)).not.toThrow();
  });

  it.each([
    [undefined, null, /must be 0 for images without labels, received 0\.1\. Give a folder per class, or --csv/],
    [['all'], null, /must be 0 for images of one class \(all\), received 0\.1\./],
    [NAMES, null, /must be 0 for a network without classes \(--model\.num_class_embeds null\), received 0\.1\.$/],
    [NAMES, 2, /must be 0 where model\.null_condition is false, received 0\.1\.$/],
  ])('refuses images of the classes %j for a network of %j', (names, classCount, message) => {
    expect(check(0.1, classCount, false, names)).toThrow(message);
  });

  it('refuses a null class that nothing would train', () => {
    expect(check(0, 2, true, NAMES)).toThrow(
      'Cannot start training: --label-dropout must be above 0 for a network with a null condition ' +
        '(model.null_condition), which would not be trained otherwise, received 0. Or train one without: --model.num_class_embeds 2.',
    );
  });
});

describe('compareConfigs', () => {
  const planned = (share: number) =>
    planFromConfig(resolve(networks[1]!, dropout(share)), { classNames: NAMES }).config;

  it('lets the share of label dropout change, and tells it', () => {
    expect(compareConfigs(planned(0.1), planned(0.2), 'runs/x')).toEqual(['--label-dropout was 0.1 and is now 0.2.']);
  });

  it('refuses to begin with it or to end it, and names the flag', () => {
    const refusal = (was: number, is: number) => () => compareConfigs(planned(was), planned(is), 'runs/x');
    const rule = 'Cannot continue runs/x: training.labelDropout (--label-dropout) must be';
    expect(refusal(0, 0.1)).toThrow(`${rule} 0 as in its checkpoint, received 0.1.`);
    expect(refusal(0.1, 0)).toThrow(`${rule} 0.1 as in its checkpoint, received 0.`);
  });
});

describe('conditionInputs', () => {
  const labels = Int32Array.from({ length: 4000 }, (_, i) => i % 2);
  const inputs = (labelDropout: number, step: number, seed = 1) =>
    conditionInputs({ classCount: 2, conditions: [] }, { seed, batch: labels.length, labelDropout })({ labels }, step)
      .labels!;

  it('puts the null class in the place of that share of the labels, and leaves the others', () => {
    const dropped = inputs(0.1, 3);
    const count = dropped.filter((label) => label === 2).length;
    // Five standard deviations of the binomial distribution.
    expect(Math.abs(count - 400)).toBeLessThan(5 * Math.sqrt(4000 * 0.1 * 0.9));
    dropped.forEach((label, i) => void expect([labels[i], 2]).toContain(label));
    expect(labels.includes(2)).toBe(false);
  });

  it('chooses by the seed and the step alone', () => {
    expect(inputs(0.1, 3)).toEqual(inputs(0.1, 3));
    expect(inputs(0.1, 3)).not.toEqual(inputs(0.1, 4));
    expect(inputs(0.1, 3)).not.toEqual(inputs(0.1, 3, 2));
  });

  it('leaves every label where the share is 0, and gives none to a network without classes', () => {
    expect(inputs(0, 3)).toEqual(labels);
    expect(
      conditionInputs({ classCount: null, conditions: [] }, { seed: 1, batch: 4000, labelDropout: 0 })({ labels }, 0),
    ).toEqual({});
  });

  it('chooses for every place of a step on its own', () => {
    const flat = [0, 1, 2].flatMap((step) => drawDropped(1, step, 2, 0.5));
    expect(flat).toEqual(drawDropped(1, 0, 6, 0.5));
  });
});

describe('a run with label dropout, of classes and conditions', () => {
  const dataset = memoryDataset({ classes: 2, aged: true });
  const planOf = (steps: number) =>
    planFromConfig(
      resolve(networks[1]!, dropout(0.3), {
        data: { source: 'blobs', size: 4, channels: 1 },
        scheduler: { num_train_timesteps: 20 },
        training: { steps, batch: 4, engine: 'tfjs-cpu' },
        output: { sampleCount: 2, sampleSteps: 2 },
      }),
      dataset,
    );
  const stateOf = async (run: string) => {
    const newest = (await listCheckpoints(runPaths(run).checkpoints)).at(-1)!;
    return readFileSync(join(newest.path, 'state.safetensors'));
  };

  it('goes on to the same weights, bit by bit', { tags: 'long' }, async () => {
    const [whole, parts] = [newRun(), newRun()];
    await train({ plan: planOf(6), dataset, run: whole, resume: false });
    await train({ plan: planOf(3), dataset, run: parts, resume: false });
    await train({ plan: planOf(6), dataset, run: parts, resume: true });
    expect((await stateOf(parts)).equals(await stateOf(whole))).toBe(true);
  });

  it('trains every row of the embedding', async () => {
    const run = newRun();
    const plan = planOf(6);
    await train({ plan, dataset, run, resume: false });
    const { loadCheckpoint } = await import('#training/saved/checkpoint.ts');
    const { state } = await loadCheckpoint((await listCheckpoints(runPaths(run).checkpoints)).at(-1)!.path);
    const width = createModel(plan.config.model).parameters.find(({ name }) => name.startsWith('class_'))!.shape[1]!;
    const moments = state.get('adam.v.class_embedding.weight')!;
    for (let row = 0; row < 3; row++) {
      expect(moments.subarray(row * width, (row + 1) * width).some((value) => value > 0)).toBe(true);
    }
  });
});

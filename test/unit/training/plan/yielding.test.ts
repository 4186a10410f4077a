import { describe, expect, it } from 'vitest';
import { describeClasses } from '#pipeline/commands/stages/training.ts';
import { checkList } from '#training/plan/image-list.ts';
import { completePlan, draftPlan } from '#training/plan/resolve.ts';
import { settingsOf } from '#training/plan/settings.ts';
import type { PartialConfig } from '#training/settings/config.ts';
import { readPreset } from '#training/settings/presets.ts';

const THREE = ['cat', 'dog', 'owl'];
const AGED = { names: ['age'], values: Float64Array.from([1, 2, 3, 4]) };

/** A preset and typed settings, completed by images of these classes. */
async function trained(
  preset: string,
  classNames?: readonly string[],
  typed: PartialConfig = {},
  conditions?: typeof AGED,
) {
  const data = { source: 'pictures' };
  const layers = [await readPreset(preset), { name: 'the command line', config: { data, ...typed } }];
  const { config, start, yielding } = await settingsOf(layers);
  const draft = draftPlan(config, start, yielding);
  const list = { total: 1000, classNames, conditions };
  const plan = completePlan(draft, list);
  checkList(plan, list, false);
  const { classCount, nullCondition } = plan.model;
  return {
    plan: [classCount, nullCondition, plan.config.training.labelDropout],
    notes: describeClasses(draft, plan, classNames),
  };
}

describe('a preset gives way to images', () => {
  it('that have no labels, and says so', async () => {
    expect(await trained('hands')).toEqual({
      plan: [null, false, 0],
      notes: ["The network is unconditional, so the preset's label dropout of 0.1 is left out."],
    });
    expect(await trained('digits')).toEqual({
      plan: [null, false, 0],
      notes: ["The network is unconditional, so the preset's 10 classes and label dropout of 0.05 are left out."],
    });
    expect((await trained('tab', ['all'])).plan).toEqual([null, false, 0]);
  });

  it('of another number of classes, and says so', async () => {
    const { plan, notes } = await trained('digits', THREE);
    expect(plan).toEqual([3, true, 0.05]);
    expect(notes).toEqual([expect.stringMatching(/^The images have 3 classes \(cat, dog, owl\)/)]);
  });

  it('but stands where they suit it', async () => {
    const digits = Array.from({ length: 10 }, (_, i) => String(i));
    expect(await trained('digits', digits)).toEqual({ plan: [10, true, 0.05], notes: [] });
    expect((await trained('hands', THREE)).plan).toEqual([3, true, 0.1]);
    expect((await trained('hands', undefined, {}, AGED)).plan).toEqual([null, true, 0.1]);
    expect((await trained('hands', THREE, { model: { num_class_embeds: null } })).plan).toEqual([null, false, 0]);
  });

  it('as do the conditions of weights to start from, which learnt to draw without', { tags: 'long' }, async () => {
    const init = { training: { init: 'models/hands' } };
    expect(await trained('hands', undefined, init)).toEqual({
      plan: [null, false, 0],
      notes: [
        'The images have no labels, so the network starts from what models/hands draws without a condition.',
        "The network is unconditional, so the preset's label dropout of 0.1 is left out.",
      ],
    });
  });

  it('while a typed setting never does', async () => {
    await expect(trained('hands', undefined, { training: { labelDropout: 0.2 } })).rejects.toThrow(
      'Cannot start training: --label-dropout must be 0 for images without labels, received 0.2.',
    );
    await expect(trained('digits', THREE, { model: { num_class_embeds: 10 } })).rejects.toThrow(
      '--model.num_class_embeds must be 3, the number of classes of the images (cat, dog, owl), received 10',
    );
  });

  it('and to a run that continues with it', async () => {
    const own = (labelDropout: number, model: Record<string, unknown>) => ({
      name: 'runs/x',
      config: {
        data: { source: 'photos' },
        training: { labelDropout },
        model: { _class_name: 'UNet2DModel', ...model },
      },
    });
    const settings = async (run: ReturnType<typeof own>) => {
      const { config, start, yielding } = await settingsOf([run, await readPreset('tab')], 'runs/x');
      const { classCount, nullCondition } = draftPlan(config, start, yielding).plan.model;
      return [config.data.source, classCount, nullCondition, config.training.labelDropout];
    };
    expect(await settings(own(0, { num_class_embeds: null }))).toEqual(['photos', null, false, 0]);
    expect(await settings(own(0.3, { num_class_embeds: 4, null_condition: true }))).toEqual(['photos', 3, true, 0.3]);
  });
});

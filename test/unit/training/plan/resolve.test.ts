import { describe, expect, it } from 'vitest';
import { completePlan, draftPlan, planFromConfig } from '#training/plan/resolve.ts';
import { type PartialConfig, resolveConfig } from '#training/settings/config.ts';

const base: PartialConfig = {
  data: { size: 8 },
  model: { _class_name: 'SimpleUnet', channels: [2, 4], time_emb_dim: 4 },
};
const resolve = (...more: PartialConfig[]) =>
  resolveConfig([base, ...more].map((config, i) => ({ name: `layer ${i}`, config })));
const twoClasses = { channels: 3, classNames: ['a', 'b'] } as const;

describe('completePlan', () => {
  it('gives the plan of the draft where the images show nothing that was open', () => {
    const fixed = draftPlan(resolve({ data: { channels: 1 }, model: { num_class_embeds: null } }));
    expect(fixed.open).toEqual({ classes: false, channels: false });
    expect(completePlan(fixed, twoClasses)).toBe(fixed.plan);
    const open = draftPlan(resolve());
    expect(open.open).toEqual({ classes: true, channels: true });
    expect(completePlan(open, { channels: 1, classNames: ['alone'] })).toBe(open.plan);
    expect(completePlan(open, {})).toBe(open.plan);
  });

  it.each<[string, PartialConfig, number | null, number]>([
    ['both', {}, 2, 3],
    ['the classes', { data: { channels: 1 } }, 2, 1],
    ['the channels', { model: { num_class_embeds: null } }, null, 3],
    ['the channels beside named classes', { model: { num_class_embeds: 7 } }, 7, 3],
  ])('takes %s from the images, as settings that name them do', (_, more, classCount, channels) => {
    const draft = draftPlan(resolve(more));
    const { config, model } = completePlan(draft, twoClasses);
    expect([model.classCount, model.shape]).toEqual([classCount, [channels, 8, 8]]);
    const named = resolve(more, { data: { channels }, model: { num_class_embeds: classCount } });
    expect(config).toEqual(planFromConfig(named).config);
  });
});

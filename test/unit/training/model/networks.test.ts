/** The records of the networks, compared with the networks themselves. */
import { describe, expect, it } from 'vitest';
import { createModel, NETWORKS } from '#training/model/index.ts';
import { resolveConfig } from '#training/settings/config.ts';
import { completeModel, isRepeated } from '#training/settings/links.ts';

it('the names of networks are distinct', () => {
  expect(new Set(NETWORKS.map(({ className }) => className)).size).toBe(NETWORKS.length);
});

describe.each(NETWORKS)('$className', ({ className, channelKeys, read, stride, unwritten = [] }) => {
  const config = read({ _class_name: className, sample_size: 64 });
  const withChannels = Object.fromEntries(channelKeys.map((key) => [key, 1]));

  it('has its name and the channels where the record says', () => {
    expect(config._class_name).toBe(className);
    expect(config).toHaveProperty(channelKeys[0]);
    expect(read({ ...config, ...withChannels })).toMatchObject(withChannels);
  });

  it('takes a size that its stride divides, and no other', () => {
    const by = stride(config);
    expect(createModel({ ...config, ...withChannels, sample_size: 2 * by }).shape).toEqual([1, 2 * by, 2 * by]);
    if (by === 1) return; // 1 divides every size
    expect(() => createModel({ ...config, sample_size: 2 * by + 1 })).toThrow(`divisible by ${by}, its total stride`);
  });

  it("takes the images' size and channels from the data's settings", () => {
    const data = { size: 64, channels: 1 };
    const settings = resolveConfig([{ name: 'the test', config: { model: { _class_name: className }, data } }]);
    const completed = completeModel(settings, 10);
    expect(completed).toMatchObject({ ...withChannels, sample_size: 64 });
    const timed = !unwritten.includes('num_train_timesteps');
    expect(completed.num_train_timesteps).toBe(timed ? 10 : undefined);
    for (const key of channelKeys) expect(isRepeated('model', key, { _class_name: className })).toBe(true);
  });
});

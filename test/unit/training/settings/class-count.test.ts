import { describe, expect, it } from 'vitest';
import { planFromConfig } from '#training/plan/resolve.ts';
import { checkLabels } from '#training/settings/class-count.ts';
import { type PartialConfig, resolveConfig } from '#training/settings/config.ts';

const NAMES = ['female', 'male'];
const labelled = (...labels: number[]) => ({
  labels: Int32Array.from(labels),
  classNames: NAMES,
  train: Uint32Array.from(labels, (_, i) => i),
});
const unlabelled = { train: Uint32Array.of(0, 1) };

describe('planFromConfig', () => {
  const small = {
    sample_size: 8,
    in_channels: 1,
    out_channels: 1,
    block_out_channels: [8],
    norm_num_groups: 4,
    down_block_types: ['DownBlock2D'],
    up_block_types: ['UpBlock2D'],
    attention_head_dim: null,
  };
  const networks: PartialConfig[] = [
    { model: { _class_name: 'UNet2DModel', ...small } },
    { model: { _class_name: 'SimpleUnet', sample_size: 8, channels: [2, 4] } },
  ];
  const classesOf = (config: PartialConfig, classNames?: string[], classes?: number | null) => {
    const layers = [config, { model: { num_class_embeds: classes } }];
    const plan = planFromConfig(resolveConfig(layers.map((layer) => ({ name: 'it', config: layer }))), { classNames });
    return [plan.model.classCount, plan.config.model.num_class_embeds];
  };

  it.each(networks)('takes the number of classes from the images where the settings leave it open: %j', (network) => {
    expect(classesOf(network, NAMES)).toEqual([2, 2]);
    expect(classesOf(network, ['all'])).toEqual([null, null]);
    expect(classesOf(network)).toEqual([null, null]);
  });

  it.each(networks)('leaves a number that is given, and null, as they are: %j', (network) => {
    expect(classesOf(network, NAMES, 7)).toEqual([7, 7]);
    expect(classesOf(network, NAMES, null)).toEqual([null, null]);
  });
});

describe('checkLabels', () => {
  it('has nothing to tell where labels and classes suit each other', () => {
    expect(checkLabels(2, labelled(0, 1))).toEqual([]);
    expect(checkLabels(null, unlabelled)).toEqual([]);
  });

  it('tells labels that go unused, and how they are used', () => {
    expect(checkLabels(null, labelled(0, 1))).toEqual([
      'The labels of the images (2 classes: female, male) are not used, since the network is unconditional: ' +
        'train on them with --model.num_class_embeds 2.',
    ]);
    expect(checkLabels(null, labelled(0, 1), true)).toEqual([
      expect.stringMatching(/a continued run cannot change that\.$/),
    ]);
    expect(checkLabels(null, { ...labelled(0), classNames: ['all'] })).toEqual([
      'All images have one class (all), so the network is not conditional on it.',
    ]);
  });

  it.each([1, 7])('refuses %i classes on images of two, and tells the right number', (classes) => {
    expect(() => checkLabels(classes, labelled(0, 1))).toThrow(
      `Cannot start training: --model.num_class_embeds must be 2, the number of classes of the images (female, male), received ${classes}`,
    );
  });

  it('lets a run that goes on keep more classes than there are, and tells it', () => {
    expect(checkLabels(7, labelled(0, 1), true)).toEqual([
      'The network has 7 classes, the images only 2: the others are not trained.',
    ]);
    expect(() => checkLabels(1, labelled(0, 1), true)).toThrow(/must be 2/);
  });

  it('refuses images without labels for a conditional network', () => {
    expect(() => checkLabels(2, unlabelled)).toThrow(/the images must have labels .* --model\.num_class_embeds null/);
  });

  it('tells a class of which no image is trained on', () => {
    const held = { ...labelled(0, 0, 1), train: Uint32Array.of(0, 1) };
    for (const images of [labelled(0, 0, 0), held]) {
      expect(checkLabels(2, images)).toEqual(['There is no training image of 1 class (male): expect poor pictures.']);
    }
  });

  it('counts classes without names by their largest label', () => {
    const { labels, train } = labelled(0, 4);
    expect(() => checkLabels(2, { labels, train })).toThrow(/must be 5, .* \(0, 1, 2, 3, 4\), received 2/);
  });
});

import { describe, expect, it } from 'vitest';
import { createModel } from '#training/model/index.ts';
import { checkComplete, compareConfigs, type PartialConfig, resolveConfig } from '#training/settings/config.ts';
import type { Field } from '#training/settings/field.ts';
import { fields } from '#training/settings/fields.ts';

const resolve = (...configs: PartialConfig[]) =>
  resolveConfig(configs.map((config, i) => ({ name: `layer ${i}`, config })));

const small: PartialConfig = {
  data: { source: 'digits', size: 8 },
  model: { _class_name: 'UNet2DModel', block_out_channels: [32, 64] },
  training: { epochs: 3 },
};

describe('resolveConfig', () => {
  it('lays later layers over earlier ones and defaults below all', () => {
    const { training } = resolve({ training: { batch: 8, lr: 0.1 } }, { training: { lr: 0.2 } });
    expect(training).toMatchObject({ batch: 8, lr: 0.2, optimizer: 'adamw', clipNorm: 1 });
  });

  it('takes "off" in a file for each setting whose sentence allows it, and for no other', () => {
    const rows = Object.entries(fields).flatMap(([section, table]) =>
      Object.entries<Field>(table).map(([key, field]) => [section, key, field] as const),
    );
    for (const [section, key, field] of rows) {
      const read = () => resolve(small, { [section]: { [key]: 'off' } }) as unknown as Record<string, object>;
      if (field.off) expect(read()[section]).toHaveProperty(key, null);
      else if (field.type !== 'string') expect(read, key).toThrow(`--${field.flag}`);
    }
    expect(rows.filter(([, , field]) => field.off).map(([, key]) => key)).toEqual(
      expect.arrayContaining(['checkpointEvery', 'sampleEvery', 'emaDecay', 'clipNorm', 'minSnr']),
    );
    expect(() => resolve({ output: { checkpointEvery: 'none' as never } })).toThrow(', or off, received "none"');
  });

  it('lets the top layer say when to stop', () => {
    const { training } = resolve({ training: { epochs: 3 } }, { training: { minutes: 2 } });
    expect(training.minutes).toBe(2);
    expect(training.epochs).toBeUndefined();
  });

  it('starts from nothing when a layer names another network', () => {
    const { model } = resolve(small, { model: { _class_name: 'SimpleUnet', channels: [4, 8] } });
    expect(model).toEqual({ _class_name: 'SimpleUnet', channels: [4, 8] });
  });

  it('drops the betas below a layer that names a schedule or another number of timesteps', () => {
    const learned: PartialConfig = {
      model: { _class_name: 'SimpleUnet', num_train_timesteps: 3 },
      scheduler: { num_train_timesteps: 3, beta_schedule: 'linear', trained_betas: [0.1, 0.2, 0.3] },
    };
    const betas = (layer: PartialConfig) => resolve(learned, layer).scheduler.trained_betas;
    expect(betas({ scheduler: { beta_schedule: 'squaredcos_cap_v2' } })).toBeUndefined();
    expect(betas({ scheduler: { beta_start: 0.001 } })).toBeUndefined();
    expect(betas({ scheduler: { beta_end: 0.1 } })).toBeUndefined();
    expect(betas({ scheduler: { num_train_timesteps: 50 } })).toBeUndefined();
    expect(betas({ model: { num_train_timesteps: 50 } })).toBeUndefined();
    expect(betas({ model: { num_train_timesteps: 3 }, scheduler: { clip_sample: false } })).toEqual([0.1, 0.2, 0.3]);
    const both = { beta_schedule: 'squaredcos_cap_v2', trained_betas: [0.3, 0.2, 0.1] };
    expect(betas({ scheduler: both })).toEqual([0.3, 0.2, 0.1]);
  });

  it('keeps off apart from absent', () => {
    expect(resolve({ training: { clipNorm: null } }).training.clipNorm).toBeNull();
    expect(resolve({}).training.clipNorm).toBe(1);
  });

  it('sets the size and channels of the images and of the network together', () => {
    const fromData = resolve(small, { data: { size: 16, channels: 3 } });
    expect(fromData.model).toMatchObject({ sample_size: 16, in_channels: 3, out_channels: 3 });
    const fromModel = resolve(small, { model: { sample_size: 12 } });
    expect(fromModel.data.size).toBe(12);
    const tutorial = resolve({ model: { _class_name: 'SimpleUnet' } }, { data: { channels: 3 } });
    expect(tutorial.model).toEqual({ _class_name: 'SimpleUnet', image_channels: 3 });
    const beside = resolve(small, { data: { channels: 3 }, model: { num_class_embeds: 7 } });
    expect(beside.model).toMatchObject({ in_channels: 3, out_channels: 3, num_class_embeds: 7 });
  });

  it("sets the scheduler's timesteps and the length of the network's time table together", () => {
    expect(resolve(small, { scheduler: { num_train_timesteps: 50 } }).model.num_train_timesteps).toBe(50);
    expect(resolve(small, { model: { num_train_timesteps: 60 } }).scheduler.num_train_timesteps).toBe(60);
    const unknown = { num_train_timesteps: null, sample_size: null };
    expect(resolve(small, { scheduler: { num_train_timesteps: 50 } }, { model: unknown }).model).toMatchObject(
      resolve(small, { scheduler: { num_train_timesteps: 50 } }).model,
    );
    expect(resolve(small, { model: unknown, scheduler: { num_train_timesteps: 50 } }).model.num_train_timesteps).toBe(
      50,
    );
  });

  it('refuses a layer that sets one thing twice', () => {
    expect(() => resolve({ data: { size: 16 }, model: { sample_size: 32 } })).toThrow(
      'Cannot read the settings of layer 0: model.sample_size must be data.size, which is 16, received 32.',
    );
  });

  it.each<[PartialConfig, RegExp]>([
    [{ training: { batch: 0 } }, /training\.batch \(--batch\) must be an integer of at least 1, received 0/],
    [{ training: { lr: 0 } }, /training\.lr \(--lr\) must be a number above 0, received 0/],
    [{ training: { lr: Number.NaN } }, /received NaN/],
    [{ training: { emaDecay: 1 } }, /\(--ema-decay\) must be a number of at least 0 and below 1, or off, received 1/],
    [{ training: { loss: 'l3' } }, /must be one of l1, l2, huber, received "l3"/],
    [{ training: { lr: null } }, /must be a number above 0, received null/],
    [{ training: { learningRate: 1 } }, /training\.learningRate must be one of epochs, steps, /],
    [{ data: { strict: 'yes' } }, /must be true or false, received "yes"/],
    [{ data: { source: '' } }, /must be some text/],
    [{ diffusion: {} } as PartialConfig, /diffusion must be one of data, model, scheduler, training, output/],
    [{ training: 3 } as unknown as PartialConfig, /training must be an object, received 3/],
    [{ training: { epochs: 3, steps: 5 } }, /--epochs and --steps must not be given together/],
    [{ scheduler: { beta_schedule: 'x' } }, /beta_schedule must be one of/],
  ])('refuses %j', (config, message) => {
    expect(() => resolve(config)).toThrow(message);
  });
});

describe('checkComplete', () => {
  it.each<[string, PartialConfig, RegExp]>([
    ['network', { ...small, model: {} }, /the network must be given/],
    ['images', { ...small, data: { size: 8 } }, /--data must be given/],
    ['end', { ...small, training: {} }, /--epochs, --steps or --minutes must be given/],
  ])('asks for the %s', (_, config, message) => {
    expect(() => checkComplete(resolve(config))).toThrow(message);
  });

  it('is content with what a run needs', () => {
    expect(() => checkComplete(resolve(small))).not.toThrow();
  });
});

describe('compareConfigs', () => {
  const stored = resolve(small);

  it('finds a configuration equal to itself, whatever the order of keys and the defaults written out', () => {
    const again = JSON.parse(JSON.stringify(resolve(small, { scheduler: { beta_start: 0.0001 } })));
    expect(compareConfigs(stored, again, 'runs/x')).toEqual([]);
  });

  it.each<[string, PartialConfig]>([
    ['model.block_out_channels', { model: { block_out_channels: [32, 32] } }],
    ['model.norm_num_groups', { model: { norm_num_groups: 16 } }],
    ['scheduler.prediction_type', { scheduler: { prediction_type: 'sample' } }],
    ['training.batch', { training: { batch: 3 } }],
    ['training.seed', { training: { seed: 3 } }],
    ['training.emaDecay', { training: { emaDecay: null } }],
    ['training.adversarial', { training: { adversarial: 0 } }],
    ['training.conditional', { training: { conditional: 0 } }],
    ['data.flip', { data: { flip: true } }],
    ['data.validationShare', { data: { validationShare: 0.5 } }],
    ['data.fit', { data: { fit: 'pad' } }],
  ])('refuses another %s by name', (name, change) => {
    const wanted = resolve(small, change);
    expect(() => compareConfigs(stored, wanted, 'runs/x')).toThrow(`Cannot continue runs/x: ${name} `);
  });

  it('allows another end, engine and rate, and tells each', () => {
    const training = { steps: 9, engine: 'tfjs-cpu', lr: 1, clipNorm: null };
    const wanted = resolve(small, { training, output: { keep: 1, sampleSteps: 7 } });
    expect(compareConfigs(stored, wanted, 'runs/x')).toEqual([
      'The end was --epochs 3 and is now --steps 9.',
      '--lr was 0.0002 and is now 1.',
      '--clip-norm was 1 and is now off.',
      '--engine was auto and is now tfjs-cpu.',
      '--sample-steps was not given and is now 7.',
    ]);
  });

  it('allows other weights of the judges of a student, and tells each', () => {
    const wanted = resolve(small, { training: { adversarial: 0.03, conditional: 0.004 } });
    expect(compareConfigs(stored, wanted, 'runs/x')).toEqual([
      '--adversarial was 0.02 and is now 0.03.',
      '--conditional was 0.01 and is now 0.004.',
    ]);
  });

  it('allows another clipping, which training does not use, and tells it', () => {
    const wanted = resolve(small, { scheduler: { clip_sample: false } });
    expect(compareConfigs(stored, wanted, 'runs/x')).toEqual(['scheduler.clip_sample was true and is now false.']);
  });

  it('reads a configuration from before a setting was there as one that has its default', () => {
    const { flip, ...data } = stored.data;
    const { tf32, ...training } = stored.training;
    const older = { ...stored, data, training };
    expect(compareConfigs(resolve(older), stored, 'runs/x')).toEqual([]);
    expect(() => compareConfigs(resolve(older), resolve(small, { data: { flip: true } }), 'runs/x')).toThrow(
      'data.flip',
    );
  });

  it("reads a network's configuration from before a key was there as one that has its default", () => {
    const complete = (keys: object) => {
      const model = { ...createModel({ _class_name: 'SimpleUnet', sample_size: 8, channels: [2, 4], ...keys }).config };
      return { ...stored, model };
    };
    const now = complete({});
    const { act_fn, attention_levels, ...older } = now.model as Record<string, unknown>;
    expect(act_fn).toBe('relu');
    expect(compareConfigs({ ...now, model: older }, now, 'runs/x')).toEqual([]);
    expect(() => compareConfigs({ ...now, model: older }, complete({ act_fn: 'silu' }), 'runs/x')).toThrow(
      'Cannot continue runs/x: model.act_fn must be "relu" as in its checkpoint, received "silu".',
    );
  });

  /** Every setting at two values that its rule allows. */
  const pairs: Record<string, [unknown, unknown]> = {
    source: ['digits', 'photos'],
    csv: ['a.csv', 'b.csv'],
    labelColumn: ['male', 'age'],
    labelNames: [{ False: 'female' }, { False: 'girl' }],
    groupColumn: ['patient', 'family'],
    conditionColumns: ['age', 'age,weight'],
    window: ['auto', '40,400'],
    frames: ['all', '2-5'],
    cacheDir: ['a', 'b'],
    init: ['models/a', 'models/b'],
    initHash: ['a', 'b'],
    autoencoder: ['models/a', 'models/b'],
    autoencoderHash: ['a', 'b'],
    featureModel: ['a.onnx', 'b.onnx'],
    featureHash: ['a', 'b'],
    channels: [1, 3],
    masks: ['a', 'b'],
    maskClasses: ['a,b', 'a,c'],
    conditionImages: ['a', 'b'],
    show: ['2', 'flair,t1,t2'],
  };
  const twoValues = (key: string, field: Field): [unknown, unknown] => {
    if (field.type === 'choice') return [field.choices[0], field.choices[1]];
    if (field.type === 'boolean') return [false, true];
    return key in pairs
      ? pairs[key]!
      : field.type === 'integer'
        ? [8, 16]
        : field.type === 'size'
          ? [16, '16x8']
          : [0.25, 0.5];
  };
  const rows = (['data', 'training', 'output'] as const).flatMap((section) =>
    Object.entries<Field>(fields[section]).map(([key, field]) => [section, key, field] as const),
  );

  it.each(rows)('refuses, tells or passes over another %s.%s, as its row says', (section, key, field) => {
    const [was, is] = twoValues(key, field);
    const base = key === 'steps' || key === 'minutes' ? { ...small, training: {} } : small;
    const compare = () => {
      const [before, now] = [was, is].map((value) => resolve(base, { [section]: { [key]: value } }));
      return compareConfigs(before!, now!, 'runs/x');
    };
    // The size of the images is also the network's, which is compared first.
    const named = key === 'size' ? 'model.sample_size' : key === 'channels' ? 'model.in_channels' : `${section}.${key}`;
    if (field.onResume === 'fixed') expect(compare).toThrow(`Cannot continue runs/x: ${named}`);
    else if (field.onResume === 'told') expect(compare()).toEqual([expect.stringContaining(`--${field.flag}`)]);
    else expect(compare()).toEqual([]);
  });

  it('has a word on continuing for every setting', () => {
    const kinds = (kind: string) => rows.filter(([, , { onResume }]) => onResume === kind).map(([, key]) => key);
    expect(kinds('free')).toEqual([
      'strict',
      'cacheDir',
      'allowCpu',
      'checkpointEvery',
      'keep',
      'sampleEvery',
      'tensorboard',
    ]);
    expect(kinds('fixed').concat(kinds('told'), kinds('free'))).toHaveLength(rows.length);
  });
});

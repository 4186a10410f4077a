import { SAMPLER_NAMES } from '@onnoise/scheduler';
import { InputError, show } from '@onnoise/scheduler/rules';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModel } from '#training/model/index.ts';
import { checkComplete, compareConfigs, type PartialConfig, resolveConfig } from '#training/settings/config.ts';
import { type Field, ruleOf } from '#training/settings/field.ts';
import { fields } from '#training/settings/fields.ts';

const resolve = (...configs: PartialConfig[]) =>
  resolveConfig(configs.map((config, i) => ({ name: `layer ${i}`, config })));

const small: PartialConfig = {
  data: { source: 'digits', size: 8 },
  model: { _class_name: 'UNet2DModel', block_out_channels: [32, 64] },
  training: { epochs: 3 },
};

const rows = (['data', 'training', 'output'] as const).flatMap((section) =>
  Object.entries<Field>(fields[section]).map(([key, field]) => [section, key, field] as const),
);

describe('resolveConfig', () => {
  it('lays later layers over earlier ones and defaults below all', () => {
    const { training } = resolve({ training: { batch: 8, lr: 0.1 } }, { training: { lr: 0.2 } });
    expect(training).toMatchObject({ batch: 8, lr: 0.2, optimizer: 'adamw', clipNorm: 1 });
  });

  it('takes "off" in a file for each setting whose sentence allows it, and for no other', () => {
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

  it('passes over settings of earlier versions that were off, and refuses others with what to do', () => {
    const old = (training: Record<string, unknown>) => () => resolve(small, { training });
    expect(old({ featureWeight: 0, featureModel: 'vgg.onnx' })()).toEqual(resolve(small));
    expect(old({ featureWeight: 1 })).toThrow(
      /^Cannot .* training\.featureWeight is no setting any more\. .*leave it out/,
    );
    expect(old({ learnSchedule: false })()).toEqual(resolve(small));
    expect(old({ learnSchedule: true })).toThrow(
      'training.learnSchedule is no setting any more. Name a noise schedule with --scheduler.beta_schedule',
    );
    expect(old({ featureModel: 'vgg.onnx' })).toThrow('training.featureModel is no setting any more.');
    expect(old({ lrs: 1 })).toThrow('training.lrs must be one of');
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
    [{ training: { learningRate: 1 } }, /training\.learningRate must be one of epochs, steps, /],
    [{ diffusion: {} } as PartialConfig, /diffusion must be one of data, model, scheduler, training, output/],
    [{ training: 3 } as unknown as PartialConfig, /training must be an object, received 3/],
    [{ training: { epochs: 3, steps: 5 } }, /--epochs and --steps must not be given together/],
    [{ scheduler: { beta_schedule: 'x' } }, /beta_schedule must be one of/],
  ])('refuses %j', (config, message) => {
    expect(() => resolve(config)).toThrow(message);
  });
});

describe('the table of settings', () => {
  it('has these rules and defaults, and may change so when a run goes on', () => {
    const lines = rows.map(([section, key, field]) => {
      const standard = field.default === undefined ? '' : `; ${field.default ?? 'off'}`;
      const words = ruleOf(field).words.replace(SAMPLER_NAMES.join(', '), 'the samplers');
      return `${section}.${key} (--${field.flag}) must be ${words}${standard}; ${field.onResume}`;
    });
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "data.source (--data) must be some text; told
      data.csv (--csv) must be some text; told
      data.labelColumn (--label-column) must be some text; told
      data.labelNames (--label-names) must be an object with a name for each value, such as {"False": "female"}, none of them empty; told
      data.groupColumn (--group-column) must be some text; fixed
      data.conditionColumns (--condition-columns) must be some text; told
      data.masks (--masks) must be some text; told
      data.maskRole (--mask-role) must be one of input, output; fixed
      data.maskClasses (--mask-classes) must be some text; fixed
      data.conditionImages (--condition-images) must be some text; told
      data.size (--size) must be an integer from 1 to 2048, or width x height such as 96x64; fixed
      data.channels (--channels) must be an integer from 1 to 8, or up to 8 names with a pattern each that has one *, such as flair=*_flair.nii.gz,t1=*_t1.nii.gz; fixed
      data.depth (--depth) must be one of 8, 16; 8; fixed
      data.fit (--fit) must be one of crop, pad, stretch; crop; fixed
      data.background (--background) must be one of black, white; black; fixed
      data.window (--window) must be dicom, auto, or a centre and a width above 0 such as 40,400; fixed
      data.frames (--frames) must be first, middle, all, or numbers from 1 such as 7 or 10-20; fixed
      data.axis (--axis) must be one of axial, coronal, sagittal; fixed
      data.layout (--layout) must be one of nhw, nhwc, nchw; fixed
      data.validationShare (--validation-share) must be a number of at least 0 and below 1; 0.05; fixed
      data.strict (--strict) must be true or false; false; free
      data.cacheDir (--cache-dir) must be some text; .cache/onnoise; free
      data.flip (--flip) must be true or false; false; fixed
      data.rotate (--rotate) must be a number from 0 to 180; 0; fixed
      data.translate (--translate) must be a number of at least 0 and below 1; 0; fixed
      data.scale (--scale) must be a number of at least 0 and below 1; 0; fixed
      data.contrast (--contrast) must be a number of at least 0 and below 1; 0; fixed
      training.epochs (--epochs) must be an integer of at least 1; told
      training.steps (--steps) must be an integer of at least 1; told
      training.minutes (--minutes) must be a number above 0; told
      training.init (--init) must be some text; fixed
      training.initHash (--init-hash) must be some text; fixed
      training.autoencoder (--autoencoder) must be some text; fixed
      training.autoencoderHash (--autoencoder-hash) must be some text; fixed
      training.calls (--calls) must be an integer from 1 to 16; fixed
      training.teacherCalls (--teacher-calls) must be an integer of at least 1; fixed
      training.teacherIsStudent (--teacher-is-student) must be true or false; false; fixed
      training.teacherGuidance (--guidance) must be a number from 0 to 20; 1.3; fixed
      training.lessons (--lessons) must be an integer of at least 1; fixed
      training.adversarial (--adversarial) must be a number of at least 0; 0.02; told
      training.conditional (--conditional) must be a number of at least 0; 0.01; told
      training.batch (--batch) must be an integer of at least 1; 32; fixed
      training.accumulate (--accumulate) must be an integer of at least 1; 1; fixed
      training.labelDropout (--label-dropout) must be a number of at least 0 and below 1; 0; told
      training.lr (--lr) must be a number above 0; 0.0002; told
      training.lrSchedule (--lr-schedule) must be one of constant, linear, cosine; constant; told
      training.warmupSteps (--warmup-steps) must be an integer of at least 0; 0; told
      training.loss (--loss) must be one of l1, l2, huber; l2; fixed
      training.huberDelta (--huber-delta) must be a number above 0; 1; fixed
      training.minSnr (--min-snr) must be a number above 0, or off; off; fixed
      training.timestepSampling (--timestep-sampling) must be one of uniform, logit_normal; uniform; told
      training.logitMean (--logit-mean) must be a number from -10 to 10; 0; told
      training.logitStd (--logit-std) must be a number above 0 and of at most 10; 1; told
      training.offsetNoise (--offset-noise) must be a number of at least 0 and below 1; 0; told
      training.optimizer (--optimizer) must be one of adam, adamw, muon; adamw; fixed
      training.beta1 (--beta1) must be a number of at least 0 and below 1; 0.9; fixed
      training.beta2 (--beta2) must be a number of at least 0 and below 1; 0.999; fixed
      training.eps (--eps) must be a number above 0; 1e-8; fixed
      training.weightDecay (--weight-decay) must be a number of at least 0; 0; told
      training.clipNorm (--clip-norm) must be a number above 0, or off; 1; told
      training.emaDecay (--ema-decay) must be a number of at least 0 and below 1, or off; 0.9999; told
      training.zeroInit (--zero-init) must be true or false; false; fixed
      training.seed (--seed) must be an integer from 0 to 9007199254740991; 0; fixed
      training.engine (--engine) must be one of auto, onnxruntime, onnxruntime-webgpu, onnxruntime-cuda, tfjs-cpu, tfjs-node, tfjs-node-gpu; auto; told
      training.allowCpu (--allow-cpu) must be true or false; false; free
      training.tf32 (--tf32) must be true or false; true; told
      training.klWeight (--kl-weight) must be a number of at least 0; 0.0001; told
      training.edgeWeight (--edge-weight) must be a number of at least 0; 1; told
      training.dpEpsilon (--dp-epsilon) must be a number above 0; fixed
      training.dpDelta (--dp-delta) must be a number between 0 and 1; 0.00001; fixed
      training.dpClip (--dp-clip) must be a number above 0; 1; fixed
      training.dpTimesteps (--dp-timesteps) must be an integer from 1 to 64; 1; fixed
      training.dpUnit (--dp-unit) must be one of group, image; group; fixed
      output.checkpointEvery (--checkpoint-every) must be an integer of at least 1, or off; 1000; free
      output.keep (--keep) must be an integer of at least 1; 3; free
      output.sampleEvery (--sample-every) must be an integer of at least 1, or off; 2000; free
      output.sampleCount (--sample-count) must be an integer from 1 to 1024; 16; told
      output.sampleSteps (--sample-steps) must be an integer of at least 1; told
      output.sampler (--sampler) must be one of the samplers; dpmpp_2m_sde; told
      output.show (--show) must be a channel by its name or number, such as flair or 2, or three for red, green and blue, such as flair,t1,t2; told
      output.tensorboard (--tensorboard) must be true or false; false; free"
    `);
  });

  it.each(rows)(
    'takes or refuses any value of %s.%s as its rule says, in a preset as in a file',
    (section, key, field) => {
      const rule = ruleOf(field);
      const values = fc.oneof(
        fc.jsonValue(),
        fc.double(),
        fc.integer({ min: -2, max: 20 }),
        fc.string({ minLength: 1 }),
      );
      fc.assert(
        fc.property(values, (value) => {
          fc.pre(value !== 'off');
          const read = () => resolve(small, { [section]: { [key]: value } }) as unknown as Record<string, object>;
          const name = `${section}.${key} (--${field.flag})`;
          const sentence = `Cannot read the settings of layer 1: ${name} must be ${rule.words}, received ${show(value)}.`;
          if (rule.holds(value)) expect(read()[section]).toHaveProperty(key, value);
          else expect(read).toThrow(new InputError(sentence));
        }),
      );
    },
  );
});

describe('checkComplete', () => {
  it.each<[string, PartialConfig, RegExp]>([
    ['network', { ...small, model: {} }, /the network must be given/],
    ['images', { ...small, data: { size: 8 } }, /--data must be given/],
    ['end', { ...small, training: {} }, /--epochs, --steps or --minutes must be given/],
  ])('asks for the %s', (_, config, message) => {
    checkComplete(resolve(small));
    expect(() => checkComplete(resolve(config))).toThrow(message);
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
    ['scheduler.prediction_type', { scheduler: { prediction_type: 'sample' } }],
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
});

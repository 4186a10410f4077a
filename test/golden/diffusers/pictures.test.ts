/** Exported folders in the real diffusers: from our noise it makes our pictures. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  formatSchedulerConfig,
  LINE_SAMPLERS,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type SamplerName,
  type SamplerSettings,
  samplerRecord,
} from '@onnoise/scheduler';
import type { PictureOptions } from '@onnoise/scheduler/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DiffusionModel, loadModel } from '#runtime-node/index.ts';
import { expectClose } from '#test/compare.ts';
import { exportWave, writeNoise } from '#test/diffusers/export.ts';
import { autoencoderConfig, autoencoderParts } from '#test/models/autoencoder.ts';
import { attentiveConfig } from '#test/models/unet.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';
import { evenLine } from '#training/plan/teacher.ts';

const STEPS = 10;
const SEEDS = [5, 6, 7];
const count = SEEDS.length;

/** A picture by both: the same settings in our words and in those of the call in Python. */
interface Case {
  folder: string;
  pipeline: 'DDPMPipeline' | 'OnnoisePipeline';
  /** null: the scheduler of the folder. */
  scheduler: object | null;
  trust: boolean;
  noise: string;
  inputs: object;
  ours: PictureOptions;
}

const unet = attentiveConfig({
  sample_size: 8,
  block_out_channels: [8, 16],
  norm_num_groups: 4,
  attention_head_dim: 8,
});
const tutorial = { _class_name: 'SimpleUnet', sample_size: 8, image_channels: 3, channels: [4, 6, 8], time_emb_dim: 8 };
const age = { name: 'age', mean: 100, std: 40, min: 1, max: 228 };
const weight = { name: 'weight', mean: 2, std: 0.5, min: 1, max: 3 };
const told = { num_class_embeds: 3, null_condition: true, conditions: [age, weight] };
const options = {
  act_fn: 'gelu',
  norm_type: 'group',
  norm_num_groups: 2,
  residual_connections: true,
  attention_levels: [1],
};

/** Schedules that diffusers computes to 1e-4 in float32; few of its schedulers clip, so none does. */
const velocity = { prediction_type: 'v_prediction', clip_sample: false };
/** It ends with little noise: an untrained network of epsilon would give thousands of a picture that is all noise. */
const epsilon = {
  beta_schedule: 'scaled_linear',
  beta_end: 0.002,
  steps_offset: 1,
  final_sigmas_type: 'sigma_min',
  clip_sample: false,
};
const steep = { ...velocity, beta_schedule: 'squaredcos_cap_v2', timestep_spacing: 'trailing' };

/** One timestep more than the other networks have, so that T is 1000. */
const line = { prediction_type: 'flow_prediction', shift: 3 };
const timesteps = { num_train_timesteps: 1001 };

const MASK = { classes: ['background', 'soft tissue', 'bone'] };
const pictured = { sample_size: 16, patch_size: 2, num_class_embeds: 3, null_condition: true, class_pictures: true };
/** Two masks of three classes, [H, W] each, as lists of rows for Python, and flat for us. */
const masksOf = (side: number) => {
  const masks = [1, 2].map((step) =>
    Array.from({ length: side }, (_, y) => Array.from({ length: side }, (_, x) => (x + step * y) % 3)),
  );
  return { masks, flat: Uint8Array.from(masks.flat(2)) };
};

/** A network's config, its scheduler's, and the names of its classes. */
const MODELS = {
  plain: [unet, velocity, []],
  flow: [{ ...unet, ...timesteps }, line, []],
  'flow told': [{ ...unet, ...told, ...timesteps }, line, []],
  epsilon: [unet, epsilon, []],
  steep: [unet, steep, []],
  classes: [{ ...unet, in_channels: 3, out_channels: 3, num_class_embeds: 2 }, velocity, ['cat', 'dog']],
  told: [{ ...unet, ...told }, velocity, []],
  student: [{ ...unet, ...told }, steep, []],
  'flow student of 4': [{ ...unet, ...told, ...timesteps }, { ...line, ...evenLine(4) }, []],
  'flow student of 2': [{ ...unet, ...told, ...timesteps }, { ...line, ...evenLine(2) }, []],
  'flow student of 1': [{ ...unet, ...told, ...timesteps }, { ...line, ...evenLine(1) }, []],
  patches: [{ ...unet, sample_size: 16, patch_size: 2 }, velocity, []],
  'patches told': [{ ...unet, ...told, sample_size: 16, patch_size: 2 }, velocity, []],
  'class pictures': [{ ...unet, ...pictured }, velocity, ['cat', 'dog']],
  tutorial: [tutorial, { ...velocity, num_train_timesteps: 300 }, []],
  mask: [{ ...unet, in_channels: 4, null_condition: true, condition_image: MASK }, velocity, []],
  'mask in patches': [{ ...unet, ...pictured, in_channels: 4, condition_image: MASK }, velocity, []],
  'a picture of another': [{ ...tutorial, condition_image: { channels: 1 } }, velocity, []],
  'tutorial told': [{ ...tutorial, ...options, ...told }, { ...epsilon, num_train_timesteps: 300 }, []],
  latents: [{ ...unet, in_channels: 2, out_channels: 2 }, velocity, []],
  'latents told': [
    { ...unet, in_channels: 5, out_channels: 2, null_condition: true, condition_image: MASK },
    velocity,
    [],
  ],
} as const satisfies Record<string, readonly [object, object, readonly string[]]>;
type Name = keyof typeof MODELS;
/** The autoencoders of those that draw latents. */
const AUTOENCODERS: Partial<Record<Name, object>> = {
  latents: autoencoderConfig({ sample_size: 16 }),
  'latents told': autoencoderConfig({ sample_size: 32, patch_size: 2, in_channels: 3, out_channels: 3 }),
};
/** The calls of the students, and the settings of the runs in which they learnt. */
const CALLS: Partial<Record<Name, number>> = {
  student: 4,
  'flow student of 4': 4,
  'flow student of 2': 2,
  'flow student of 1': 1,
};
const learning = (calls: number) => ({ training: { calls, teacherGuidance: 1.2 } });

/** Samplers that hold x as x0 + sigma z lose digits in float32 where sigma is in the thousands. */
const IN_SIGMA_SPACE: readonly SamplerName[] = ['euler', 'euler_ancestral', 'heun'];
const shared = SAMPLER_NAMES.filter((name) => samplerRecord(name).diffusers !== null);

const inPipeline = { pipeline: 'DDPMPipeline', ours: {} } as const;
const untrusted = { ...inPipeline, trust: false } as const;
const ofStudent = { inputs: { class_labels: [1, 0], num_inference_steps: null } };
const CODE = (file: string) => new RegExp(`contains custom code in ${file}\\.py[\\s\\S]*trust_remote_code=True`);
const REFUSED: [string, Name, Partial<Case>, RegExp][] = [
  ['a class in DDPMPipeline', 'classes', untrusted, /class_labels should be provided when doing class conditioning/],
  ['conditions without trust', 'told', untrusted, CODE('modeling_extended_unet2d')],
  ['conditions in DDPMPipeline', 'told', inPipeline, /^conditions must be given: DDPMPipeline takes none/],
  ['the tutorial without trust', 'tutorial', untrusted, CODE('modeling_simple_unet')],
  ['patches without trust', 'patches', untrusted, CODE('modeling_extended_unet2d')],
  [
    'pictures of classes without a class',
    'class pictures',
    inPipeline,
    /^class_labels must be given: the network has classes$/,
  ],
  [
    'no picture of what needs one',
    'a picture of another',
    {},
    /^masks or condition_images must be given: the model is told one of each picture$/,
  ],
  ...(
    [
      [
        'a student in other calls',
        'student',
        { num_inference_steps: 20 },
        /num_inference_steps must be 4 or left out: the model was distilled to 4 calls/,
      ],
      [
        'a student, guided',
        'student',
        { ...ofStudent.inputs, guidance_scale: 2 },
        /guidance_scale must be 1: the model has its teacher's guidance built in/,
      ],
      [
        'a class that there is none of',
        'classes',
        { class_labels: [2] },
        /^class_labels must be from 0 to 1, received \[2\]$/,
      ],
      [
        'guidance of what was always told',
        'classes',
        { guidance_scale: 2 },
        /^guidance_scale must be 1: the model was not trained without a condition$/,
      ],
      [
        'an interval of what was always told',
        'classes',
        { guidance_interval: [0, 500] },
        /^guidance_interval must be left out: the model was not trained without a/,
      ],
      [
        'an interval from its end',
        'told',
        { guidance_scale: 2, guidance_interval: [500, 0] },
        /^guidance_interval must be two timesteps, the lower first, received \[500, 0\]$/,
      ],
      [
        'a name of no class',
        'classes',
        { class_labels: ['horse'] },
        /^class_labels must be of cat, dog, received horse$/,
      ],
      [
        'an age that no image had',
        'told',
        { conditions: { age: 229 } },
        /^condition age must be from 1 to 228, received 229$/,
      ],
      [
        'an unknown condition',
        'told',
        { conditions: { height: 3 } },
        /^conditions must be of age, weight, received height$/,
      ],
      [
        'a mask of a picture',
        'a picture of another',
        { masks: masksOf(8).masks },
        /^masks must be left out: the model is told condition_images$/,
      ],
      [
        'a mask of another size',
        'mask',
        { masks: masksOf(4).masks },
        /^masks must be \[N, 8, 8\], received \(2, 4, 4\)$/,
      ],
      [
        'a class that masks lack',
        'mask',
        { masks: [Array(8).fill(Array(8).fill(3))] },
        /^masks must be class numbers from 0 to 2$/,
      ],
      ['a mask for nothing', 'plain', { masks: masksOf(8).masks }, /^masks must be left out: the model is told none$/],
    ] as const
  ).map(([title, name, inputs, sentence]): [string, Name, Partial<Case>, RegExp] => [
    title,
    name,
    { inputs },
    sentence,
  ]),
];

describe('diffusers', skipBecause(lacksPython('diffusers')), () => {
  const root = temporaryFolder();
  const models = new Map<string, DiffusionModel>();
  const cases = new Map<string, Case>();
  let answers: Map<string, number[] | string>;

  /** Notes a case, to be sampled in Python with all others. */
  const plan = (title: string, name: Name, more: Partial<Case> = {}) => {
    const folder = join(root, name);
    const noise = join(root, `${name} noise`, 'noise.safetensors');
    const { inputs, ...rest } = more;
    cases.set(title, {
      folder,
      noise,
      pipeline: 'OnnoisePipeline',
      scheduler: null,
      trust: true,
      ours: { sampler: 'ddpm' },
      ...rest,
      inputs: { batch_size: count, num_inference_steps: STEPS, ...inputs },
    });
  };
  const schedulerOf = (name: Name, sampler: SamplerName, settings: SamplerSettings = {}, more: object = {}) =>
    formatSchedulerConfig(parseSchedulerConfig({ ...MODELS[name][1], ...more }), sampler, settings);

  const planAll = () => {
    plan('ddpm of the folder, in DDPMPipeline', 'plain', { pipeline: 'DDPMPipeline', trust: false });
    plan('ddim in DDPMPipeline', 'plain', {
      pipeline: 'DDPMPipeline',
      trust: false,
      scheduler: schedulerOf('plain', 'ddim'),
      ours: { sampler: 'ddim' },
    });
    for (const name of ['plain', 'epsilon', 'steep'] as const) {
      for (const sampler of shared) {
        if (name === 'steep' && IN_SIGMA_SPACE.includes(sampler)) continue;
        plan(`${sampler}, ${name}`, name, { scheduler: schedulerOf(name, sampler), ours: { sampler } });
      }
    }
    plan('flow of the folder, in DDPMPipeline', 'flow', {
      pipeline: 'DDPMPipeline',
      trust: false,
      ours: { sampler: 'euler' },
    });
    for (const sampler of LINE_SAMPLERS.filter((name) => samplerRecord(name).line)) {
      plan(`flow by ${sampler}`, 'flow', { scheduler: schedulerOf('flow', sampler), ours: { sampler } });
    }
    plan('flow, guided', 'flow told', {
      inputs: { class_labels: [1, 0], guidance_scale: 1.5 },
      ours: { sampler: 'euler', labels: [1, 0], guidance: 1.5 },
    });
    plan('ddim with noise', 'plain', {
      scheduler: schedulerOf('plain', 'ddim'),
      inputs: { eta: 0.7 },
      ours: { sampler: 'ddim', eta: 0.7 },
    });
    // With an end without noise diffusers' bh1 is 0 times infinity.
    plan('unipc with bh1', 'epsilon', {
      scheduler: schedulerOf('epsilon', 'unipc', { solver: 'bh1' }),
      ours: { sampler: 'unipc', solver: 'bh1' },
    });
    plan("dpmpp_2m with Karras' levels", 'plain', {
      scheduler: schedulerOf('plain', 'dpmpp_2m', {}, { use_karras_sigmas: true }),
      ours: { sampler: 'dpmpp_2m', spacing: 'karras' },
    });
    const sde = schedulerOf('classes', 'dpmpp_2m_sde');
    plan('classes by name', 'classes', {
      scheduler: sde,
      inputs: { batch_size: null, class_labels: ['dog', 0, 1] },
      ours: { sampler: 'dpmpp_2m_sde', labels: ['dog', 0, 1] },
    });
    plan('classes in turn', 'classes', {});
    plan('patches in DDPMPipeline', 'patches', { pipeline: 'DDPMPipeline' });
    plan('patches in the pipeline of the folder', 'patches', {
      scheduler: schedulerOf('patches', 'dpmpp_2m'),
      ours: { sampler: 'dpmpp_2m' },
    });
    plan('pictures of classes, guided', 'class pictures', {
      inputs: { class_labels: [1, 0, 1], guidance_scale: 1.5 },
      ours: { sampler: 'ddpm', labels: [1, 0, 1], guidance: 1.5 },
    });
    // DDPM's timesteps are 900, 800, ..., 0: both ends of the interval are hit.
    plan('an interval of guidance', 'told', {
      inputs: { class_labels: [1, 0], guidance_scale: 3, guidance_interval: [200, 600] },
      ours: { sampler: 'ddpm', labels: [1, 0], guidance: 3, guidanceInterval: [200, 600] },
    });
    for (const name of ['told', 'patches told', 'tutorial told'] as const) {
      plan(`classes and numbers, guided: ${name}`, name, {
        inputs: { class_labels: [1, 0], conditions: { age: [30, 90], weight: 2.5 }, guidance_scale: 1.25 },
        ours: { sampler: 'ddpm', labels: [1, 0], conditions: { age: [30, 90], weight: 2.5 }, guidance: 1.25 },
      });
      plan(`a number that is absent: ${name}`, name, {
        inputs: { class_labels: 1, conditions: { weight: [1, 2, 3] } },
        ours: { sampler: 'ddpm', labels: [1], conditions: { weight: [1, 2, 3] }, guidance: 1 },
      });
    }
    for (const [name, side] of [
      ['mask', 8],
      ['mask in patches', 16],
    ] as const) {
      const { masks, flat } = masksOf(side);
      const labels = name === 'mask' ? {} : { class_labels: [1, 0] };
      plan(`told ${name}, guided`, name, {
        inputs: { masks, guidance_scale: 1.5, ...labels },
        ours: { sampler: 'ddpm', conditionImages: flat, guidance: 1.5, ...(name !== 'mask' && { labels: [1, 0] }) },
      });
    }
    plan('told no mask', 'mask', { ours: { sampler: 'ddpm' } });
    plan('latents, by ddpm', 'latents', { ours: { sampler: 'ddpm' } });
    const large = masksOf(32);
    plan('latents told a mask, guided', 'latents told', {
      inputs: { masks: large.masks, guidance_scale: 1.5 },
      ours: { sampler: 'ddpm', conditionImages: large.flat, guidance: 1.5 },
    });
    const picture = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
    plan('told a picture', 'a picture of another', {
      inputs: { condition_images: [Array.from({ length: 8 }, (_, y) => [...picture.subarray(8 * y, 8 * y + 8)])] },
      ours: { sampler: 'ddpm', conditionImages: picture },
    });
    plan('the tutorial in DDPMPipeline', 'tutorial', { pipeline: 'DDPMPipeline' });
    plan('the tutorial with euler', 'tutorial', {
      scheduler: schedulerOf('tutorial', 'euler'),
      ours: { sampler: 'euler' },
    });
    for (const [title, name, more] of REFUSED) plan(title, name, more);
    for (const name of Object.keys(CALLS) as Name[]) {
      plan(`in its own calls: ${name}`, name, { ...ofStudent, ours: { steps: undefined, labels: [1, 0] } });
    }
  };

  beforeAll(async () => {
    for (const [name, [network, scheduler, classNames]] of Object.entries(MODELS)) {
      const calls = CALLS[name as Name];
      const settings = calls === undefined ? {} : learning(calls);
      const config = AUTOENCODERS[name as Name];
      const autoencoder = config && (await autoencoderParts(join(root, `${name} autoencoder`), config));
      const { shape } = await exportWave(join(root, name), network, scheduler, classNames, settings, autoencoder);
      await writeNoise(join(root, `${name} noise`), shape, SEEDS, STEPS + 1);
      models.set(join(root, name), await loadModel(join(root, name), { device: 'cpu' }));
    }
    planAll();
    const file = join(root, 'cases.json');
    await writeFile(file, JSON.stringify([...cases.values()]));
    const script = join(import.meta.dirname, '../../support/diffusers/sample.py');
    const env = { ...process.env, HF_HOME: join(root, 'cache'), HF_HUB_OFFLINE: '1' };
    const listed: (number[] | string)[] = askPython([script, file], { env });
    answers = new Map([...cases.keys()].map((title, i) => [title, listed[i]!]));
  }, 600_000);
  afterAll(async () => {
    for (const model of models.values()) await model.dispose();
  });

  const expectSame = async (title: string) => {
    const { folder, ours } = cases.get(title)!;
    const { images } = await models.get(folder)!.sample({ seed: SEEDS[0], count, steps: STEPS, ...ours });
    const theirs = answers.get(title)!;
    if (typeof theirs === 'string') throw new Error(`${title}: ${theirs}`);
    // Many pixels must not be clipped, or the comparison says little.
    const inside = theirs.filter((value) => value > 0 && value < 1);
    expect(inside.length / theirs.length, title).toBeGreaterThan(0.2);
    const shown = images.map((value) => Math.min(1, Math.max(0, value / 2 + 0.5)));
    expectClose(shown, theirs, { absolute: 1e-4, what: title });
  };
  it.each<[string, RegExp, number]>([
    ['in DDPMPipeline, with DDPM and DDIM', /^ddp?[im]m? .*in DDPMPipeline$/, 2],
    ...shared.map((sampler): [string, RegExp, number] => [
      `with ${sampler}, for every schedule`,
      new RegExp(`^${sampler}, `),
      IN_SIGMA_SPACE.includes(sampler) ? 2 : 3,
    ]),
    ['of flow matching', /^flow/, 8],
    ["with the samplers' options", /^(ddim with noise|unipc with bh1|dpmpp_2m with Karras)/, 3],
    ['of classes, by number and name, and in turn', /^classes (by name|in turn)/, 2],
    ['of conditions that its own networks lack, guided and absent', /^(classes and numbers|a number that)/, 6],
    ['of latents, decoded, and told masks of the size of pictures', /^latents/, 2],
    ['of patches, which its own network lacks', /^patches in/, 2],
    ['of a network that sees pictures of its classes', /^pictures of classes, guided/, 1],
    ['of masks and of pictures, guided and absent', /^told /, 4],
    ['of a student in the calls that its folder names', /^in its own calls/, 4],
    ['guided at the timesteps of an interval, its ends included', /^an interval of guidance/, 1],
    ["with the tutorial's network", /^the tutorial (in|with) /, 2],
  ])('makes our pictures %s', async (_, titles, count) => {
    const found = [...cases.keys()].filter((title) => titles.test(title));
    expect(found).toHaveLength(count);
    for (const title of found) await expectSame(title);
  });

  it.each(REFUSED)('refuses %s in a sentence', (title, _name, _more, sentence) => {
    expect(answers.get(title)).toMatch(sentence);
  });
});

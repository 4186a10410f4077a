/** Model folders, complete and broken, and what every reader must say about them. */
import { conditionsMetadata } from '@onnoise/scheduler/model';
import proto from 'onnx-proto';
import { AGE, GUIDED, type TinyOptions, tinyConditions, tinyOnnx } from '#test/models/tiny-onnx.ts';

/** Files by their path in the folder. */
export type Files = Record<string, Uint8Array<ArrayBuffer>>;

export interface FolderRow {
  name: string;
  files: Files;
  /** The error after `Cannot load the model: `; undefined for a folder that every reader accepts. */
  says?: string;
  /** True if only the network's inputs and outputs show the fault, which not every reader opens. */
  inNetwork?: boolean;
  /** What readers of a URL say instead. */
  missing?: boolean;
}

const encoder = new TextEncoder();
const text = (content: string): Uint8Array<ArrayBuffer> => encoder.encode(content);
const json = (value: unknown) => text(JSON.stringify(value));

const SCHEDULER = { num_train_timesteps: 100 };
const UNET = { _class_name: 'UNet2DModel', sample_size: 4, in_channels: 1, out_channels: 1, num_class_embeds: null };
const SIMPLE_UNET = { _class_name: 'SimpleUnet', sample_size: 4, image_channels: 1, num_class_embeds: null };
const INDEX = 'model_index.json';
const SCHEDULER_FILE = 'scheduler/scheduler_config.json';
const UNET_FILE = 'unet/config.json';
const NETWORK = 'unet/model.onnx';

const network = (options: TinyOptions = {}) => Uint8Array.from(tinyOnnx(options));

export function folder(
  options: TinyOptions = {},
  replaced: Record<string, Uint8Array<ArrayBuffer> | null> = {},
): Files {
  const files = {
    [INDEX]: json({ _class_name: 'DDPMPipeline' }),
    [SCHEDULER_FILE]: json(SCHEDULER),
    [UNET_FILE]: json({ ...UNET, ...tinyConditions(options) }),
    [NETWORK]: network(options),
    ...replaced,
  };
  return Object.fromEntries(Object.entries(files).filter(([, content]) => content !== null)) as Files;
}

/** The network with metadata. */
function noted(metadata: Record<string, string>, options: TinyOptions = {}): Uint8Array<ArrayBuffer> {
  const model = proto.onnx.ModelProto.decode(tinyOnnx(options));
  const entry = ([key, value]: [string, string]) => proto.onnx.StringStringEntryProto.create({ key, value });
  model.metadataProps = Object.entries(metadata).map(entry);
  return Uint8Array.from(proto.onnx.ModelProto.encode(model).finish());
}

/** The network in float16. */
function halved(): Uint8Array<ArrayBuffer> {
  const model = proto.onnx.ModelProto.decode(tinyOnnx());
  const { input, output, initializer } = model.graph!;
  for (const port of [...input!, ...output!]) port.type!.tensorType!.elemType = 10;
  for (const one of initializer!.filter(({ dataType }) => dataType === 1)) {
    Object.assign(one, { dataType: 10, int32Data: [0x3c00], floatData: [] });
  }
  return Uint8Array.from(proto.onnx.ModelProto.encode(model).finish());
}

const good = (name: string, files: Files): FolderRow => ({ name, files });
const bad = (name: string, path: string, content: Uint8Array<ArrayBuffer>, says: string): FolderRow => ({
  name,
  files: folder({}, { [path]: content }),
  says,
});
const unet = (name: string, changes: object, says: string) => bad(name, UNET_FILE, json({ ...UNET, ...changes }), says);
const foreign = (name: string, options: TinyOptions, says: string): FolderRow => ({
  ...bad(name, NETWORK, network(options), says),
  inNetwork: true,
});
const missing = (path: string): FolderRow => ({
  name: `no ${path}`,
  files: folder({}, { [path]: null }),
  says: `it must be a model folder, but its ${path} is missing.`,
  missing: true,
});

const SIZE = 'a positive integer or two, [height, width]';
const TOLD: TinyOptions = { conditionImage: { classes: ['none', 'bone', 'flesh'] }, nullCondition: true };
const named = { [INDEX]: json({ id2label: { 0: 'cat', 1: 'dog' } }) };

export const FOLDERS: readonly FolderRow[] = [
  good('a whole folder', folder()),
  good('classes', folder({ classes: 2 })),
  good('classes with names', folder({ classes: 2 }, named)),
  good('no model_index.json', folder({}, { [INDEX]: null })),
  good(
    'a card that names the classes, which nothing reads',
    folder({ classes: 2 }, { 'README.md': text('# m\n\n- classes: a, b\n') }),
  ),
  good('a network that notes what is so', folder({}, { [NETWORK]: noted({ num_train_timesteps: '100' }) })),
  good('classes besides a null class, and a number as condition', folder(GUIDED)),
  good('a number as condition alone', folder({ conditions: [AGE] })),
  good('channels under the name of SimpleUnet', folder({}, { [UNET_FILE]: json(SIMPLE_UNET) })),
  good('a network that tells no timesteps', folder({}, { [UNET_FILE]: json({ ...UNET, num_train_timesteps: null }) })),
  good('names of fewer classes', folder({ classes: 2 }, { [INDEX]: json({ id2label: { 0: 'cat' } }) })),
  good(
    'a schedule as Python writes it, with -Infinity',
    folder(
      {},
      { [SCHEDULER_FILE]: text(`{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity}`) },
    ),
  ),
  good(
    'a mask that it is told',
    folder(TOLD, { [UNET_FILE]: json({ ...UNET, in_channels: 4, ...tinyConditions(TOLD) }) }),
  ),
  good(
    'classes and conditions that the network notes',
    folder(GUIDED, {
      [NETWORK]: noted(
        { num_class_embeds: '3', null_condition: 'true', conditions: conditionsMetadata([AGE]) },
        GUIDED,
      ),
    }),
  ),
  missing(SCHEDULER_FILE),
  missing(UNET_FILE),
  missing(NETWORK),
  bad('an index that is no object', INDEX, json([1]), 'model_index.json must be a JSON object, received [1].'),
  bad('a config that is a text', UNET_FILE, json('x'), 'unet/config.json must be a JSON object, received "x".'),
  bad(
    'names that are none',
    INDEX,
    json({ id2label: ['a'] }),
    'id2label of model_index.json must be an object with a name for each class, received ["a"].',
  ),
  unet('no size', { sample_size: null }, `sample_size of unet/config.json must be ${SIZE}, received null.`),
  unet(
    'three sides',
    { sample_size: [4, 4, 4] },
    `sample_size of unet/config.json must be ${SIZE}, received [4, 4, 4].`,
  ),
  unet(
    'nine channels',
    { in_channels: 9, out_channels: 9 },
    'out_channels of unet/config.json must be an integer from 1 to 8, received 9.',
  ),
  unet(
    'other channels out',
    { out_channels: 2 },
    'out_channels of unet/config.json must be in_channels, 1, or fewer, received 2.',
  ),
  unet(
    'no classes',
    { num_class_embeds: 0 },
    'num_class_embeds of unet/config.json must be null or a positive integer, received 0.',
  ),
  unet(
    'another T',
    { num_train_timesteps: 300 },
    'num_train_timesteps must be the same in scheduler/scheduler_config.json and unet/config.json, received 100 and 300.',
  ),
  bad(
    'a network of another T',
    NETWORK,
    noted({ num_train_timesteps: '99' }),
    'num_train_timesteps must be the same in scheduler/scheduler_config.json and unet/model.onnx, received 100 and 99.',
  ),
  {
    name: 'a network of other classes',
    files: folder({ classes: 3 }, { [NETWORK]: noted({ num_class_embeds: '10' }, { classes: 3 }) }),
    says: 'num_class_embeds must be the same in unet/config.json and unet/model.onnx, received 3 and 10.',
  },
  unet(
    'a null class alone',
    { num_class_embeds: 1, null_condition: true },
    'num_class_embeds of unet/config.json must be at least 2 with a null class, received 1.',
  ),
  unet(
    'no condition to leave out',
    { null_condition: true },
    'null_condition of unet/config.json must be false for an unconditional network, received true.',
  ),
  unet(
    'a null condition in words',
    { null_condition: 'yes' },
    'null_condition of unet/config.json must be true or false, received "yes".',
  ),
  unet(
    'conditions by name',
    { conditions: { age: AGE } },
    'conditions of unet/config.json must be a list, received {"age":{"name":"age","mean":100,"std":40,"min":10,"max":200}}.',
  ),
  unet(
    'a condition that does not vary',
    { conditions: [{ ...AGE, std: 0 }] },
    'std of conditions[0] of unet/config.json must be a number above 0, received 0.',
  ),
  unet(
    'a range upside down',
    { conditions: [{ ...AGE, max: 5 }] },
    'max of conditions[0] of unet/config.json must be a number of at least 10, received 5.',
  ),
  unet(
    'a condition with spaces',
    { conditions: [{ ...AGE, name: 'Bone age' }] },
    'name of conditions[0] of unet/config.json must be lower-case letters, digits and _, received "Bone age".',
  ),
  unet(
    'a condition twice',
    { conditions: [AGE, AGE] },
    'conditions of unet/config.json must be a list of different names, received "age".',
  ),
  {
    name: 'a network of other conditions',
    files: folder(GUIDED, { [NETWORK]: noted({ conditions: '[{"name":"age","mean":90,"std":40}]' }, GUIDED) }),
    says: 'conditions must be the same in unet/config.json and unet/model.onnx, received [{"name":"age","mean":100,"std":40}] and [{"name":"age","mean":90,"std":40}].',
  },
  {
    name: 'a network without a null class',
    files: folder(GUIDED, { [NETWORK]: noted({ null_condition: 'false' }, GUIDED) }),
    says: 'null_condition must be the same in unet/config.json and unet/model.onnx, received true and false.',
  },
  {
    name: 'a network of fewer conditions',
    files: folder({ conditions: [AGE, { ...AGE, name: 'height' }] }, { [NETWORK]: network({ conditions: [AGE] }) }),
    says: 'unet/model.onnx must have conditions as float32 [N, 4] with N free, received float32 [N, 2].',
    inNetwork: true,
  },
  bad('an empty network', NETWORK, text(''), 'unet/model.onnx must be an ONNX network, received an empty file.'),
  bad(
    'a pointer of Git LFS',
    NETWORK,
    text('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 4675609\n'),
    'unet/model.onnx must be an ONNX network, received a pointer of Git LFS, not the file itself.',
  ),
  bad('a web page', NETWORK, text('<!doctype html>'), 'unet/model.onnx must be an ONNX network, received a web page.'),
  bad(
    'half a network',
    NETWORK,
    network().slice(0, 100),
    'unet/model.onnx must be an ONNX network, received the first 100 bytes of 347: it was cut short, copy or download it again.',
  ),
  foreign(
    'another input',
    { sampleName: 'image' },
    'unet/model.onnx must have the inputs sample, timestep that unet/config.json asks for, received image, timestep.',
  ),
  foreign(
    'labels that the config does not tell of',
    { classes: 3 },
    'unet/model.onnx must have the inputs sample, timestep that unet/config.json asks for, received sample, timestep, class_labels.',
  ),
  {
    name: 'no labels where the config tells of classes',
    files: folder({ classes: 3 }, { [NETWORK]: network() }),
    says: 'unet/model.onnx must have the inputs sample, timestep, class_labels that unet/config.json asks for, received sample, timestep.',
    inNetwork: true,
  },
  {
    ...bad(
      'half precision',
      NETWORK,
      halved(),
      'unet/model.onnx must have sample as float32 [N, 1, 4, 4] with N free, received float16 [N, 1, 4, 4].',
    ),
    inNetwork: true,
  },
  foreign(
    'another output',
    { outputName: 'noise' },
    'unet/model.onnx must have the output out_sample, received noise.',
  ),
  foreign(
    'another size',
    { shape: [1, 8, 8] },
    'unet/model.onnx must have sample as float32 [N, 1, 4, 4] with N free, received float32 [N, 1, 8, 8].',
  ),
  foreign(
    'a fixed batch',
    { batch: 1 },
    'unet/model.onnx must have sample as float32 [N, 1, 4, 4] with N free, received float32 [1, 1, 4, 4].',
  ),
];

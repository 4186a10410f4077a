/** A model folder and a request mean the same to all readers: Node, a browser tab, the page's build, "your model". */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compileSampler, InputError, parseSchedulerConfig, SAMPLER_NAMES } from '@onnoise/scheduler';
import type { ConditionSpec, PictureOptions } from '@onnoise/scheduler/model';
import { describe, expect, it, vi } from 'vitest';
import { loadModel as loadInNode } from '#runtime-node/index.ts';
import { loadModel as loadInTab } from '#runtime-web/index.ts';
import { readModelFolder } from '#site/build/model-folder.ts';
import { inspect } from '#site/views/model/inspect.ts';
import { expectClose } from '#test/compare.ts';
import { type Files, FOLDERS, folder } from '#test/contract/folders.ts';
import { BAD, CLASS_NAMES, GOOD } from '#test/contract/requests.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';

// The bundle for browsers does not start in Node; the package's build for Node has the same WebAssembly.
vi.mock('#runtime-web/session/ort.ts', () => ({ loadOrt: () => import('onnxruntime-web') }));

async function write(files: Files): Promise<string> {
  const root = join(await temporaryFolder(), 'model');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

const URL = 'https://me.example/model';

/** Replaces a host that has these files. */
async function serving<T>(files: Files, ask: () => Promise<T>): Promise<T> {
  vi.stubGlobal('fetch', async (url: string) => {
    const content = files[url.slice(URL.length + 1)];
    return content ? new Response(content) : new Response('', { status: 404 });
  });
  return ask().finally(() => vi.unstubAllGlobals());
}

interface Known {
  shape: readonly number[];
  classes: number;
  classNames?: readonly string[] | undefined;
  nullCondition: boolean;
  conditions: readonly ConditionSpec[];
}

const known = ({ shape, classes, classNames, nullCondition, conditions }: Known) => ({
  shape,
  classes,
  classNames,
  nullCondition,
  conditions,
});

async function released(model: Known & { dispose(): Promise<void> }): Promise<Known> {
  await model.dispose();
  return known(model);
}

interface Reader {
  name: string;
  /** Reads the network too. */
  opens?: boolean;
  fetches?: boolean;
  /** undefined for a reader that does not return what it read. */
  read(files: Files): Promise<Known | undefined>;
}

/** Runs `ask`; an InputError names files as they are in the folder, without the folder's own path. */
async function relative<T>(root: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const message = error.message.replaceAll(`${root}/`, '').replace(` (${root})`, '').replaceAll(root, 'it');
    throw new InputError(message);
  }
}

const READERS: readonly Reader[] = [
  {
    name: 'Node',
    opens: true,
    read: async (files) => {
      const root = await write(files);
      return relative(root, async () => released(await loadInNode(root, { device: 'cpu' })));
    },
  },
  {
    name: 'a tab, from files',
    opens: true,
    read: async (files) => released(await loadInTab(files, { device: 'wasm' })),
  },
  {
    name: 'a tab, from an address',
    opens: true,
    fetches: true,
    read: (files) => serving(files, async () => released(await loadInTab(URL, { device: 'wasm' }))),
  },
  {
    name: 'the build of the page',
    read: async (files) => {
      const root = await write(files);
      await relative(root, () => readModelFolder(root));
      return undefined;
    },
  },
  {
    name: '"your model"',
    opens: true,
    read: async (files) => {
      const blobs = Object.entries(files).map(([path, content]) => [path, new Blob([content])]);
      return known(await inspect({ files: Object.fromEntries(blobs), title: undefined }));
    },
  },
];

const NAMES: Record<string, string[]> = {
  'classes with names': ['cat', 'dog'],
};

describe.each(READERS)('a model folder read by $name', ({ opens, fetches, read }) => {
  it.each(FOLDERS.filter(({ says }) => says === undefined))('is taken with $name', async ({ name, files }) => {
    const found = await read(files);
    const classes = /classes/.test(name) ? 2 : 0;
    const { null_condition: nullCondition = false, conditions = [] } = JSON.parse(
      new TextDecoder().decode(files['unet/config.json']),
    );
    const expected = { shape: [1, 4, 4], classes, classNames: NAMES[name], nullCondition, conditions };
    if (found) expect(found).toEqual(expected);
  });

  const bad = FOLDERS.filter((row) => row.says !== undefined && (opens || !row.inNetwork) && !(fetches && row.missing));
  it.each(bad)('is refused with $name', async ({ files, says }) => {
    await expect(read(files)).rejects.toThrow(new InputError(`Cannot load the model: ${says}`));
  });

  it('is refused with JSON that is cut short, and with an unknown key', async () => {
    const cut = new TextEncoder().encode('{ "a": ');
    for (const path of ['model_index.json', 'scheduler/scheduler_config.json', 'unet/config.json']) {
      await expect(read(folder({}, { [path]: cut }))).rejects.toThrow(
        new RegExp(
          `^Cannot load the model: ${path} must be JSON, received a file that was cut short: copy or download it again\\.$`,
        ),
      );
    }
    const unknown = new TextEncoder().encode('{ "beta_shedule": "linear" }');
    await expect(read(folder({}, { 'scheduler/scheduler_config.json': unknown }))).rejects.toThrow(
      /unknown key "beta_shedule".* \(scheduler\/scheduler_config\.json\)$/,
    );
  });
});

const index = new TextEncoder().encode(JSON.stringify({ id2label: { ...CLASS_NAMES } }));
const conditional = folder({ classes: 3 }, { 'model_index.json': index });

describe.each([
  { name: 'Node', largest: 1_000_000, load: async () => loadInNode(await write(conditional), { device: 'cpu' }) },
  { name: 'a tab', largest: 4096, load: () => loadInTab(conditional, { device: 'wasm' }) },
])('a request in $name', ({ largest, load }) => {
  const ask = async (options: PictureOptions & { onStep?: (progress: { step: number; steps: number }) => void }) => {
    const model = await load();
    return model.sample(options).finally(() => model.dispose());
  };

  it.each(SAMPLER_NAMES)('with sampler %s tells of each row of its table', async (sampler) => {
    const told: [number, number][] = [];
    await ask({ sampler, steps: 3, onStep: ({ step, steps }) => told.push([step, steps]) });
    const { rows } = compileSampler(parseSchedulerConfig({ num_train_timesteps: 100 }), { sampler, steps: 3 });
    expect(told).toEqual(rows.map((_, i) => [i + 1, rows.length]));
  });

  it.each(GOOD)('of %s is completed', async (_, options, seeds, labels) => {
    expect(await ask(options)).toMatchObject({ seeds, labels });
  });

  it.each(BAD)('of %j is refused', async (options, says) => {
    await expect(ask(options)).rejects.toThrow(new InputError(`Cannot ${says}`));
  });

  it('takes no more pictures than the runtime does at once', async () => {
    const rule = new RegExp(`must be an integer from 1 to ${largest}\\b.*, received ${largest + 1}\\.$`);
    await expect(ask({ count: largest + 1 })).rejects.toThrow(rule);
    await expect(ask({ seeds: new Array(largest + 1).fill(1) })).rejects.toThrow(rule);
  });
});

describe('masks and pictures beside those of a model', () => {
  const classes = ['background', 'bone', 'flesh'];
  const mask = (by: number) => Uint8Array.from({ length: 16 }, (_, i) => (i + by) % 3);

  /** What Node and a tab make of the same request. */
  async function both(folder: string, options: PictureOptions) {
    const [node, tab] = await Promise.all([
      loadInNode(folder, { device: 'cpu' }),
      loadInTab(await filesOf(folder), { device: 'wasm' }),
    ]);
    const made = await Promise.all([node.sample(options), tab.sample(options)]);
    await Promise.all([node.dispose(), tab.dispose()]);
    return made;
  }

  it.each([
    ['one mask for all pictures', { conditionImages: mask(0), count: 3 }],
    ['a mask for each, and as many pictures', { conditionImages: Uint8Array.from([...mask(0), ...mask(1)]) }],
    ['a mask that is kept to more than was learnt', { conditionImages: mask(2), count: 2, guidance: 3 }],
    ['no mask', { count: 2 }],
  ] as const)('are told alike in Node and in a tab: %s', async (_, options) => {
    const folder = await tinyArtefact({ conditionImage: { classes }, nullCondition: true });
    const [node, tab] = await both(folder, { seed: 4, steps: 3, ...options });
    expectClose(tab.images, node.images, { absolute: 1e-5 });
    expect(tab.seeds).toEqual(node.seeds);
  });

  it('are told alike in Node and in a tab: a picture', async () => {
    const folder = await tinyArtefact({ conditionImage: { channels: 2 } });
    const conditionImages = Float32Array.from({ length: 32 }, (_, i) => i / 16 - 1);
    const [node, tab] = await both(folder, { seed: 4, steps: 3, count: 2, conditionImages });
    expectClose(tab.images, node.images, { absolute: 1e-5 });
    const [, other] = await both(folder, {
      seed: 4,
      steps: 3,
      count: 2,
      conditionImages: conditionImages.toReversed(),
    });
    expect(other.images).not.toEqual(tab.images);
  });

  it('are drawn alike in Node and in a tab, apart from the pictures', async () => {
    const folder = await tinyArtefact({ shape: [4, 4, 4], maskOutput: { classes } });
    const [node, tab] = await both(folder, { seed: 4, steps: 3, count: 2 });
    expect([tab.shape, node.shape]).toEqual([
      [1, 4, 4],
      [1, 4, 4],
    ]);
    expectClose(tab.images, node.images, { absolute: 1e-5 });
    expect(tab.masks).toEqual(node.masks);
    expectClose(tab.maskConfidence!, node.maskConfidence!, { absolute: 1e-5 });
  });

  it('are refused in a tab where they are missing or of another size', async () => {
    const files = await filesOf(await tinyArtefact({ conditionImage: { classes } }));
    const model = await loadInTab(files, { device: 'wasm' });
    await expect(model.sample({ steps: 2 })).rejects.toThrow(/needs a mask for each image, received none/);
    await expect(model.sample({ steps: 2, conditionImages: new Uint8Array(15) })).rejects.toThrow(
      /a Uint8Array of class numbers from 0 to 2, \[4, 4\] for all images or one for each, received 15 values/,
    );
    await expect(model.sample({ steps: 2, conditionImages: new Uint8Array(16).fill(3) })).rejects.toThrow(
      /received 3\b/,
    );
    await model.dispose();
  });
});

/** Those of a model folder that a tab reads. */
async function filesOf(folder: string): Promise<Files> {
  const paths = ['scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx'];
  const read = paths.map(async (path) => [path, Uint8Array.from(await readFile(join(folder, path)))] as const);
  return Object.fromEntries(await Promise.all(read));
}

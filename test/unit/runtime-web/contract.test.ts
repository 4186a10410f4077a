/** A model folder and a request mean the same everywhere: Node, a tab, the page's build, "your model", command, server, queue. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compileSampler, InputError, parseSchedulerConfig, SAMPLER_NAMES } from '@onnoise/scheduler';
import type { ConditionSpec, PictureOptions } from '@onnoise/scheduler/model';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeOrder } from '#pipeline/bulk/order.ts';
import { shardAt } from '#pipeline/bulk/shards.ts';
import { loadModel as loadInNode } from '#runtime-node/index.ts';
import { loadModel as loadInTab } from '#runtime-web/index.ts';
import { createServer, type Server } from '#server/index.ts';
import { readModelFolder } from '#site/build/model-folder.ts';
import { inspect } from '#site/views/model/inspect.ts';
import { openOrtInNode } from '#test/browser/ort-in-node.ts';
import { type Files, FOLDERS, folder } from '#test/contract/folders.ts';
import { BAD, BAD_OF_GUIDED, CLASS_NAMES, GOOD } from '#test/contract/requests.ts';
import { GUIDED, temporaryFolder } from '#test/models/tiny-onnx.ts';
import { runCli } from '#test/run-cli.ts';
import { ask, IMAGES } from '#test/server.ts';

openOrtInNode();

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
const guided = folder(GUIDED);

describe.each([
  { name: 'Node', largest: 1_000_000, load: async (files: Files) => loadInNode(await write(files), { device: 'cpu' }) },
  { name: 'a tab', largest: 4096, load: (files: Files) => loadInTab(files, { device: 'wasm' }) },
])('a request in $name', ({ largest, load }) => {
  const models = new Map<Files, ReturnType<typeof load>>();
  const ask = async (
    options: PictureOptions & { onStep?: (progress: { step: number; steps: number }) => void },
    files = conditional,
  ) => {
    const model = models.get(files) ?? load(files);
    models.set(files, model);
    return (await model).sample(options);
  };
  afterAll(async () => {
    for (const model of models.values()) await (await model).dispose();
  });

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

  it.each(BAD_OF_GUIDED)('of %j is refused to a guided model', async (options, says) => {
    await expect(ask(options, guided)).rejects.toThrow(new InputError(`Cannot ${says}`));
  });

  it('takes whole numbers of pictures, and no more than the runtime does at once', async () => {
    for (const count of [0, -3, 1.5])
      await expect(ask({ count })).rejects.toThrow('count must be an integer from 1 to');
    await expect(ask({ seed: 2 ** 53 - 1, count: 2 })).rejects.toThrow('seed must be an integer from 0 to');
    const rule = new RegExp(`must be an integer from 1 to ${largest}\\b.*, received ${largest + 1}\\.$`);
    await expect(ask({ count: largest + 1 })).rejects.toThrow(rule);
    await expect(ask({ seeds: new Array(largest + 1).fill(1) })).rejects.toThrow(rule);
  });
});

/** Fields that every surface has: noise, several seeds and what lies between seeds are not for all, nor is an empty list. */
const EVERYWHERE = [
  'steps',
  'seed',
  'count',
  'labels',
  'sampler',
  'eta',
  'spacing',
  'guidance',
  'guidanceInterval',
  'conditions',
];
const everywhere = <T extends readonly [...unknown[]]>(rows: readonly T[], at: number) =>
  rows.filter((row) =>
    Object.entries(row[at] as object).every(([key, value]) => EVERYWHERE.includes(key) && String(value) !== ''),
  );

interface Answer {
  refusal?: string;
  seeds?: number[];
  labels?: number[] | undefined;
}

interface Surface {
  name: string;
  /** What the surface calls a field. */
  field?: Partial<Record<string, string>>;
  ask(folder: string, options: PictureOptions): Promise<Answer>;
}

/** One server a folder, for all its rows. */
const servers = new Map<string, Promise<Server>>();
function serverOf(model: string): Promise<Server> {
  const server = servers.get(model) ?? createServer({ models: { it: model }, device: 'cpu', maxSteps: 200 });
  servers.set(model, server);
  return server;
}

const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const SURFACES: Surface[] = [
  {
    name: 'the command line',
    async ask(model, { conditions, ...options }) {
      const flags = Object.entries(options).flatMap(([key, value]) => [`--${kebab(key)}`, String(value)]);
      const told = Object.entries(conditions ?? {}).flatMap(([key, value]) => ['--condition', `${key}=${value}`]);
      const out = join(await temporaryFolder(), 'a.png');
      const { code, stdout, stderr } = await runCli(
        'sample',
        '--model',
        model,
        '--out',
        out,
        '--json',
        ...flags,
        ...told,
      );
      return code === 2 ? { refusal: stderr } : JSON.parse(stdout);
    },
  },
  {
    name: 'the server',
    field: { count: 'n', labels: 'label', conditions: 'condition', guidanceInterval: 'guidance_interval' },
    async ask(model, options) {
      const body = Object.fromEntries(Object.entries(options).map(([key, value]) => [this.field![key] ?? key, value]));
      const { status, json } = await ask(await serverOf(model), IMAGES, { body });
      if (status === 400) return { refusal: `${json.error.message} ${json.error.param}` };
      const of = (key: string) => json.data.map((picture: Record<string, number>) => picture[key]);
      return { seeds: of('seed'), labels: of('label') };
    },
  },
  {
    name: 'the queue',
    async ask(model, options) {
      try {
        const {
          count: size,
          seed,
          labels,
        } = shardAt(await makeOrder(model, { shard: 64, ...options, count: options.count ?? 1 }), 0);
        return {
          seeds: Array.from({ length: size }, (_, i) => seed + i),
          labels: labels && Array.from({ length: size }, (_, i) => labels[i % labels.length]!),
        };
      } catch (error) {
        return { refusal: (error as InputError).message };
      }
    },
  },
];

describe.each(SURFACES)('a request to $name', (surface) => {
  let folders: { conditional: string; guided: string };
  beforeAll(async () => {
    folders = { conditional: await write(conditional), guided: await write(guided) };
  });
  afterAll(async () => {
    for (const server of servers.values()) await (await server).close();
    servers.clear();
  });

  it.each(everywhere(GOOD, 1))('of %s is completed', async (_, options, seeds, labels) => {
    const { seed = 0 } = options;
    const answer = await surface.ask(folders.conditional, { count: 1, ...options, seed });
    expect(answer).toMatchObject({ seeds, labels: labels.slice(0, answer.labels?.length) });
  });

  it.each([
    ...everywhere(BAD, 0).map((row) => [...row, 'conditional'] as const),
    ...everywhere(BAD_OF_GUIDED, 0).map((row) => [...row, 'guided'] as const),
  ])('of %j is refused by the name of the field and with what was received', async (options, says, kind) => {
    const { refusal } = await surface.ask(folders[kind], { count: 1, ...options });
    const plain = (text: string) => text.toLowerCase().replaceAll(/[-_" ]/g, '');
    expect(plain(refusal!)).toContain(plain(says.slice(says.indexOf('received '), -1)));
    const named = Object.keys(options).map((key) => plain(surface.field?.[key] ?? key).replace(/s$/, ''));
    expect(named.filter((name) => plain(refusal!).includes(name))).not.toEqual([]);
  });
});

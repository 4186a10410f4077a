/**
 * Generated files that the page fetches, the same in the dev server and in the build:
 *
 * | address                        | what                                                      |
 * | ------------------------------ | --------------------------------------------------------- |
 * | `assets/models.json`           | the models, the first one is shown first                  |
 * | `models/<id>/...`              | their folders                                             |
 * | `assets/real-28.{json,bin}`    | real digits, see real-digits.ts                           |
 * | `virtual:onnoise/models`       | the same list as a module: no round trip at start         |
 */
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { refuse } from '../../../scheduler/src/index.ts';
import { type ModelFolder, type ModelLine, readModelFolder, uniqueIds } from './model-folder.ts';
import { readRealDigits } from './real-digits.ts';

export interface AssetOptions {
  /** Every folder inside is a model. */
  modelsFolder: string;
  /** Model folders to show before them, in this order. */
  first?: readonly string[] | undefined;
}

/** An address relative to the page, and where its bytes come from. */
type Assets = Map<string, { file: string } | { bytes: () => Promise<Uint8Array | string> }>;

const VIRTUAL = 'virtual:onnoise/models';
const RESOLVED = `\0${VIRTUAL}`;
const PICTURES = 'assets/real-28.json';
/** [C, H, W] of its pictures. */
const DIGIT_SHAPE = [1, 28, 28];
const TYPES: Record<string, string> = { '.json': 'application/json', '.md': 'text/markdown', '.png': 'image/png' };

export function siteAssets(options: AssetOptions): Plugin {
  const once = <T>(make: () => Promise<T>) => {
    let made: Promise<T> | undefined;
    return () => {
      made ??= make();
      return made;
    };
  };
  const models = once(() => readModels(options));
  const assets = once(async () => listAssets(await models()));

  return {
    name: 'onnoise:assets',
    buildStart: async () => void (await models()),
    resolveId: (id) => (id === VIRTUAL ? RESOLVED : null),
    load: async (id) =>
      id === RESOLVED ? `export default ${JSON.stringify((await models()).map(({ line }) => line))};` : null,
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const path = decodeURI(new URL(request.url ?? '/', 'http://localhost').pathname).slice(1);
        const asset = (await assets()).get(path);
        if (asset === undefined) return next();
        response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
        response.setHeader('cache-control', 'no-cache');
        await send(asset, response).catch(next);
      });
    },
    async generateBundle() {
      for (const [fileName, asset] of await assets()) {
        const source = 'file' in asset ? await readFile(asset.file) : await asset.bytes();
        this.emitFile({ type: 'asset', fileName, source });
      }
    },
  };
}

/** The models of the page. @throws InputError if a folder is not a model. */
export async function readModels({ modelsFolder, first = [] }: AssetOptions): Promise<ModelFolder[]> {
  const inside = await readdir(modelsFolder, { withFileTypes: true }).catch(() => []);
  const shipped = inside.filter((entry) => entry.isDirectory()).map((entry) => join(modelsFolder, entry.name));
  const folders = new Set([...first.map((folder) => resolve(folder)), ...shipped.sort().map((f) => resolve(f))]);
  if (folders.size === 0) refuse('make the page', 'the models', 'at least one', `none in ${modelsFolder}`);
  const models = await Promise.all([...folders].map(readModelFolder));
  return Promise.all(uniqueIds(models).map(withPictures));
}

/** A model trained on the digits is shown beside real ones. Its card says what it was trained on. */
async function withPictures(model: ModelFolder): Promise<ModelFolder> {
  if (!model.files.includes('README.md')) return model;
  const card = await readFile(join(model.folder, 'README.md'), 'utf8');
  const digits = card.includes('"source": "digits"') && `${model.shape}` === `${DIGIT_SHAPE}`;
  return digits ? { ...model, line: { ...model.line, pictures: PICTURES } } : model;
}

function listAssets(models: readonly ModelFolder[]): Assets {
  const lines: ModelLine[] = models.map(({ line }) => line);
  let digits: ReturnType<typeof readRealDigits> | undefined;
  const real = () => {
    digits ??= readRealDigits();
    return digits;
  };
  const assets: Assets = new Map([
    ['assets/models.json', { bytes: async () => JSON.stringify(lines, null, 2) }],
    [PICTURES, { bytes: async () => JSON.stringify((await real()).info) }],
    [PICTURES.replace('.json', '.bin'), { bytes: async () => (await real()).pixels }],
  ]);
  for (const { line, folder, files } of models) {
    for (const file of files) assets.set(`${line.url}/${file}`, { file: join(folder, file) });
  }
  return assets;
}

async function send(asset: { file: string } | { bytes: () => Promise<Uint8Array | string> }, response: ServerResponse) {
  if ('bytes' in asset) {
    response.end(Buffer.from(await asset.bytes()));
    return;
  }
  response.setHeader('content-length', (await stat(asset.file)).size);
  createReadStream(asset.file)
    .on('error', () => response.destroy())
    .pipe(response);
}

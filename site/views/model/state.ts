/** The visitor's open model. It outlives the view, so that the visitor can look elsewhere and come back. */
import { signal } from '@preact/signals';
import { besidePictures } from '../../state/model-line.ts';
import { addModel, announce, current, go, type ModelEntry, models, sentence } from '../../state/store.ts';
import { fetchFolder, modelAddress } from './address.ts';
import { type Arranged, arrange, type Incoming } from './arrange.ts';
import { type Inspection, inspect } from './inspect.ts';
import { unpack } from './unpack.ts';

export type Opening =
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

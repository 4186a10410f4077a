/** The models that the page can show: shipped ones by address, the visitor's own as files. */

import type { Source } from '@onnoise/runtime-web';
import type { MainFigure } from '@onnoise/scheduler/model';

export const DEVICES = ['auto', 'webgpu', 'wasm'] as const;
export type DeviceChoice = (typeof DEVICES)[number];

export interface ModelEntry {
  id: string;
  title: string;
  /** What it makes, in a few words. */
  note: string;
  /** Absolute; a model of files has none. */
  url?: string;
  files?: Record<string, Blob>;
  /** Absolute address of the JSON file of pictures of the kind that it makes, which it did not make. */
  pictures?: string;
  /** The same of pictures that whoever serves the page has given for the game, in place of those. */
  real?: string;
  /** The recorded sampling of this very network, by its key. */
  recording?: string;
  /** Where the model says that all images of its training were synthetic phantoms. */
  trainedOn?: 'phantoms';
  /** Licence and source of the images of its training, where it names them. */
  licence?: string;
  /** Size of the network, if known before it is fetched. */
  bytes?: number;
  /** How good it is, where it was evaluated. */
  figures?: MainFigure[];
  /** True for a visitor's own model: a link to it means nothing elsewhere. */
  own: boolean;
}

/** The build's line of a model, with addresses relative to the page. */
export interface ModelLine {
  id: string;
  title: string;
  note: string;
  url: string;
  bytes: number;
  pictures?: string;
  real?: string;
  recording?: string;
  trainedOn?: 'phantoms';
  licence?: string;
  figures?: MainFigure[];
}

/** Of the shipped real digits, relative to the page. */
export const DIGIT_PICTURES = 'assets/real-28.json';

/** Whether a model makes digits, so that those that are shipped can stand beside its own. */
export const makesDigits = ({ pictures }: Pick<ModelEntry, 'pictures'>): boolean =>
  pictures?.endsWith(`/${DIGIT_PICTURES}`) ?? false;

export function shippedEntry({ url, pictures, real, ...line }: ModelLine, page: string): ModelEntry {
  const absolute = (address: string) => new URL(address, page).href;
  return {
    ...line,
    url: absolute(url),
    ...(pictures !== undefined && { pictures: absolute(pictures) }),
    ...(real !== undefined && { real: absolute(real) }),
    own: false,
  };
}

export function sourceOf({ url, files }: ModelEntry): Source {
  return files ? { kind: 'files', files } : { kind: 'url', url: url! };
}

/** `own-1`, `own-2`, ...: never the id of another model. */
export function nextOwnId(models: readonly ModelEntry[]): string {
  const ids = new Set(models.map(({ id }) => id));
  let n = 1;
  while (ids.has(`own-${n}`)) n++;
  return `own-${n}`;
}

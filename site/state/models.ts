/** The models that the page can show: shipped ones by address, the visitor's own as files. */

import type { Source } from '@onnoise/runtime-web';
import type { ModelLine } from './model-line.ts';

export const DEVICES = ['auto', 'webgpu', 'wasm'] as const;
export type DeviceChoice = (typeof DEVICES)[number];

/** With absolute addresses; a model of files has none, nor a size that is known before it is opened. */
export interface ModelEntry extends Omit<ModelLine, 'url' | 'bytes'>, Partial<Pick<ModelLine, 'url' | 'bytes'>> {
  files?: Record<string, Blob>;
  /** True for a visitor's own model: a link to it means nothing elsewhere. */
  own: boolean;
}

/** Of the shipped real digits, relative to the page. */
const DIGIT_PICTURES = 'assets/real-28.json';

/** Whether a model makes digits, so that those that are shipped can stand beside its own. */
export const makesDigits = ({ pictures }: Pick<ModelEntry, 'pictures'>): boolean =>
  pictures?.endsWith(`/${DIGIT_PICTURES}`) ?? false;

export function shippedEntry({ url, pictures, real, masks, ...line }: ModelLine, page: string): ModelEntry {
  const absolute = (address: string) => new URL(address, page).href;
  return {
    ...line,
    url: absolute(url),
    ...(pictures !== undefined && { pictures: absolute(pictures) }),
    ...(real !== undefined && { real: absolute(real) }),
    ...(masks !== undefined && { masks: absolute(masks) }),
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

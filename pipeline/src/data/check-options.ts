/** The rules of the options of `prepareDataset`, checked before any image is read. */
import { checkInteger, refuse } from '@onnoise/scheduler';
import { FITS, type PrepareOptions } from './types.ts';

/** Largest side of prepared images, in pixels. */
const MAX_SIZE = 2048;

const KNOWN: readonly (keyof PrepareOptions)[] = [
  'data',
  'csv',
  'labelColumn',
  'size',
  'channels',
  'fit',
  'validationShare',
  'seed',
  'strict',
  'cacheDir',
  'background',
  'memoryLimit',
];

const action = 'prepare images';

/** Throws InputError for the first option that breaks its rule. */
export function checkOptions(options: PrepareOptions): void {
  const unknown = Object.keys(options).find((key) => !(KNOWN as readonly string[]).includes(key));
  if (unknown !== undefined) refuse(action, 'options', `among ${KNOWN.join(', ')}`, unknown);
  const { data, csv, labelColumn, size, channels, fit, validationShare, seed, strict, cacheDir, background } = options;
  checkText(action, 'data', data);
  checkText(action, 'cacheDir', cacheDir);
  if (csv !== undefined) checkText(action, 'csv', csv);
  if (labelColumn !== undefined) checkText(action, 'labelColumn', labelColumn);
  checkInteger(action, 'size', size, 1, MAX_SIZE);
  checkInteger(action, 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (channels !== undefined && channels !== 1 && channels !== 3) refuse(action, 'channels', '1 or 3', channels);
  if (!FITS.includes(fit)) refuse(action, 'fit', FITS.map((name) => `"${name}"`).join(' or '), fit);
  if (background !== undefined && background !== 'black' && background !== 'white') {
    refuse(action, 'background', '"black" or "white"', background);
  }
  if (!(typeof validationShare === 'number' && validationShare >= 0 && validationShare < 1)) {
    refuse(action, 'validationShare', 'a number from 0 to below 1', validationShare);
  }
  if (typeof strict !== 'boolean') refuse(action, 'strict', 'true or false', strict);
}

function checkText(action: string, name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') refuse(action, name, 'a non-empty text', value);
}

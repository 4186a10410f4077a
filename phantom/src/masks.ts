/** The files of label maps: indexed PNG, in which a pixel is the number of its label, and the names of the numbers. */
import { LABEL } from '@onnoise/base/pictures';
import { LABELS } from './draw/labels.ts';
import { encodeIndexedPng } from './png.ts';

const PALETTE = LABELS.map(({ colour }) => colour);

/** Called as the picture is, whatever that one's format. @param id of the picture */
export const maskNameOf = (id: number | string): string => `${id}.png`;

/** @param mask numbers of labels. [size, size] */
export const encodeMask = (mask: Uint8Array, size: number): Buffer =>
  encodeIndexedPng(mask, size, PALETTE, {
    Title: 'Label map of a phantom of a hand radiograph',
    Warning: LABEL,
    Software: 'onnoise phantom',
    Comment: LABELS.map(({ name }, number) => `${number} ${name}`).join(', '),
  });

/** What is in `labels.json`: names by number. */
export const labelsFile = (): string =>
  `${JSON.stringify(Object.fromEntries(LABELS.map(({ name }, number) => [number, name])), null, 2)}\n`;

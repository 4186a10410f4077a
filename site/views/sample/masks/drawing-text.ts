/**
 * A drawing as text for a link: runs of equal pixels, row by row, some of which repeat the row above. A hand of 64 x 64 pixels in nine
 * classes takes some 550 characters.
 *
 * A run is the number `kind + (classes + 1) (length - 1)`, in seven bits a byte, lower bits first, the eighth set where more follow; its
 * kind is a class, or `classes` for pixels that are those above. The bytes are base64 of RFC 4648, section 5, without padding.
 */
import type { Mask, MaskSize } from './mask.ts';

/** Browsers and messengers take addresses of about 2,000 characters. */
export const LONGEST_DRAWING = 1500;

export interface DrawingForm extends MaskSize {
  classes: number;
}

/** undefined for a drawing that takes more than `LONGEST_DRAWING` characters. */
export function encodeDrawing(mask: Mask, form: DrawingForm): string | undefined {
  const bytes: number[] = [];
  for (let at = 0; at < mask.length && bytes.length <= LONGEST_DRAWING; ) {
    const [kind, length] = runAt(mask, at, form);
    let left = kind + (form.classes + 1) * (length - 1);
    for (; left > 127; left = Math.floor(left / 128)) bytes.push(128 | (left % 128));
    bytes.push(left);
    at += length;
  }
  const text = toBase64(Uint8Array.from(bytes));
  return text.length <= LONGEST_DRAWING ? text : undefined;
}

/** The longer of the pixels that equal those above, and of the pixels of one class as far as no such ones begin that are more. */
function runAt(mask: Mask, at: number, { classes, width }: DrawingForm): [kind: number, length: number] {
  const likeAbove = (from: number) => {
    let end = from;
    while (end < mask.length && mask[end] === (mask[end - width] ?? 0)) end++;
    return end - from;
  };
  const repeated = likeAbove(at);
  let end = at;
  while (end < mask.length && mask[end] === mask[at]) end++;
  if (repeated >= end - at) return [classes, repeated];
  for (let other = at + 1; other < end; other++) if (likeAbove(other) > end - other) end = other;
  return [mask[at]!, end - at];
}

/** undefined for what is no drawing of this form. */
export function decodeDrawing(text: string, { classes, width, height }: DrawingForm): Mask | undefined {
  const bytes = fromBase64(text);
  if (bytes === undefined) return undefined;
  const mask = new Uint8Array(width * height);
  let at = 0;
  for (let i = 0; i < bytes.length; i++) {
    let value = 0;
    let weight = 1;
    for (; bytes[i]! > 127; i++, weight *= 128) value += (bytes[i]! - 128) * weight;
    if (i >= bytes.length || weight > 2 ** 28) return undefined;
    value += bytes[i]! * weight;
    const kind = value % (classes + 1);
    const length = Math.floor(value / (classes + 1)) + 1;
    if (at + length > mask.length) return undefined;
    for (const end = at + length; at < end; at++) mask[at] = kind < classes ? kind : (mask[at - width] ?? 0);
  }
  return at === mask.length ? mask : undefined;
}

const toBase64 = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

function fromBase64(text: string): Uint8Array | undefined {
  if (!/^[\w-]+$/.test(text) || text.length > LONGEST_DRAWING) return undefined;
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

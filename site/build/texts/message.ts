/**
 * A message: English with places. `{name}` stands for a value, `<em>…</em>` for an element around words. Both are named as in the
 * source, with a number where two of one name differ.
 */

/** Source of the module that a place stands for. */
export type Range = readonly [start: number, end: number];

export interface Place {
  /** Of a value or a whole element; of an element around words its opening tag. */
  open: Range;
  /** The closing tag. */
  close?: Range;
}

export type Kind = 'string' | 'attribute' | 'template' | 'jsx' | 'html';

export interface Message {
  text: string;
  kind: Kind;
  /** What is replaced. */
  range: Range;
  /** White space around the text, which stays. */
  around: readonly [before: string, after: string];
  places: ReadonlyMap<string, Place>;
}

/** A piece of a message: words, or a place with what becomes of its element. */
export type Piece = { words: string } | { place: string; as: 'value' | 'open' | 'close' };

const PLACES = /\{([^{}]+)\}/g;
const PLACES_AND_TAGS = /\{([^{}]+)\}|<(\/?)(\p{L}[\w.]*)>/gu;

/** Reads a message or a translation of it. */
export function piecesOf(text: string, kind: Kind): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(kind === 'jsx' ? PLACES_AND_TAGS : PLACES)) {
    if (match.index > at) pieces.push({ words: text.slice(at, match.index) });
    const [whole, value, slash, tag] = match;
    pieces.push(value === undefined ? { place: tag!, as: slash ? 'close' : 'open' } : { place: value, as: 'value' });
    at = match.index + whole.length;
  }
  if (at < text.length) pieces.push({ words: text.slice(at) });
  return pieces;
}

/**
 * The locale `qps`: English with accents, brackets at both ends and 140 % of the length. Text without brackets is missing in the
 * catalogue, a bracket that nobody sees was cut off, and brackets inside of brackets are a sentence made of pieces.
 */
import { type Kind, piecesOf } from './message.ts';

export const PSEUDO = 'qps';
/** Hardly any text of the page has them. */
export const [OPEN, CLOSE] = ['⟦', '⟧'];
const LONGER = 1.4;

const PLAIN = 'aceginorsuyzACEGINORSUYZ';
const ACCENTED = 'áçéğíñóřšúýžÁÇÉĞÍÑÓŘŠÚÝŽ';

export function pseudo(text: string, kind: Kind): string {
  const pieces = piecesOf(text, kind);
  const length = pieces.reduce((sum, piece) => sum + ('words' in piece ? piece.words.length : 0), 0);
  const more = Math.max(0, Math.round(length * LONGER) - length - OPEN.length - CLOSE.length);
  const said = pieces.map((piece) => {
    if ('words' in piece) return accented(piece.words);
    return piece.as === 'value' ? `{${piece.place}}` : `<${piece.as === 'close' ? '/' : ''}${piece.place}>`;
  });
  return `${OPEN}${said.join('')}${filler(more)}${CLOSE}`;
}

const accented = (words: string) => [...words].map((one) => ACCENTED[PLAIN.indexOf(one)] ?? one).join('');

/** More words, of lengths as in German: `␣ẽẽẽẽ ẽẽẽẽẽẽẽẽ`. */
function filler(length: number): string {
  const words = 'éé éééé ééééééé ééé '.repeat(Math.ceil(length / 20));
  const cut = words.slice(0, Math.max(0, length - 1)).trimEnd();
  return length < 2 ? 'é'.repeat(length) : ` ${cut}`;
}

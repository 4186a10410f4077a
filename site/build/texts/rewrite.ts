/** A module with its messages said in another language. */
import { type Message, type Place, piecesOf, type Range } from './message.ts';

/** A translation, or one for each plural category of the value `of`: `{ of: 'count', one: '…', other: '…' }`. */
export type Translation = string | ({ of: string; other: string } & Record<string, string>);

/** @param say undefined: stays English. @throws Error for a translation whose places are not those of the message */
export function rewrite(
  code: string,
  messages: readonly Message[],
  say: (message: Message) => Translation | undefined,
  locale: string,
): string {
  const said = messages.flatMap((message) => {
    const words = say(message);
    return words === undefined ? [] : [{ message, words }];
  });
  said.sort(({ message: { range: a } }, { message: { range: b } }) => a[0] - b[0] || b[1] - a[1]);
  /** The source of a range; in it, those messages are said that lie in it, but not the one that asks. */
  const source = ([start, end]: Range, asks?: Message): string => {
    let [at, text] = [start, ''];
    for (const { message, words } of said) {
      const [from, to] = message.range;
      if (from < at || to > end || message === asks) continue;
      text += code.slice(at, from) + written(message, words);
      at = to;
    }
    return text + code.slice(at, end);
  };
  const written = (message: Message, words: Translation): string => {
    const ofPlace = (range: Range) => source(range, message);
    if (typeof words === 'string') return form(message, words, ofPlace);
    const { of, ...forms } = words;
    const place = message.places.get(of) ?? fail(message, `has no place {${of}} for its plural`);
    const count = ofPlace(place.open);
    const all = Object.entries(forms).map(([name, text]) => `${name}: ${expression(message, text, ofPlace)}`);
    const chosen = `(($, n) => $[new Intl.PluralRules(${JSON.stringify(locale)}).select(n)] ?? $.other)({ ${all.join(', ')} }, ${message.kind === 'jsx' ? count.slice(1, -1) : count})`;
    return message.kind === 'jsx' || message.kind === 'attribute' ? `{${chosen}}` : chosen;
  };
  return source([0, code.length]);
}

type OfPlace = (range: Range) => string;

/** As it stands in place of the message. */
function form(message: Message, text: string, ofPlace: OfPlace): string {
  const [before, after] = message.around;
  if (message.kind === 'html') return text.replaceAll(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  if (message.kind === 'jsx') return quoted(before) + elements(message, text, ofPlace) + quoted(after);
  const made = expression(message, before + text + after, ofPlace);
  return message.kind === 'attribute' ? `{${made}}` : made;
}

const expression = (message: Message, text: string, ofPlace: OfPlace): string =>
  message.kind === 'jsx' ? `<>${elements(message, text, ofPlace)}</>` : template(message, text, ofPlace);

const quoted = (words: string): string => (words === '' ? '' : `{${JSON.stringify(words)}}`);

function template(message: Message, text: string, ofPlace: OfPlace): string {
  const pieces = checked(message, text);
  if (message.places.size === 0) return JSON.stringify(text);
  const parts = pieces.map((piece) =>
    'words' in piece
      ? piece.words.replaceAll(/[\\`]|\$(?=\{)/g, '\\$&')
      : `\${${ofPlace(placeOf(message, piece.place).open)}}`,
  );
  return `\`${parts.join('')}\``;
}

function elements(message: Message, text: string, ofPlace: OfPlace): string {
  const parts = checked(message, text).map((piece) => {
    if ('words' in piece) return quoted(piece.words);
    const { open, close } = placeOf(message, piece.place);
    return ofPlace(piece.as === 'close' ? close! : open);
  });
  return parts.join('');
}

const placeOf = ({ places }: Message, name: string): Place => places.get(name)!;

/** The pieces of a translation. It may move and repeat what the message has, but leaves nothing out and closes what it opens. */
function checked(message: Message, text: string) {
  const pieces = piecesOf(text, message.kind);
  const [used, open] = [new Set<string>(), [] as string[]];
  for (const piece of pieces) {
    if ('words' in piece) continue;
    const { place: name, as } = piece;
    const place = message.places.get(name);
    if (!place || (as === 'value') !== (place.close === undefined))
      fail(message, `has no place ${name} as in “${text}”`);
    if (as === 'open') open.push(name);
    if (as === 'close' && open.pop() !== name) fail(message, `must have its elements closed, not as in “${text}”`);
    used.add(name);
  }
  if (open.length > 0) fail(message, `must have its elements closed, not as in “${text}”`);
  for (const name of message.places.keys())
    if (!used.has(name)) fail(message, `has a place ${name}, missing in “${text}”`);
  return pieces;
}

function fail({ text }: Message, what: string): never {
  throw new Error(`Cannot translate “${text}”: it ${what}.`);
}

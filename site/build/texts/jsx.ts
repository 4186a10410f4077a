/** The children of a JSX element as one message: words, and the values and elements between them. */
import type { Message } from './message.ts';
import { collectPlaces, type Places } from './places.ts';
import { FORMULAS, hasWord } from './rules.ts';
import { child, children, type Node, nameOf } from './syntax.ts';

/**
 * @param taken gets what the message says already: elements around words, and strings in braces
 * @returns undefined where no words stand right among the children
 */
export function messageOfChildren(code: string, parts: readonly Node[], taken: Set<Node>): Message | undefined {
  const own = parts.map((part) => wordsOf(part) ?? '').join(' ');
  if (!hasWord(own)) return undefined;
  const places = collectPlaces(code);
  const inside: Node[] = [];
  const text = textOf(parts, places, inside);
  if (text === undefined) return undefined;
  for (const node of inside) taken.add(node);
  const before = /^\s*/.exec(text)![0];
  const after = /\s*$/.exec(text)![0];
  return {
    text: text.trim(),
    kind: 'jsx',
    range: [parts[0]!.start, parts.at(-1)!.end],
    around: [before, after],
    places: places.all,
  };
}

/** @returns undefined where its words have a brace or an angle, which would read as a place */
function textOf(parts: readonly Node[], places: Places, inside: Node[]): string | undefined {
  let text = '';
  for (const part of parts) {
    const words = wordsOf(part);
    if (words !== undefined) {
      if (/[{}<>]/.test(words)) return undefined;
      text += words;
      if (part.type === 'JSXExpressionContainer') inside.push(child(part, 'expression'));
    } else if (isAround(part)) {
      const inner = textOf(children(part, 'children'), places, inside);
      if (inner === undefined) return undefined;
      inside.push(part);
      const name = places.element(part);
      text += `<${name}>${inner}</${name}>`;
    } else if (part.type === 'JSXExpressionContainer') {
      const inside = child(part, 'expression');
      if (inside.type !== 'JSXEmptyExpression') text += `{${places.value(inside, [part.start, part.end])}}`;
    } else {
      text += `{${places.value(part, [part.start, part.end])}}`;
    }
  }
  return text;
}

/** What is said there as it stands: text, and strings in braces. */
function wordsOf(part: Node): string | undefined {
  if (part.type === 'JSXText') return collapsed(part.value as string);
  if (part.type !== 'JSXExpressionContainer') return undefined;
  const { type, value } = child(part, 'expression');
  return type === 'Literal' && typeof value === 'string' ? value : undefined;
}

/** White space as JSX has it: lines are trimmed where they were broken, and joined by one blank. */
export function collapsed(text: string): string {
  const lines = text.split(/\r?\n/);
  const trimmed = lines.map((line, i) => {
    const start = i > 0 ? line.trimStart() : line;
    return i < lines.length - 1 ? start.trimEnd() : start;
  });
  return decoded(trimmed.filter((line) => line !== '').join(' '));
}

const ENTITIES: Record<string, string> = { amp: '&', nbsp: '\u00a0', lt: '<', gt: '>', quot: '"' };
const decoded = (text: string) => text.replaceAll(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);

/** An element around words, not a formula, code or an element of its own. */
function isAround(part: Node): boolean {
  if (part.type !== 'JSXElement' || !part.closingElement) return false;
  const name = nameOf(child(child(part, 'openingElement'), 'name'));
  return !FORMULAS.has(name ?? '') && children(part, 'children').some(says);
}

/** Whether words stand in it, or values among which words could be. */
const says = (part: Node): boolean =>
  wordsOf(part)?.trim() || (part.type === 'JSXElement' && isAround(part))
    ? true
    : part.type === 'JSXExpressionContainer' && isSaid(child(part, 'expression'));

const isSaid = ({ type }: Node): boolean => type !== 'JSXEmptyExpression' && type !== 'ArrowFunctionExpression';

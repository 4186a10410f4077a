/** The messages of a module, found in its syntax tree. */
import { messageOfChildren } from './jsx.ts';
import type { Message } from './message.ts';
import { collectPlaces } from './places.ts';
import {
  CITED,
  FORMULAS,
  hasTwoWords,
  hasWord,
  isProse,
  isTechnical,
  READ_ATTRIBUTES,
  READ_NAMES,
  READ_PROPERTIES,
  TECHNICAL_CALLS,
} from './rules.ts';
import { child, children, type Node, nameOf, parse, partsOf } from './syntax.ts';

/** How strings are taken: all with a letter in them, all with a word, what reads like prose, what has two words in a row, or none. */
type Mode = 'marked' | 'read' | 'prose' | 'words' | 'none';
type Modes = readonly (readonly [part: Node, mode: Mode])[];

const HOLDS: Record<Mode, (text: string) => boolean> = {
  marked: (text) => /\p{L}/u.test(text),
  read: hasWord,
  prose: isProse,
  words: hasTwoWords,
  none: () => false,
};

/**
 * In the order of the module; one may lie in a place of another.
 * @param usual how strings are taken where no list knows better: `prose` in the page, `words` in a library, whose names begin with capitals
 */
export function findMessages(code: string, file: string, usual: 'prose' | 'words' = 'prose'): Message[] {
  const messages: Message[] = [];
  const taken = new Set<Node>();
  const visit = (node: Node, given: Mode, parent?: Node): void => {
    const mode = markBefore(code, node.start) ?? given;
    const message = taken.has(node) ? undefined : messageOf(code, node, mode, parent, taken);
    if (message) messages.push(message);
    for (const [part, how] of below(node, mode, usual)) visit(part, how, node);
  };
  visit(parse(code, file), usual);
  return messages;
}

/** What the comment right before a node says of the strings in it. */
function markBefore(code: string, start: number): Mode | undefined {
  const before = code.slice(Math.max(0, start - 30), start).trimEnd();
  if (before.endsWith('/* no text */')) return 'none';
  return before.endsWith('/* text */') ? 'marked' : undefined;
}

function messageOf(
  code: string,
  node: Node,
  mode: Mode,
  parent: Node | undefined,
  taken: Set<Node>,
): Message | undefined {
  switch (node.type) {
    case 'JSXElement':
    case 'JSXFragment': {
      const parts = children(node, 'children');
      return mode === 'none' || isFormula(node) || parts.length === 0
        ? undefined
        : messageOfChildren(code, parts, taken);
    }
    case 'Literal':
      return messageOfString(node, mode, parent?.type === 'JSXAttribute');
    case 'TemplateLiteral':
      return messageOfTemplate(code, node, mode);
    default:
      return undefined;
  }
}

function messageOfString({ value, start, end }: Node, mode: Mode, isAttribute: boolean): Message | undefined {
  if (typeof value !== 'string' || /[{}]/.test(value) || !HOLDS[mode](value)) return undefined;
  return { ...trimmed(value), kind: isAttribute ? 'attribute' : 'string', range: [start, end], places: new Map() };
}

function messageOfTemplate(code: string, node: Node, mode: Mode): Message | undefined {
  const quasis = children(node, 'quasis').map(({ value }) => (value as { cooked: string }).cooked);
  // A value counts as a number, and two pieces of words do not become one.
  const holds = HOLDS[mode];
  if (
    !(mode === 'marked' ? holds : hasWord)(quasis.join(' ')) ||
    !holds(quasis.join('0')) ||
    quasis.some((text) => /[{}]/.test(text))
  )
    return undefined;
  const places = collectPlaces(code);
  const names = children(node, 'expressions').map((one) => places.value(one, [one.start, one.end]));
  const text = quasis.map((words, i) => words + (i < names.length ? `{${names[i]}}` : '')).join('');
  return { ...trimmed(text), kind: 'template', range: [node.start, node.end], places: places.all };
}

function trimmed(text: string): Pick<Message, 'text' | 'around'> {
  const inner = text.trim();
  const at = text.indexOf(inner);
  return { text: inner, around: [text.slice(0, at), text.slice(at + inner.length)] };
}

/** The parts of a node, and how their strings are taken. */
function below(node: Node, mode: Mode, usual: Mode): Modes {
  const all = (how: Mode): Modes => partsOf(node).map((part) => [part, how]);
  if (mode === 'none') return all('none');
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TaggedTemplateExpression':
      return all('none');
    case 'ExportNamedDeclaration':
      return all(node.source ? 'none' : usual);
    case 'JSXElement':
      return belowElement(node, usual);
    case 'JSXExpressionContainer':
      return all('read');
    case 'JSXAttribute':
      return belowAttribute(node, usual);
    case 'ObjectExpression':
      return belowRecord(node, mode);
    case 'Property':
      return belowProperty(node, mode);
    case 'VariableDeclarator':
      return named(node, child(node, 'id'), usual);
    case 'AssignmentPattern':
      return named(node, child(node, 'left'), usual);
    case 'FunctionDeclaration':
      return named(node, node.id as Node | null, usual);
    case 'ConditionalExpression':
      return partsOf(node).map((part) => [part, part === node.test ? usual : mode]);
    case 'BinaryExpression': // what is compared is said in another language, too, if it is said at all
      return all(node.operator === '+' ? mode : 'words');
    case 'SwitchCase':
      return partsOf(node).map((part) => [part, part === node.test ? 'words' : mode]);
    case 'MemberExpression':
      return partsOf(node).map((part) => [
        part,
        part.type === 'ObjectExpression' ? mode : part === node.property && isText(part) ? 'none' : usual,
      ]);
    case 'CallExpression':
    case 'NewExpression':
      return belowCall(node, usual);
    default:
      return all(mode);
  }
}

const isText = ({ type }: Node) => type === 'Literal' || type === 'TemplateLiteral';

/** @param name of the variable or the function that a node makes */
function named(node: Node, name: Node | null, usual: Mode): Modes {
  const how = name && READ_NAMES.test(nameOf(name) ?? '') ? 'read' : usual;
  return partsOf(node).map((part) => [part, part === name ? usual : how]);
}

function belowCall(node: Node, usual: Mode): Modes {
  const callee = child(node, 'callee');
  const name = nameOf(callee) ?? '';
  const ofText: Mode = TECHNICAL_CALLS.has(name) ? 'none' : name === 'join' ? 'read' : usual;
  return partsOf(node).map((part) => [part, part !== callee && isText(part) ? ofText : usual]);
}

function belowRecord(node: Node, mode: Mode): Modes {
  const isPaper = children(node, 'properties').some((one) => one.type === 'Property' && keyOf(one) === 'authors');
  return partsOf(node).map((part) => [part, isPaper && CITED.has(keyOf(part) ?? '') ? 'none' : mode]);
}

/** @returns undefined for one that is computed, or of a spread */
function keyOf(property: Node): string | undefined {
  if (property.type !== 'Property' || property.computed) return undefined;
  const key = child(property, 'key');
  return nameOf(key) ?? (key.value as string | undefined);
}

function belowProperty(node: Node, mode: Mode): Modes {
  const key = child(node, 'key');
  const how = READ_PROPERTIES.has(keyOf(node) ?? '') ? 'read' : mode;
  return partsOf(node).map((part) => [part, part === key ? 'none' : how]);
}

const isFormula = (node: Node) =>
  node.type === 'JSXElement' && FORMULAS.has(nameOf(child(child(node, 'openingElement'), 'name')) ?? '');

function belowElement(node: Node, usual: Mode): Modes {
  const how = isFormula(node) ? 'none' : usual;
  return [
    ...children(child(node, 'openingElement'), 'attributes').map((one) => [one, usual] as const),
    ...children(node, 'children').map((one) => [one, how] as const),
  ];
}

function belowAttribute(node: Node, usual: Mode): Modes {
  const { name } = child(node, 'name') as Node & { name: string };
  const value = node.value as Node | null;
  if (!value) return [];
  const how = READ_ATTRIBUTES.has(name) ? 'read' : isTechnical(name) ? 'none' : usual;
  // The braces of an attribute say nothing of what stands in them.
  return [[value.type === 'JSXExpressionContainer' ? child(value, 'expression') : value, how]];
}

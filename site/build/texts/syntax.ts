/** A module's syntax tree: oxc's, which vite has, in the form of ESTree with TypeScript and JSX. */
import { parseSync } from 'vite';

export interface Node {
  type: string;
  /** In UTF-16 code units of the module. */
  start: number;
  end: number;
  [part: string]: unknown;
}

/** @throws Error where the module is not TypeScript */
export function parse(code: string, file: string): Node {
  const { program, errors } = parseSync(file, code);
  if (errors.length > 0) throw new Error(`Cannot read ${file}: ${errors[0]!.message}`);
  return program as unknown as Node;
}

/** Nodes of TypeScript that hold a value. */
const AROUND_VALUES = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression']);

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** The nodes right below, in the order of the module, without types. */
export function partsOf(node: Node): Node[] {
  const parts = Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]));
  return parts.filter(isNode).filter(({ type }) => !type.startsWith('TS') || AROUND_VALUES.has(type));
}

/** What stands inside parentheses, `as` and `!`. */
export function bare(node: Node): Node {
  const wrapped =
    AROUND_VALUES.has(node.type) || node.type === 'ParenthesizedExpression' || node.type === 'ChainExpression';
  return wrapped ? bare(node.expression as Node) : node;
}

export const child = (node: Node, name: string): Node => node[name] as Node;
export const children = (node: Node, name: string): Node[] =>
  (node[name] as (Node | null)[]).filter((one) => one !== null);

/** Of `a`, `a.b` and `a?.b()`: the last name; of others none. */
export function nameOf(node: Node): string | undefined {
  const { type, name, property, callee, computed } = bare(node) as Node & Record<'name' | 'property' | 'callee', never>;
  if (type === 'Identifier' || type === 'JSXIdentifier') return name;
  if (type === 'MemberExpression' || type === 'JSXMemberExpression') return computed ? undefined : nameOf(property);
  return type === 'CallExpression' ? nameOf(callee) : undefined;
}

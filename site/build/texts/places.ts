/** Names of places, each for one piece of source: the same value is the same place, another of its name gets a number. */
import type { Place, Range } from './message.ts';
import { bare, child, type Node, nameOf } from './syntax.ts';

export interface Places {
  all: Map<string, Place>;
  /** @returns the place's name */
  value(node: Node, range: Range): string;
  element(node: Node): string;
}

export function collectPlaces(code: string): Places {
  const all = new Map<string, Place>();
  const same = (a: Range, b: Range) => code.slice(...a) === code.slice(...b);
  const put = (wanted: string, place: Place): string => {
    let name = wanted;
    for (let i = 2; ; i++) {
      const other = all.get(name);
      if (other && same(other.open, place.open) && (other.close === undefined) === (place.close === undefined))
        return name;
      if (!other) break;
      name = `${wanted}${i}`;
    }
    all.set(name, place);
    return name;
  };
  return {
    all,
    value: (node, open) => put(valueName(node, code), { open }),
    element: (node) => {
      const [opening, closing] = [child(node, 'openingElement'), child(node, 'closingElement')];
      const name = nameOf(child(opening, 'name'))!;
      return put(name, { open: [opening.start, opening.end], close: [closing.start, closing.end] });
    },
  };
}

/** Of a formula or code its text, `{code --resume}`; of an expression without a name `{value}`. */
function valueName(node: Node, code: string): string {
  if (node.type !== 'JSXElement') return nameOf(node) ?? nameWithin(bare(node)) ?? 'value';
  const [opening, closing] = [child(node, 'openingElement'), node.closingElement as Node | null];
  const name = nameOf(child(opening, 'name'))!;
  const text = closing ? code.slice(opening.end, closing.start).replaceAll(/\s+/g, ' ').trim() : '';
  return text === '' || /[{}<>&]/.test(text) || text.length > 30 ? name : `${name} ${text}`;
}

/** `names[i]!` is a `names`, `a ? b : c` what it asks for. */
function nameWithin(node: Node): string | undefined {
  if (node.type === 'MemberExpression') return nameOf(child(node, 'object'));
  if (node.type === 'ConditionalExpression') return nameOf(child(node, 'test'));
  if (node.type === 'BinaryExpression' || node.type === 'LogicalExpression') return nameOf(child(node, 'left'));
  return undefined;
}

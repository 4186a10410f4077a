/**
 * Finds an object of a JSON text that names a field twice. JSON.parse takes the last one, a proxy in front may take the first:
 * what they check is then not what runs here (RFC 8259, 4).
 */

/** Strings, and what begins or ends an object or an array. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
const COLON = /\s*:/y;

/** @param text valid JSON. @returns the name of the first field that an object has twice */
export function repeatedKey(text: string): string | undefined {
  /** The fields of each open object; undefined for an open array. */
  const open: (Set<string> | undefined)[] = [];
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else {
      COLON.lastIndex = index + token.length;
      if (!COLON.test(text)) continue;
      const name = JSON.parse(token) as string;
      const fields = open.at(-1)!;
      if (fields.has(name)) return name;
      fields.add(name);
    }
  }
  return undefined;
}

/**
 * Which functions of a WebAssembly module run, and the module without the others.
 *
 * `withMarks` gives each function a global that it sets when it is called. `withoutOthers` leaves the functions that are named
 * as they are, and replaces the body of each other one by `unreachable`: it traps. No number of a function changes, so calls,
 * tables and exports stay as they are, and what the smaller module computes is, to the bit, what the whole one does.
 *
 * Functions are counted from 0 in the order of their bodies: those that the module imports have none.
 *
 * Source: WebAssembly core specification, binary format, https://webassembly.github.io/spec/core/binary/modules.html
 */

type Bytes = Uint8Array<ArrayBuffer>;

interface Section {
  id: number;
  body: Uint8Array;
}

const [CUSTOM, IMPORTS, GLOBALS, EXPORTS, CODE] = [0, 2, 6, 7, 10];
/** In which the sections of a module stand, tags (13) and the count of data (12) among them. */
const ORDER = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
/** Magic number and version. */
const HEADER = 8;

const [I32, MUTABLE] = [0x7f, 1];
const [I32_CONST, GLOBAL_SET, UNREACHABLE, END] = [0x41, 0x24, 0x00, 0x0b];
/** Kinds of imports and exports. */
const KINDS = { function: 0, table: 1, memory: 2, global: 3, tag: 4 };
/** No locals. */
const TRAP = Uint8Array.of(0, UNREACHABLE, END);

/** Name of the exported global that is 1 once the function was called. */
export const markOf = (place: number): string => `ran.${place}`;

export const countFunctions = (wasm: Uint8Array): number => bodiesIn(sectionsOf(wasm)).length;

/** The module with a mark for each function, which changes nothing else. */
export function withMarks(wasm: Uint8Array): Bytes {
  const sections = sectionsOf(wasm);
  const bodies = bodiesIn(sections);
  const globals = listIn(sections, GLOBALS);
  const first = importedGlobals(sections) + globals.count;
  const marked = bodies.map((body, place) => {
    const code = codeOf(body);
    return joined([body.subarray(0, code), [I32_CONST, 1, GLOBAL_SET], unsigned(first + place), body.subarray(code)]);
  });
  const exported = bodies.map((_, place) => [...text(markOf(place)), KINDS.global, ...unsigned(first + place)]);
  const added = bodies.map(() => [I32, MUTABLE, I32_CONST, 0, END]);
  return moduleOf(
    [
      { id: GLOBALS, body: longer(globals, added) },
      { id: EXPORTS, body: longer(listIn(sections, EXPORTS), exported) },
      { id: CODE, body: codeSection(marked) },
    ].reduce(withSection, sections),
  );
}

/**
 * The module in which every function traps that is not in use.
 * @param note the text of a section of its own, which no program reads: who made the module, and its licence
 */
export function withoutOthers(wasm: Uint8Array, isUsed: (place: number) => boolean, note: string): Bytes {
  const sections = sectionsOf(wasm);
  const bodies = bodiesIn(sections).map((body, place) => (isUsed(place) ? body : TRAP));
  const own = { id: CUSTOM, body: joined([text('note'), new TextEncoder().encode(note)]) };
  return moduleOf([...withSection(sections, { id: CODE, body: codeSection(bodies) }), own]);
}

function sectionsOf(wasm: Uint8Array): Section[] {
  const sections: Section[] = [];
  const reader = readerOf(wasm, HEADER);
  while (reader.at < wasm.length) {
    const id = reader.byte();
    sections.push({ id, body: reader.bytes(reader.number()) });
  }
  return sections;
}

const moduleOf = (sections: readonly Section[]): Bytes =>
  joined([
    [0, ...new TextEncoder().encode('asm'), 1, 0, 0, 0],
    ...sections.flatMap(({ id, body }) => [[id], unsigned(body.length), body]),
  ]);

/** With this section in place of the one of its kind, or where it belongs. */
function withSection(sections: readonly Section[], section: Section): Section[] {
  const others = sections.filter(({ id }) => id !== section.id);
  const rank = ORDER.indexOf(section.id);
  const place = others.findIndex(({ id }) => ORDER.indexOf(id) > rank);
  return others.toSpliced(place < 0 ? others.length : place, 0, section);
}

interface List {
  count: number;
  items: Uint8Array;
}

/** What a section lists. */
function listIn(sections: readonly Section[], wanted: number): List {
  const found = sections.find(({ id }) => id === wanted);
  if (!found) return { count: 0, items: new Uint8Array() };
  const reader = readerOf(found.body);
  return { count: reader.number(), items: found.body.subarray(reader.at) };
}

const longer = ({ count, items }: List, added: readonly ArrayLike<number>[]): Bytes =>
  joined([unsigned(count + added.length), items, ...added]);

/** Locals and code of each function, without the length before them. */
function bodiesIn(sections: readonly Section[]): Uint8Array[] {
  const { count, items } = listIn(sections, CODE);
  const reader = readerOf(items);
  return Array.from({ length: count }, () => reader.bytes(reader.number()));
}

const codeSection = (bodies: readonly Uint8Array[]): Bytes =>
  joined([unsigned(bodies.length), ...bodies.flatMap((body) => [unsigned(body.length), body])]);

/** Where the code begins in a body: after its groups of locals, each a number and a type of one byte. */
function codeOf(body: Uint8Array): number {
  const reader = readerOf(body);
  for (let groups = reader.number(); groups > 0; groups--) {
    reader.number();
    reader.byte();
  }
  return reader.at;
}

function importedGlobals(sections: readonly Section[]): number {
  const { count, items } = listIn(sections, IMPORTS);
  const reader = readerOf(items);
  const limits = () => {
    const flags = reader.byte();
    reader.number();
    if (flags & 1) reader.number();
  };
  let globals = 0;
  for (let i = 0; i < count; i++) {
    for (let names = 0; names < 2; names++) reader.bytes(reader.number());
    const kind = reader.byte();
    if (kind === KINDS.function) reader.number();
    else if (kind === KINDS.memory) limits();
    else if (kind === KINDS.global) {
      globals++;
      reader.bytes(2); // type and whether it changes
    } else {
      reader.byte(); // a table's type, a tag's attribute
      if (kind === KINDS.table) limits();
      else reader.number();
    }
  }
  return globals;
}

function readerOf(bytes: Uint8Array, at = 0) {
  const reader = {
    at,
    byte: (): number => bytes[reader.at++]!,
    bytes: (count: number): Uint8Array => {
      reader.at += count;
      return bytes.subarray(reader.at - count, reader.at);
    },
    /** Unsigned, LEB128. */
    number: (): number => {
      let value = 0;
      for (let weight = 1; ; weight *= 128) {
        const next = reader.byte();
        value += (next & 127) * weight;
        if (next < 128) return value;
      }
    },
  };
  return reader;
}

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...unsigned(Math.floor(value / 128))];
}

function text(name: string): number[] {
  const utf8 = new TextEncoder().encode(name);
  return [...unsigned(utf8.length), ...utf8];
}

function joined(parts: readonly ArrayLike<number>[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Bodies that are forms with files, multipart/form-data: RFC 7578. The body is read whole, within the limit of all
 * bodies, so a file needs no limit of its own.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../errors/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The form's files by their fields: one each, or several where the field takes them. */
    files: ReadonlyMap<string, readonly Uint8Array[]>;
  }
}

/** What a field's schema says of its type; forms have only texts, and files for fields of the format `binary`, or with such items. */
export type FieldTypes = Readonly<Record<string, FieldType>>;

interface FieldType {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  items?: { format?: string };
}

/** Most fields and files of a form: reading one takes twenty microseconds. */
const MOST_PARTS = 200;

/**
 * Makes bodies in this scope forms. A field becomes a value of its schema's type; `name[]` and repeated fields become an
 * array, `name[key]` an object. A file's field has the file's name, or the names of several.
 */
export function takeForms(scope: FastifyInstance, fields: FieldTypes): void {
  scope.decorateRequest('files'); // the parser sets it
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer<ArrayBuffer>) => {
    const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers;
    if (!/^multipart\/form-data\s*;/i.test(type) || encoding.toLowerCase() !== 'identity') {
      const rule = 'its content-type must be multipart/form-data with a boundary, and its body not compressed';
      throw new Refusal(415, 'media_type', `Cannot read the request: ${rule}.`);
    }
    if (countParts(body) > MOST_PARTS) refuse(`its form must have at most ${MOST_PARTS} fields`);
    const form = await new Response(body, { headers: { 'content-type': type } }).formData().catch(() => undefined);
    if (form === undefined) refuse('its body must be a well-formed form, as its content-type says');
    const files = new Map<string, Uint8Array[]>();
    const values = new Map<string, unknown>();
    for (const [path, value] of form) {
      const name = nameOf(path);
      const takesSeveral = Object.hasOwn(fields, name) && fields[name]!.items?.format === 'binary';
      if (takesSeveral && typeof value === 'string') refuse(`${name} must be files, received a text`, name);
      if (takesSeveral && typeof value !== 'string') {
        files.set(name, [...(files.get(name) ?? []), new Uint8Array(await value.arrayBuffer())]);
        values.set(name, [...((values.get(name) as string[] | undefined) ?? []), value.name]);
        continue;
      }
      if (files.has(name)) refuse(`${name} must be one file, received several values`, name);
      if (typeof value === 'string') put(values, path, value, fields);
      else {
        if (values.has(name)) refuse(`${name} must be given once`, name);
        if (Object.hasOwn(fields, name) && fields[name]!.format !== 'binary') {
          refuse(`${name} must be a text, received a file`, name);
        }
        files.set(name, [new Uint8Array(await value.arrayBuffer())]);
        values.set(name, value.name);
      }
    }
    request.files = files;
    return Object.fromEntries(values);
  });
}

/** At least the number of parts: each begins with such a header. */
function countParts(body: Buffer): number {
  let count = 0;
  for (let at = body.indexOf('form-data'); at >= 0 && count <= MOST_PARTS; at = body.indexOf('form-data', at + 1))
    count++;
  return count;
}

const PATH = /^([^[\]]+)(?:\[([^[\]]+)\])?(\[\])?$/;

/** The field of a path; a path of another form is a field of its own. */
const nameOf = (path: string): string => PATH.exec(path)?.[1] ?? path;

/** Puts a text where its path says: `name`, `name[]`, `name[key]` or `name[key][]`. */
function put(values: Map<string, unknown>, path: string, text: string, fields: FieldTypes): void {
  const [, name = path, key, list] = PATH.exec(path) ?? [];
  const field = fields[name];
  const types = [field?.type ?? []].flat();
  const known = values.get(name);
  if (key !== undefined) {
    const entries = new Map(Object.entries(typeof known === 'object' ? (known as object) : {}));
    entries.set(key, joined(entries.get(key), numberOf(text), list !== undefined));
    values.set(name, Object.fromEntries(entries));
    return;
  }
  if (known !== undefined && list === undefined && !types.includes('array')) refuse(`${name} must be given once`, name);
  const isNull = text === 'null' && types.includes('null') && (field?.enum !== undefined || !types.includes('string'));
  values.set(name, joined(known, isNull ? null : typedValue(text, types), list !== undefined));
}

/** A value after those before it; the first of a list is a list, too. */
const joined = (before: unknown, value: unknown, isList: boolean): unknown =>
  before === undefined && !isList ? value : [...[before ?? []].flat(), value];

/** A text as one of the types that a field may have, or the text itself, which the schema then refuses. */
function typedValue(text: string, types: readonly string[]): unknown {
  if (types.includes('string')) return text;
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return types.some((type) => ['integer', 'number', 'array'].includes(type)) ? numberOf(text) : text;
}

const numberOf = (text: string): unknown => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text);

function refuse(rule: string, param: string | null = null): never {
  throw new Refusal(400, 'invalid_form', `Cannot read the request: ${rule}.`, { param });
}

/** An error of JSON Schema as a sentence. */
import { flag, integer, number, object, show, showNumber } from '@onnoise/scheduler/rules';
import type { FastifyError } from 'fastify';
import { Refusal } from './refusal.ts';

/** ajv's `verbose` adds the schema that failed, and the value. */
type Found = NonNullable<FastifyError['validation']>[0] & { parentSchema?: Schema; data?: unknown };

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  description?: string;
}

const ACTION = 'Cannot take the request:';

/** @returns the refusal (400) that names the field, the rule and what was received. */
export function invalidField({ instancePath, keyword, params, parentSchema, data, message }: Found): Refusal {
  const path = instancePath.slice(1).replaceAll('/', '.');
  const of = (name: unknown) => (path === '' ? String(name) : `${path}.${String(name)}`);
  if (keyword === 'additionalProperties') {
    const name = of(params.additionalProperty);
    return new Refusal(400, 'unknown_field', `${ACTION} the field ${name} is not known.`, { param: name });
  }
  if (keyword === 'required') {
    const name = of(params.missingProperty);
    return new Refusal(400, 'missing_field', `${ACTION} the field ${name} must be given.`, { param: name });
  }
  const rule = ruleOf(parentSchema ?? {}) ?? message ?? 'what its description says';
  const name = path === '' ? 'its body' : path;
  return new Refusal(400, 'invalid_value', `${ACTION} ${name} must be ${rule}, received ${received(data)}.`, {
    param: path || null,
  });
}

/** Values may be nested deeper than any stack, so this names only the kind of arrays and objects. */
function received(data: unknown): string {
  if (Array.isArray(data)) return data.length === 0 ? 'an empty array' : `an array of ${data.length}`;
  if (typeof data === 'number') return showNumber(data);
  return typeof data === 'object' && data !== null ? 'an object' : show(data);
}

const itemsOf = (least: number | undefined, most: number | undefined) =>
  least === undefined ? '' : ` of ${least === most ? least : `${least} to ${most}`}`;

/** `an integer from 1 to 16`; undefined for a schema without such a rule. */
function ruleOf(schema: Schema): string | undefined {
  const { type, enum: values, minimum, exclusiveMinimum, maximum, maxLength, minItems, maxItems } = schema;
  if (values) return `one of ${values.filter((value) => value !== null).join(', ')}`;
  const types = (Array.isArray(type) ? type : [type]).filter((one) => one !== undefined && one !== 'null');
  const phrases: Record<string, string> = {
    integer: minimum === undefined ? 'an integer' : integer(minimum, maximum).words,
    number: number({ min: minimum, above: exclusiveMinimum, max: maximum }).words,
    boolean: flag.words,
    string: maxLength === undefined ? 'a text' : `a text of at most ${maxLength} characters`,
    array: `an array${itemsOf(minItems, maxItems)}`,
    object: object.words,
  };
  return types.length === 0 ? undefined : types.map((one) => phrases[one!] ?? one).join(' or ');
}

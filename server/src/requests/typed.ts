/**
 * JSON Schemas that know the type of what they describe. A route takes the types of its body and its address from them
 * (fastify's type provider), so that a schema and a type cannot differ.
 */
import type { FastifyTypeProvider } from 'fastify';

declare const TYPE: unique symbol;

export type Schema = Readonly<Record<string, unknown>>;
/** A schema of values of type T. */
export type Typed<T> = Schema & { readonly [TYPE]?: T };
export type TypeOf<S> = S extends { readonly [TYPE]?: infer T } ? T : never;

/** `app.withTypeProvider<SchemaTypes>()` */
export interface SchemaTypes extends FastifyTypeProvider {
  validator: this['schema'] extends { readonly [TYPE]?: infer T } ? T : unknown;
  serializer: unknown;
}

interface Types {
  string: string;
  boolean: boolean;
  integer: number;
  number: number;
}

/** A field that may be left out, or null. */
export const optional = <K extends keyof Types>(type: K, description: string, more: Schema = {}) =>
  ({ type: [type, 'null'], description, ...more }) as Typed<Types[K] | null>;

export const integer = (description: string, minimum: number, maximum: number): Typed<number | null> =>
  optional('integer', description, { minimum, maximum });

export const choice = <V extends string>(description: string, values: readonly V[], more: Schema = {}) =>
  ({ type: ['string', 'null'], description, enum: [...values, null], ...more }) as Typed<V | null>;

/** A schema written out, whose type is said. */
export const schemaOf = <T>(schema: Schema): Typed<T> => schema as Typed<T>;

type Fields = Record<string, Typed<unknown>>;
type Values<P extends Fields, R extends keyof P> = { [K in Exclude<keyof P, R>]?: TypeOf<P[K]> } & {
  [K in R]: TypeOf<P[K]>;
};

/** An object of these fields and no others. */
export const objectOf = <P extends Fields, R extends keyof P = never>(
  properties: P,
  required: readonly R[] = [],
  more: Schema = {},
) =>
  ({
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    ...more,
    properties,
  }) as Schema as Typed<Values<P, R>>;

/** Who a request's images belong to, and what that client may ask for. */
import type { Socket } from 'node:net';
import type { Owner } from '@onnoise/runtime-node/engine';
import type { FastifyRequest } from 'fastify';
import type { CompleteOptions } from '../options/options.ts';

const connections = new WeakMap<Socket, string>();
let count = 0;

/** The key or address, and within it the user that the request names, or else its connection. */
export function ownerOf({ client, key, raw }: FastifyRequest, user?: string | null): Owner {
  const connection = connections.get(raw.socket) ?? `connection ${++count}`;
  connections.set(raw.socket, connection);
  return { client, user: user ? `user ${user}` : connection, weight: key?.priority };
}

/** The server's limits, or narrower ones of the client's key. */
export function allowedTo<T extends Limits>({ key }: Pick<FastifyRequest, 'key'>, options: T): T {
  const narrower = (name: keyof Limits) => Math.min(key?.[name] ?? options[name], options[name]);
  return {
    ...options,
    maxImages: narrower('maxImages'),
    maxSteps: narrower('maxSteps'),
    maxJobImages: narrower('maxJobImages'),
  };
}

type Limits = Pick<CompleteOptions, 'maxImages' | 'maxSteps' | 'maxJobImages'>;

/** Who may send requests, how often and from where, and what is logged. */
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { JSON_LENGTH } from '../bodies/binary-body.ts';
import { CLIENT_GONE, Refusal } from '../errors/errors.ts';
import { createKeyCheck } from '../options/keys.ts';
import { guardOrigins } from '../options/origins.ts';
import { clientOf } from './address.ts';
import { whenOver } from './connections.ts';
import type { Service } from './service.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The client for limits and fairness: the key's number in the file, or the address. */
    client: string;
  }
  interface FastifyContextConfig {
    /** Needs no key. */
    open?: boolean;
    /** Counts against the rate. */
    limited?: boolean;
  }
}

/** Number of clients whose rate is remembered. */
const CLIENTS = 10_000;

/**
 * The order counts: every answer has an id, a browser asks without a key whether its page may send one, and a request is
 * known by its key before its rate and its bytes are counted for that.
 */
export async function protect(app: FastifyInstance, service: Service): Promise<void> {
  const { options, admission, metrics } = service;
  await setHeaders(app);
  name(app);
  guardOrigins(app, options);
  if (options.corsOrigins.length > 0) await allowOrigins(app, options.corsOrigins);
  if (options.apiKeys.length > 0) askForKeys(app, options.apiKeys);
  noteLeavers(app, metrics);
  if (options.rate > 0) await limitRate(app, options.rate);
  countBytes(app, admission, options.maxBody);
  noteAnswers(app, metrics);
}

async function setHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
  });
}

async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  await app.register(cors, {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'POST'],
    maxAge: 600,
    allowedHeaders: ['authorization', 'content-type', 'accept', JSON_LENGTH],
    exposedHeaders: ['retry-after', 'x-request-id', 'x-seed', JSON_LENGTH],
  });
}

/** Gives a request its id, and its client the name of its address. */
function name(app: FastifyInstance): void {
  app.decorateRequest('client', '');
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    request.client = clientOf(request.ip);
  });
}

/** Refuses a request without a key, and calls its client by the key. */
function askForKeys(app: FastifyInstance, apiKeys: readonly string[]): void {
  const keyOf = createKeyCheck(apiKeys);
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.open) return;
    const key = keyOf(request.headers.authorization);
    if (key === undefined) {
      throw new Refusal(
        401,
        'invalid_api_key',
        'Cannot take the request: Authorization must be Bearer followed by a key of this server.',
      );
    }
    request.client = key;
  });
}

/** Fastify reports answers that it sent, not those whose client had left. */
function noteLeavers(app: FastifyInstance, metrics: Service['metrics']): void {
  app.addHook('onRequest', async (request, reply) => {
    whenOver(reply, () => {
      if (reply.raw.writableFinished || !request.raw.socket.destroyed) return;
      const { method, routeOptions, client } = request;
      const route = routeOptions.url ?? 'none';
      metrics.requests.inc({ route, method, status: CLIENT_GONE });
      request.log.info({ method, route, status: CLIENT_GONE, client }, 'the client left');
    });
  });
}

/** @param rate requests a minute of one client */
async function limitRate(app: FastifyInstance, rate: number): Promise<void> {
  app.addHook('onRoute', (route) => {
    if (!route.config?.limited) return;
    route.config.rateLimit = {
      max: rate,
      timeWindow: 60_000,
      keyGenerator: ({ client }) => client,
      errorResponseBuilder: (_, { ttl }) =>
        new Refusal(429, 'rate_limited', `A client may make ${rate} ${rate === 1 ? 'request' : 'requests'} a minute.`, {
          retryAfter: Math.ceil(ttl / 1000),
        }),
    };
  });
  await app.register(rateLimit, { global: false, cache: CLIENTS }); // reads what the hook above has set
}

/** A body counts against the memory as soon as its head arrives; one of unknown size counts as the largest. */
function countBytes(app: FastifyInstance, admission: Service['admission'], maxBody: number): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'POST') return;
    const told = Number(request.headers['content-length'] ?? maxBody);
    whenOver(reply, admission.hold(Math.min(Number.isFinite(told) ? told : maxBody, maxBody), request.client));
  });
}

function noteAnswers(app: FastifyInstance, metrics: Service['metrics']): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions, client } = request;
    const route = routeOptions.url ?? 'none';
    metrics.requests.inc({ route, method, status: reply.statusCode });
    metrics.duration.observe({ route }, reply.elapsedTime / 1000);
    request.log.info(
      { method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime), client },
      'answered',
    );
  });
}

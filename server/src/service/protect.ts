/** Who may send requests, how often and from where, and what is logged. */
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { JSON_LENGTH } from '../bodies/binary-body.ts';
import { CLIENT_GONE, Refusal } from '../errors/errors.ts';
import { clientOf, senderOf, trustedProxies } from '../options/address.ts';
import type { NamedKey } from '../options/keys.ts';
import { guardOrigins } from '../options/origins.ts';
import { whenOver } from './connections.ts';
import { methodsOf } from './methods.ts';
import type { Service } from './service.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The client for limits and fairness: the name of its key, or its address. */
    client: string;
    /** By which the client reached this server, or the proxy in front of it. */
    scheme: 'http' | 'https';
    /** Its key, where one is needed. */
    key: NamedKey | undefined;
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
  const { options, admission, metrics, keys, gate } = service;
  await setHeaders(app);
  name(app, options.trustProxy);
  guardOrigins(app, { ...options, keyed: keys.keyed });
  if (options.corsOrigins.length > 0) await allowOrigins(app, options.corsOrigins);
  service.tracing.follow(app);
  refuseMethods(app);
  if (keys.keyed) askForKeys(app, gate);
  noteLeavers(app, metrics);
  if (options.rate > 0 || keys.keyed) await limitRate(app, options.rate);
  countBytes(app, admission, options.maxBody);
  noteAnswers(app, metrics);
}

async function setHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    strictTransportSecurity: false, // the business of whoever speaks TLS: the proxy
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
    methods: ['GET', 'POST', 'DELETE'],
    maxAge: 600,
    // Whatever such a page asks for: clients and tracers send headers of their own (x-stainless-os, traceparent).
    exposedHeaders: ['retry-after', 'x-request-id', 'x-seed', 'x-note', JSON_LENGTH],
  });
}

/** Gives a request its id, and its client the name of its address. */
function name(app: FastifyInstance, trustProxy: readonly string[]): void {
  const proxies = trustedProxies('start the server', 'trustProxy', trustProxy);
  app.decorateRequest('client', '');
  app.decorateRequest('scheme', 'http');
  app.decorateRequest('key', undefined);
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    const { 'x-forwarded-for': forwarded, 'x-forwarded-proto': scheme } = request.headers;
    const remote = request.raw.socket.remoteAddress ?? ''; // none of a client that has gone already
    request.client = clientOf(senderOf(remote, forwarded?.toString(), proxies));
    if (scheme === 'https' && proxies.has(remote)) request.scheme = 'https';
  });
}

const nothingHere = () =>
  new Refusal(404, 'not_found', 'There is nothing at this address. /openapi.json lists all addresses.');

/** Refuses what no route takes: 405 where another method does, else 404. */
function refuseMethods(app: FastifyInstance): void {
  const allowed = methodsOf(app);
  app.setNotFoundHandler(() => {
    throw nothingHere(); // a route that serves files found none
  });
  app.addHook('onRequest', async ({ is404, method, url }) => {
    if (!is404) return;
    const methods = allowed(url);
    if (methods.length === 0) throw nothingHere();
    const allow = methods.join(', ');
    const rule = `the method of this address must be ${methods.join(' or ')}, received ${method}`;
    throw new Refusal(405, 'method_not_allowed', `Cannot take the request: ${rule}.`, { allow });
  });
}

/** Refuses a request without a key, and calls its client by the key. */
function askForKeys(app: FastifyInstance, gate: Service['gate']): void {
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.open) return;
    request.key = gate.keyOf(request.client, request.headers.authorization);
    request.client = request.key.name;
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

/** @param standard requests a minute of a client whose key says nothing else; 0: no limit */
async function limitRate(app: FastifyInstance, standard: number): Promise<void> {
  const rateOf = ({ key }: FastifyRequest) => key?.rate ?? standard;
  app.addHook('onRoute', (route) => {
    if (!route.config?.limited) return;
    route.config.rateLimit = {
      max: rateOf,
      allowList: (request) => rateOf(request) === 0,
      timeWindow: 60_000,
      keyGenerator: ({ client }) => client,
      errorResponseBuilder: (_, { ttl, max }) =>
        new Refusal(429, 'rate_limited', `A client may make ${max} ${max === 1 ? 'request' : 'requests'} a minute.`, {
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
    if (request.key) metrics.ofClient.request(client, reply.statusCode);
    request.log.info(
      { method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime), client },
      'answered',
    );
  });
}

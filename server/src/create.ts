/**
 * The server: fastify in front of an engine process.
 *
 *     const server = await createServer({ models: ['models/digits'] });
 *     await server.listen({ port: 8000 });
 *     ...
 *     await server.close(); // finishes running requests, refuses new ones
 */
import { randomUUID } from 'node:crypto';
import { type EngineModel, keepTables, supervise } from '@onnoise/runtime-node/engine';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { strictJson } from './bodies/strict-json.ts';
import { Refusal, report, sendRefusal, toRefusal } from './errors/errors.ts';
import { frameworkErrors } from './errors/framework-errors.ts';
import { describeApi } from './options/describe.ts';
import { type CompleteOptions, completeOptions, type ServerOptions } from './options/options.ts';
import { SAMPLERS_KEYWORD } from './requests/schemas.ts';
import { imageRoutes } from './routes/images.ts';
import { inferenceRoutes } from './routes/inference.ts';
import { modelRoutes } from './routes/models.ts';
import { systemRoutes } from './routes/system.ts';
import { createAdmission } from './service/admission.ts';
import { createCloser } from './service/connections.ts';
import { createMetrics } from './service/metrics.ts';
import { protect } from './service/protect.ts';
import type { Service } from './service/service.ts';

export interface Server {
  /** Fastify's instance, with `inject` for tests and `log`. */
  app: FastifyInstance;
  /** The loaded models, with their devices. */
  readonly models: readonly EngineModel[];
  /** Images in progress or waiting. */
  readonly depth: number;
  /** Process numbers of the engines at work. */
  readonly enginePids: readonly (number | undefined)[];
  /** Starts to take requests. @returns the address. */
  listen(where?: { host?: string; port?: number }): Promise<string>;
  /** Reloads all models while requests go on. @throws InputError if one cannot be loaded; the old ones then stay. */
  reload(): Promise<void>;
  /** Finishes running requests, and refuses new ones. */
  close(): Promise<void>;
  /** Ends at once, and drops running requests. */
  kill(): Promise<void>;
}

/**
 * Starts the engine and loads the models; nothing listens yet.
 * @throws InputError for an invalid option, or a model or device that cannot be used.
 */
export async function createServer(given: ServerOptions): Promise<Server> {
  const options = completeOptions(given);
  const admission = createAdmission(options);
  let closing = false;
  const metrics = createMetrics({
    depth: () => admission.images,
    bytes: () => admission.bytes,
    ready: () => supervisor.ready && !closing,
  });
  const app = createApp(options);
  const { models, device, maxBatch, engines, spare } = options;
  const supervisor = await supervise(
    // An engine that is silent for longer than a request may take has failed.
    { models, device, maxBatch, engines, spare, patience: options.timeout * 1000 },
    {
      onSteps: (report) => {
        metrics.steps(report);
        for (const [i, batch] of report.batches.entries()) admission.measure(batch, report.steps[i]!);
      },
      onCrash: (reason, delay) => {
        metrics.restarts.inc();
        app.log.error({ reason, delay }, 'an engine ended, another is being started');
      },
      onRunAgain: (images) => metrics.runAgain.inc(images),
      onRestartFailed: (error) => app.log.error({ err: error }, 'the engine could not be started'),
      onNotKept: (error) => app.log.warn({ err: error }, 'no copy of the models could be kept'),
    },
  );
  const service: Service = { options, supervisor, admission, metrics, tables: keepTables(), closing: () => closing };

  app.setErrorHandler((error, request, reply) => {
    const refusal = toRefusal(error);
    report(request, metrics.errors, error, refusal);
    return sendRefusal(request, reply, refusal);
  });
  app.setNotFoundHandler(() => {
    throw new Refusal(404, 'not_found', 'There is nothing at this address. /openapi.json lists all addresses.');
  });
  const closer = createCloser(app);
  await protect(app, service);
  await describeApi(app, options);
  for (const routes of [imageRoutes, modelRoutes, inferenceRoutes, systemRoutes]) routes(app, service);
  await app.ready();

  return {
    app,
    get models() {
      return supervisor.models;
    },
    get depth() {
      return admission.images;
    },
    get enginePids() {
      return supervisor.pids;
    },
    listen: ({ host = '127.0.0.1', port = 8000 } = {}) => app.listen({ host, port }),
    reload: () => supervisor.reload(),
    async close() {
      closing = true;
      await closer.close((options.timeout + BODY_LIMIT) * 1000);
      await supervisor.close();
    },
    async kill() {
      closing = true;
      const killed = supervisor.kill();
      app.server.closeAllConnections();
      await Promise.all([killed, app.close()]);
    },
  };
}

/** Seconds to send a request's head and its body, and milliseconds that a connection may idle between requests. */
const HEAD_LIMIT = 10;
const BODY_LIMIT = 30;
const KEEP_ALIVE = 72_000;

function createApp({ logger, maxBody, maxConnections, timeout, trustProxy }: CompleteOptions): FastifyInstance {
  const app = Fastify({
    logger: typeof logger === 'object' ? logger : logger ? { level: 'info' } : false,
    logController: new LogController({ disableRequestLogging: true }), // `protect` logs the answers
    bodyLimit: maxBody,
    trustProxy,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    ...frameworkErrors,
    requestTimeout: BODY_LIMIT * 1000,
    // A client that reads nothing for this long has gone; one whose request waits for its turn has not.
    connectionTimeout: (timeout + BODY_LIMIT) * 1000,
    keepAliveTimeout: KEEP_ALIVE,
    forceCloseConnections: 'idle',
    http: { headersTimeout: HEAD_LIMIT * 1000, connectionsCheckingInterval: 1000, maxHeaderSize: 16 * 1024 },
    routerOptions: { maxParamLength: 128 },
    ajv: {
      customOptions: {
        removeAdditional: false,
        coerceTypes: false,
        useDefaults: false,
        allowUnionTypes: true,
        verbose: true,
        keywords: [SAMPLERS_KEYWORD],
      },
    },
  });
  app.server.maxConnections = maxConnections;
  strictJson(app);
  return app;
}

/**
 * The server: fastify in front of an engine process.
 *
 *     const server = await createServer({ models: ['models/digits'] });
 *     await server.listen({ port: 8000 });
 *     ...
 *     await server.close(); // finishes running requests, refuses new ones
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type EngineModel, type Supervisor, supervise } from '@onnoise/runtime-node/engine';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { strictJson } from './bodies/strict-json.ts';
import { report, sendRefusal, toRefusal } from './errors/errors.ts';
import type { GrpcServer } from './grpc/serve.ts';
import { type CompleteOptions, completeOptions, type ServerOptions } from './options/options.ts';
import { createKeptPictures } from './pictures/kept-pictures.ts';
import { SAMPLERS_KEYWORD } from './requests/schemas.ts';
import { describeApi } from './routes/describe.ts';
import { imageRoutes } from './routes/images.ts';
import { inferenceRoutes } from './routes/inference.ts';
import { jobRoutes } from './routes/jobs.ts';
import { modelRoutes } from './routes/models.ts';
import { systemRoutes } from './routes/system.ts';
import { tritonRoutes } from './routes/triton.ts';
import { createAdmission } from './service/admission.ts';
import { allowHalfOpen, createCloser } from './service/connections.ts';
import { frameworkErrors } from './service/framework-errors.ts';
import { createGate } from './service/gate.ts';
import { createJobHost } from './service/job-host.ts';
import { createKeyRing } from './service/key-ring.ts';
import { createMetrics } from './service/metrics.ts';
import { sharePipelines } from './service/pipelines.ts';
import { protect } from './service/protect.ts';
import { noteKeys, noteReload } from './service/reloads.ts';
import { createRepository } from './service/repository.ts';
import type { Service } from './service/service.ts';
import { createStatistics } from './service/statistics.ts';
import { createTables } from './service/tables.ts';
import { startTracing } from './service/tracing.ts';

export interface Server {
  /** Fastify's instance, with `inject` for tests and `log`. */
  app: FastifyInstance;
  /** The loaded models, with their devices. */
  readonly models: readonly EngineModel[];
  /** Images in progress or waiting. */
  readonly depth: number;
  /** Process numbers of the engines at work. */
  readonly enginePids: readonly (number | undefined)[];
  /**
   * Starts to take requests.
   * @param where `grpcPort`: where to serve the Open Inference Protocol over gRPC as well; 0 for any free port
   * @returns the address over HTTP
   * @throws InputError where `@grpc/grpc-js` is not installed
   */
  listen(where?: { host?: string; port?: number; grpcPort?: number | undefined }): Promise<string>;
  /** The port of gRPC, once it listens. */
  readonly grpcPort: number | undefined;
  /**
   * Reads the file of keys again, and loads all models again while requests go on, unless their folders are as they were.
   * @returns whether the models were loaded
   * @throws InputError if one cannot be loaded; the old ones then stay.
   */
  reload(): Promise<boolean>;
  /**
   * Finishes running requests, and refuses new ones.
   * @param after seconds in which it still takes requests, but says that it is not ready: balancers need them to notice.
   * Default: 0.
   */
  close(options?: { after?: number }): Promise<void>;
  /** Ends at once, and drops running requests. */
  kill(): Promise<void>;
}

/**
 * Starts the engines and loads the models; nothing listens yet.
 * @throws InputError for an invalid option, or a model, key file or device that cannot be used.
 */
export async function createServer(given: ServerOptions): Promise<Server> {
  const options = completeOptions(given);
  const admission = createAdmission(options);
  const app = createApp(options);
  const keys = await createKeyRing(options, (error) => noteKeys(app.log, metrics, error));
  const tracing = await startTracing().catch((error: unknown) => {
    keys.close();
    throw error;
  });
  let state: 'open' | 'draining' | 'closing' = 'open';
  const cut = new AbortController(); // ends the wait for balancers
  const metrics = createMetrics({
    depth: () => admission.images,
    bytes: () => admission.bytes,
    ready: () => supervisor.ready && state === 'open',
    engines: () => supervisor.pids.length,
    models: () => supervisor.models,
    keyed: keys.keyed,
    jobs: () => jobs?.list(),
  });
  const statistics = createStatistics();
  const supervisor = await startEngines(options, app.log, { metrics, admission, statistics }).catch(
    async (error: unknown) => {
      keys.close();
      await tracing.close();
      throw error;
    },
  );
  const tables = createTables(supervisor);
  const host = createJobHost({ supervisor, tables, metrics, keys }, app.log);
  const jobs = await options.jobs?.(host).catch(async (error: unknown) => {
    keys.close();
    await Promise.all([tracing.close(), supervisor.kill()]);
    throw error;
  });
  if (jobs?.queueUp) metrics.watchQueue(jobs.queueUp);
  const repository = createRepository(options.models, (models) => noteReload(app.log, metrics, supervisor, models));
  const service: Service = {
    options,
    supervisor,
    admission,
    metrics,
    keys,
    gate: createGate(keys),
    kept: createKeptPictures(),
    statistics,
    repository,
    tracing,
    tables,
    jobs,
    closing: () => state === 'closing',
    draining: () => state !== 'open',
  };

  app.setErrorHandler((error, request, reply) => {
    const refusal = toRefusal(error);
    report(request, metrics.errors, error, refusal);
    return sendRefusal(request, reply, refusal);
  });
  let grpc: GrpcServer | undefined;
  const closer = createCloser(app, service.draining);
  await protect(app, service);
  await describeApi(app, keys.keyed);
  for (const routes of [imageRoutes, jobRoutes, modelRoutes, inferenceRoutes, tritonRoutes, systemRoutes])
    routes(app, service);
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
    async listen({ host = '127.0.0.1', port = 8000, grpcPort } = {}) {
      if (grpcPort !== undefined) {
        const { serveGrpc } = await import('./grpc/serve.ts');
        grpc = await serveGrpc(service, app.log, { host, port: grpcPort });
      }
      return app.listen({ host, port });
    },
    get grpcPort() {
      return grpc?.port;
    },
    async reload() {
      await keys.reload().then(
        () => keys.keyed && noteKeys(app.log, metrics),
        (error) => noteKeys(app.log, metrics, error),
      );
      return repository.reload();
    },
    async close({ after = 0 } = {}) {
      if (state === 'open') state = 'draining';
      await wait(after * 1000, undefined, { signal: cut.signal }).catch(() => {});
      state = 'closing';
      keys.close();
      await jobs?.close();
      const limit = (options.timeout + BODY_LIMIT) * 1000;
      await Promise.all([closer.close(limit), grpc?.close(limit)]);
      await supervisor.close();
      await tracing.close();
    },
    async kill() {
      state = 'closing';
      cut.abort();
      keys.close();
      const killed = Promise.all([supervisor.kill(), jobs?.close()]);
      grpc?.kill();
      app.server.closeAllConnections();
      await Promise.all([killed, app.close()]);
    },
  };
}

function startEngines(
  { models, device, maxBatch, engines, spare, timeout }: CompleteOptions,
  log: FastifyBaseLogger,
  { metrics, admission, statistics }: Pick<Service, 'metrics' | 'admission' | 'statistics'>,
): Promise<Supervisor> {
  return supervise(
    // An engine that is silent for longer than a request may take has failed.
    { models, device, maxBatch, engines, spare, patience: timeout * 1000 },
    {
      onSteps: (report) => {
        metrics.steps(report);
        statistics.steps(report);
        for (const [i, batch] of report.batches.entries()) admission.measure(batch, report.steps[i]!);
      },
      onCrash: (reason, delay) => {
        metrics.restarts.inc();
        log.error({ reason, delay }, 'an engine ended, another is being started');
      },
      onRunAgain: (images) => metrics.runAgain.inc(images),
      onRestartFailed: (error) => log.error({ err: error }, 'an engine could not be started'),
      onNotKept: (error) => log.warn({ err: error }, 'no copy of the models could be kept'),
    },
  );
}

/** Seconds to send a request's head and its body, and milliseconds that a connection may idle between requests. */
const HEAD_LIMIT = 10;
const BODY_LIMIT = 30;
const KEEP_ALIVE = 72_000;

/** The client's own id, if it is one for logs and headers. */
function genReqId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const { 'x-request-id': given } = headers;
  return typeof given === 'string' && /^[\w.:+/=-]{1,128}$/.test(given) ? given : randomUUID();
}

function createApp({ logger, maxBody, maxConnections, timeout }: CompleteOptions): FastifyInstance {
  const app = Fastify({
    logger: typeof logger === 'object' ? logger : logger ? { level: 'info' } : false,
    logController: new LogController({ disableRequestLogging: true }), // `protect` logs the answers
    bodyLimit: maxBody,
    genReqId,
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
  sharePipelines(app.server);
  allowHalfOpen(app);
  strictJson(app);
  return app;
}

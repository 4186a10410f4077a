/** Jobs over HTTP: order, look, cancel, remove, and the pictures as a tar with their manifest. */
import { createReadStream } from 'node:fs';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../errors/errors.ts';
import type { Job, Jobs } from '../jobs/jobs.ts';
import { noteOf } from '../pictures/form.ts';
import { named } from '../requests/generation.ts';
import { describeJob, JOB, type JobBody, jobBody, NOTED_JOB, orderIn } from '../requests/job.ts';
import { failures, OPENAI_ERROR } from '../requests/schemas.ts';
import { toldInJson } from '../requests/told-files.ts';
import type { SchemaTypes } from '../requests/typed.ts';
import { refuseWhile } from '../service/ask.ts';
import { allowedTo } from '../service/owner.ts';
import { readHeld } from '../service/read-held.ts';
import { findModel, type Service } from '../service/service.ts';
import { withTables } from '../service/tables.ts';

/** Jobs that are kept, of all clients and of one. */
const MOST_JOBS = 1000;
const MOST_OF_ONE = 100;

interface Named {
  Params: { job: string };
}

const json = (schema: object) => ({ description: 'OK', content: { 'application/json': { schema } } });
const params = { type: 'object', properties: { job: { type: 'string' } } };

interface Operation {
  operationId: string;
  summary: string;
  answer: object;
  /** Statuses of its error answers, besides those of all. */
  errors?: readonly number[];
}

const schemaOf = ({ operationId, summary, answer, errors = [] }: Operation, status = 200) => ({
  tags: ['Jobs'],
  operationId,
  summary,
  response: { [status]: answer, ...failures(OPENAI_ERROR, 401, 403, 404, ...errors) },
});

export function jobRoutes(app: FastifyInstance, service: Service): void {
  const { jobs } = service;
  if (jobs === undefined) refuseAll(app);
  else {
    orderRoute(app, service, jobs);
    lookRoutes(app, jobs);
    resultRoutes(app, jobs);
  }
}

/** So that a client learns why. */
function refuseAll(app: FastifyInstance): void {
  for (const url of ['/v1/jobs', '/v1/jobs/*']) {
    app.all(url, { schema: { hide: true } }, async () => {
      throw new Refusal(404, 'no_jobs', 'This server keeps no jobs: it must be started with --jobs <folder>.');
    });
  }
}

function orderRoute(app: FastifyInstance, service: Service, jobs: Jobs): void {
  const { options, closing } = service;
  const answer = { ...json(NOTED_JOB), description: 'The job, at the address in Location.' };
  const errors = [400, 429, 503, 504, 507];
  const schema = {
    ...schemaOf({ operationId: 'createJob', summary: 'Order many pictures', answer, errors }, 202),
    description: 'They are made while no request needs the engines. The same order gives the same pictures.',
    body: jobBody(options),
  };
  app
    .withTypeProvider<SchemaTypes>()
    .post('/v1/jobs', { schema, config: { limited: true } }, async (request, reply) => {
      const body: JobBody = request.body;
      refuseWhile(closing());
      refuseMore(jobs, request);
      const model = findModel(service, body.model);
      const told = await readHeld(service, { request, reply }, toldInJson(body), model, false);
      const order = orderIn(body, model, allowedTo(request, options), told);
      let note: string | undefined;
      const keep = await withTables(service, model.name, (compile) => {
        const noting: typeof compile = (...asked) => {
          const table = compile(...asked);
          note = noteOf(table);
          return table;
        };
        return named(() => jobs.take(model, order, noting), undefined, model);
      });
      const job = await keep(request.client);
      const sent = { ...describeJob(job), ...(note && { note }) };
      return reply.status(202).header('location', `/v1/jobs/${job.id}`).send(sent);
    });
}

/** @throws Refusal (429) */
function refuseMore(jobs: Jobs, { client }: FastifyRequest): void {
  const all = jobs.list();
  const own = all.filter((job) => job.client === client).length;
  if (all.length < MOST_JOBS && own < MOST_OF_ONE) return;
  const rule = `${own} jobs of yours and ${all.length} of all are kept, of ${MOST_OF_ONE} and ${MOST_JOBS}`;
  throw new Refusal(429, 'too_many_jobs', `${rule}: remove those that you need no longer.`, { retryAfter: 60 });
}

/** A client with a key sees its own jobs; without keys all see all. */
const isFor = ({ key, client }: FastifyRequest, job: Job) => key === undefined || job.client === client;

/** @throws Refusal (404) for an unknown job, and for another client's */
function findJob(jobs: Jobs, request: FastifyRequest, id: string): Job {
  const job = jobs.find(id);
  if (job && isFor(request, job)) return job;
  throw new Refusal(404, 'job_not_found', 'There is no job of that id.');
}

function lookRoutes(app: FastifyInstance, jobs: Jobs): void {
  const list = { type: 'object', properties: { object: { type: 'string' }, data: { type: 'array', items: JOB } } };
  app.get(
    '/v1/jobs',
    { schema: schemaOf({ operationId: 'listJobs', summary: 'List your jobs, the newest first', answer: json(list) }) },
    async (request) => ({
      object: 'list',
      data: jobs
        .list()
        .filter((job) => isFor(request, job))
        .reverse()
        .map(describeJob),
    }),
  );
  app.get<Named>(
    '/v1/jobs/:job',
    { schema: { ...schemaOf({ operationId: 'getJob', summary: 'Look at a job', answer: json(JOB) }), params } },
    async (request) => describeJob(findJob(jobs, request, request.params.job)),
  );
  app.post<Named>(
    '/v1/jobs/:job/cancel',
    {
      schema: {
        ...schemaOf({ operationId: 'cancelJob', summary: 'Cancel a job; what it has made stays', answer: json(JOB) }),
        params,
      },
    },
    async (request) => describeJob(await jobs.cancel(findJob(jobs, request, request.params.job).id)),
  );
  const removed = { type: 'object', properties: { id: { type: 'string' }, deleted: { type: 'boolean' } } };
  app.delete<Named>(
    '/v1/jobs/:job',
    {
      schema: {
        ...schemaOf({
          operationId: 'deleteJob',
          summary: 'Cancel a job, and remove it with its pictures',
          answer: json(removed),
        }),
        params,
      },
    },
    async (request) => {
      const { id } = findJob(jobs, request, request.params.job);
      await jobs.remove(id);
      return { id, deleted: true };
    },
  );
}

const BINARY = { type: 'string', format: 'binary' };

function resultRoutes(app: FastifyInstance, jobs: Jobs): void {
  const tar = { description: 'The tar.', content: { 'application/x-tar': { schema: BINARY } } };
  app.get<Named>(
    '/v1/jobs/:job/pictures',
    {
      schema: {
        ...schemaOf({
          operationId: 'getJobPictures',
          summary: "A completed job's pictures, as one tar",
          answer: tar,
          errors: [409, 410],
        }),
        params,
      },
    },
    async (request, reply) => {
      const job = completed(findJob(jobs, request, request.params.job));
      const result = await jobs.pictures(job.id);
      if (result === undefined) {
        const sentence =
          'Files of the job are not in the folder of this server: workers wrote elsewhere, or they were removed.';
        throw new Refusal(410, 'pictures_gone', sentence);
      }
      const name = `attachment; filename="${job.id}.tar"`;
      void reply.header('content-length', result.bytes).header('content-disposition', name);
      return reply.type('application/x-tar').send(result.tar);
    },
  );
  const manifest = json({ type: 'object', additionalProperties: true });
  app.get<Named>(
    '/v1/jobs/:job/manifest',
    {
      schema: {
        ...schemaOf({
          operationId: 'getJobManifest',
          summary: "A completed job's shards, with hashes",
          answer: manifest,
          errors: [409],
        }),
        params,
      },
    },
    async (request, reply) => {
      const job = completed(findJob(jobs, request, request.params.job));
      return reply.type('application/json').send(createReadStream(jobs.manifest(job.id)));
    },
  );
}

/** @throws Refusal (409) */
function completed(job: Job): Job {
  if (job.status === 'completed') return job;
  const rule = `the job must be completed, it is ${job.status}`;
  throw new Refusal(409, 'job_not_completed', `Cannot give the pictures: ${rule}.`);
}

/** What the server does for jobs: it samples for them, counts and logs. */
import { completeRequest } from '@onnoise/runtime-node';
import type { EngineModel, SampleTask } from '@onnoise/runtime-node/engine';
import { type compileSampler, InputError, samplerSettings } from '@onnoise/scheduler';
import type { FastifyBaseLogger } from 'fastify';
import { Refusal } from '../errors/refusal.ts';
import type { Job, JobHost, JobSampling } from '../jobs/jobs.ts';
import type { Service } from './service.ts';

export function createJobHost(
  { supervisor, tables, metrics, keys }: Pick<Service, 'supervisor' | 'tables' | 'metrics' | 'keys'>,
  log: FastifyBaseLogger,
): JobHost {
  const modelOf = ({ model: { name, hash } }: Pick<Job, 'model'>): EngineModel => {
    const model = supervisor.models.find((one) => one.name === name);
    if (model?.modelHash === hash) return model;
    const what = model ? 'another than it was when the job was ordered' : 'not loaded any more';
    throw new InputError(`Cannot go on with the job: its model, ${name}, is ${what}.`);
  };
  return {
    modelOf,
    noRoom: (sentence) => new Refusal(507, 'no_room', sentence),
    async sample(job, options, onImage) {
      const task = await tables.with(
        job.model.name,
        (compile) => taskOf(modelOf(job), job, options, compile),
        options.signal ?? new AbortController().signal,
      );
      const count = () => {
        metrics.images.inc({ model: job.model.name });
        if (keys.keyed) metrics.ofClient.image(job.client);
        onImage();
      };
      const made = await supervisor.sample(task, { signal: options.signal, onImage: count });
      const images = new Float32Array(made.reduce((sum, { image }) => sum + image.length, 0));
      for (const [i, { image }] of made.entries()) images.set(image, i * image.length);
      return images;
    },
    warn: (line) => log.warn(line),
    onStatus({ id, status, client, model, images, error }) {
      const line = { job: id, status, client, model: model.name, images: images.total, done: images.done };
      if (status === 'failed') log.error({ ...line, reason: error }, 'a job failed');
      else log.info(line, 'a job');
    },
  };
}

function taskOf(
  model: EngineModel,
  { id, client }: Job,
  options: JobSampling,
  compile: typeof compileSampler,
): SampleTask {
  const { seeds, labels, conditions, conditionImages, guidance, table } = completeRequest(model, options, compile);
  const { steps, sampler } = table;
  return {
    client,
    user: id,
    background: true,
    model: model.name,
    seeds,
    labels,
    conditions,
    conditionImages,
    guidance,
    steps,
    sampler,
    ...samplerSettings(options),
    partials: 0,
  };
}

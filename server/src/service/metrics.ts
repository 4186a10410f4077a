/** Metrics for Prometheus, in its base units: seconds, images. */
import type { EngineModel, StepReport } from '@onnoise/runtime-node/engine';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { JOB_STATUSES, type Job } from '../jobs/jobs.ts';

export interface ServerMetrics {
  contentType: string;
  /** All numbers. @param client of whose counters alone, instead of those of each client */
  read(client?: string): Promise<string>;
  requests: Counter<'route' | 'method' | 'status'>;
  duration: Histogram<'route'>;
  errors: Counter<'code'>;
  images: Counter<'model'>;
  restarts: Counter;
  runAgain: Counter;
  reloads: Counter<'what' | 'result'>;
  reloadSeconds: Histogram;
  /** Seconds that an image waited for its first step. */
  waits: Histogram<'model'>;
  /** Of a server with keys, by the name of the key; it does nothing on others, whose clients are without number. */
  ofClient: { request(client: string, status: number): void; image(client: string): void };
  steps(report: StepReport): void;
  /** Shows from now on whether the queue of the jobs answers. */
  watchQueue(up: () => boolean): void;
}

interface Now {
  /** Images in progress or waiting. */
  depth: () => number;
  bytes: () => number;
  /** Whether the server takes requests. */
  ready: () => boolean;
  /** Engines at work. */
  engines: () => number;
  models: () => readonly EngineModel[];
  /** Requests need a key. */
  keyed: boolean;
  /** Undefined where the server keeps none. */
  jobs: () => readonly Job[] | undefined;
}

export function createMetrics(now: Now): ServerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'onnoise_' });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `onnoise_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge('queue_images', 'Images in progress or waiting.', now.depth);
  gauge('request_bytes', 'Bytes that requests under way may take up.', now.bytes);
  gauge('ready', '1 while the server takes requests, else 0.', () => Number(now.ready()));
  gauge('engines', 'Engines at work; a spare one is not among them.', now.engines);
  new Gauge({
    name: 'onnoise_model_info',
    help: '1 for each loaded model, with the hash of its network.',
    registers,
    labelNames: ['model', 'hash', 'format', 'device'],
    collect() {
      this.reset();
      for (const { name, hash, format, device } of now.models()) this.set({ model: name, hash, format, device }, 1);
    },
  });

  new Gauge({
    name: 'onnoise_jobs',
    help: 'Jobs that are kept, by their status.',
    registers,
    labelNames: ['status'],
    collect() {
      const kept = now.jobs();
      if (kept === undefined) return;
      for (const status of JOB_STATUSES) this.set({ status }, kept.filter((job) => job.status === status).length);
    },
  });

  const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
  const batch = new Histogram({
    name: 'onnoise_batch_images',
    help: 'Images of a step; those that are guided count twice.',
    registers,
    buckets: [1, 2, 4, 8, 16, 32, 64, 128],
  });
  const step = new Histogram({
    name: 'onnoise_step_seconds',
    help: 'A step of the batch: the network and everything around it.',
    registers,
    buckets: seconds,
  });
  const network = new Histogram({
    name: 'onnoise_network_seconds',
    help: "A step's call of the network.",
    registers,
    buckets: seconds,
  });
  const clients = new Registry();
  return {
    contentType: registry.contentType,
    async read(client) {
      const [numbers, ofClients] = await Promise.all([registry.metrics(), clients.metrics()]);
      if (client === undefined) return numbers + ofClients;
      const told = (line: string) => !line.includes('{client=') || line.includes(`{client="${client}"`);
      return numbers + ofClients.split('\n').filter(told).join('\n');
    },
    requests: new Counter({
      name: 'onnoise_requests_total',
      help: 'Answered requests.',
      registers,
      labelNames: ['route', 'method', 'status'],
    }),
    duration: new Histogram({
      name: 'onnoise_request_seconds',
      help: 'From the head of a request to the end of its answer.',
      registers,
      labelNames: ['route'],
      buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    }),
    errors: new Counter({
      name: 'onnoise_errors_total',
      help: 'Refusals and failures, by their code.',
      registers,
      labelNames: ['code'],
    }),
    images: new Counter({
      name: 'onnoise_images_total',
      help: 'Sampled images.',
      registers,
      labelNames: ['model'],
    }),
    restarts: new Counter({
      name: 'onnoise_engine_restarts_total',
      help: 'Restarts after an engine ended by itself, perhaps while it loaded.',
      registers,
    }),
    runAgain: new Counter({
      name: 'onnoise_images_run_again_total',
      help: 'Images that were run again, since their engine had ended.',
      registers,
    }),
    reloads: new Counter({
      name: 'onnoise_reloads_total',
      help: 'Reloads of the models, and of the file of keys.',
      registers,
      labelNames: ['what', 'result'],
    }),
    reloadSeconds: new Histogram({
      name: 'onnoise_reload_seconds',
      help: 'How long a reload of the models took.',
      registers,
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    }),
    waits: new Histogram({
      name: 'onnoise_wait_seconds',
      help: 'How long an image waited for its first step.',
      registers,
      labelNames: ['model'],
      buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
    }),
    ofClient: now.keyed ? clientCounters([clients]) : { request() {}, image() {} },
    watchQueue: (up) =>
      void gauge('job_queue_up', '1 while the queue of the jobs answers, else 0.', () => Number(up())),
    steps({ batches, steps, networks }) {
      for (const [i, images] of batches.entries()) {
        batch.observe(images);
        step.observe(steps[i]! / 1000);
        network.observe(networks[i]! / 1000);
      }
    },
  };
}

function clientCounters(registers: Registry[]): ServerMetrics['ofClient'] {
  const requests = new Counter({
    name: 'onnoise_client_requests_total',
    help: 'Answered requests, by the name of the key.',
    registers,
    labelNames: ['client', 'status'],
  });
  const images = new Counter({
    name: 'onnoise_client_images_total',
    help: 'Sampled images, by the name of the key.',
    registers,
    labelNames: ['client'],
  });
  return {
    request: (client, status) => requests.inc({ client, status }),
    image: (client) => images.inc({ client }),
  };
}

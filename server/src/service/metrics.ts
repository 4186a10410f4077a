/** Metrics for Prometheus, in its base units: seconds, images. */
import type { StepReport } from '@onnoise/runtime-node/engine';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface ServerMetrics {
  registry: Registry;
  requests: Counter<'route' | 'method' | 'status'>;
  duration: Histogram<'route'>;
  errors: Counter<'code'>;
  images: Counter<'model'>;
  restarts: Counter;
  runAgain: Counter;
  steps(report: StepReport): void;
}

/** @param now current values: images in progress or waiting, bytes, and whether the server takes requests. */
export function createMetrics(now: { depth: () => number; bytes: () => number; ready: () => boolean }): ServerMetrics {
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
  return {
    registry,
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
      help: 'Restarts after an engine ended by itself.',
      registers,
    }),
    runAgain: new Counter({
      name: 'onnoise_images_run_again_total',
      help: 'Images that were run again, since their engine had ended.',
      registers,
    }),
    steps({ batches, steps, networks }) {
      for (const [i, images] of batches.entries()) {
        batch.observe(images);
        step.observe(steps[i]! / 1000);
        network.observe(networks[i]! / 1000);
      }
    },
  };
}

/** Samples a request's task, and counts its images. */
import type { Image, SampleTask } from '@onnoise/runtime-node/engine';
import type { FastifyRequest } from 'fastify';
import type { Work } from './ask.ts';
import type { Service } from './service.ts';

type Callbacks = NonNullable<Parameters<Service['supervisor']['sample']>[1]>;

export function sample(
  { supervisor, metrics, statistics }: Service,
  { key, client }: FastifyRequest,
  task: SampleTask,
  { signal, releaseOne }: Work,
  { onImage, onPartial }: Pick<Callbacks, 'onImage' | 'onPartial'> = {},
): Promise<Image[]> {
  return supervisor.sample(task, {
    signal,
    onPartial,
    onImage(image) {
      releaseOne();
      metrics.images.inc({ model: task.model });
      statistics.image(task.model, image.waited, image.took);
      metrics.waits.observe({ model: task.model }, image.waited / 1000);
      if (key) metrics.ofClient.image(client);
      onImage?.(image);
    },
  });
}

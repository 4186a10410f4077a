/** Answers with events as pictures form. */
import type { EngineModel, SampleTask } from '@onnoise/runtime-node/engine';
import type { SamplerTable } from '@onnoise/scheduler';
import type { ConditionValues } from '@onnoise/scheduler/model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { openaiError, report, toRefusal } from '../errors/errors.ts';
import { describePicture } from '../pictures/describe-picture.ts';
import { drawnMask } from '../pictures/drawn-mask.ts';
import { type Encoding, encodePicture } from '../pictures/encoding.ts';
import { formOf, NO_TOKENS, now } from '../pictures/form.ts';
import { createTimer, seconds } from '../pictures/timings.ts';
import { type WorkOptions, withinLimits } from '../service/ask.ts';
import { probeBy, whenOver } from '../service/connections.ts';
import { sample } from '../service/sample.ts';
import type { Service } from '../service/service.ts';
import { createEventStream } from './event-stream.ts';

export interface Asked {
  model: EngineModel;
  task: SampleTask;
  table: SamplerTable;
  encoding: Encoding;
  /** As asked for. */
  condition: ConditionValues | undefined;
  /** Give the mask that is drawn with each picture. */
  masks: boolean;
  /** First part of the events' names, as OpenAI has them. */
  event: 'image_generation' | 'image_edit';
}

interface Streaming extends Asked {
  request: FastifyRequest;
  reply: FastifyReply;
  limits: WorkOptions;
}

/** An error before the first event is an ordinary answer. */
export async function streamPictures(
  service: Service,
  { request, reply, limits, ...asked }: Streaming,
): Promise<FastifyReply> {
  const { model, task, encoding, event, masks } = asked;
  const events = createEventStream();
  probeBy(reply, events.beat);
  const common = formOf(asked);
  await new Promise<void>((resolve, reject) => {
    let begun = false;
    void withinLimits(
      service,
      (over) => whenOver(reply, over),
      limits,
      async (work) => {
        begun = true;
        resolve();
        const timer = createTimer();
        const shown: number[] = task.seeds.map(() => 0);
        let last = Promise.resolve();
        /** Encodes in parallel, sends in order. */
        const show = (image: Float32Array, type: string, data: object, mayBeMissed: boolean) => {
          const head = { type, created_at: now(), ...common };
          const mask = masks && !mayBeMissed ? drawnMask(image, model, encoding) : undefined;
          last = Promise.all([encodePicture(image, model, encoding), mask, last]).then(([bytes, drawn]) => {
            const beside = drawn && {
              mask_b64_json: drawn.bytes.toString('base64'),
              mask_confidence: drawn.confidence,
            };
            events.send(type, { ...head, b64_json: bytes.toString('base64'), ...beside, ...data }, { mayBeMissed });
          });
          last.catch(() => {}); // whoever awaits the last one gets the error
        };
        await sample(service, request, task, work, {
          onPartial: ({ index, step, steps, image }) =>
            show(image, `${event}.partial_image`, { partial_image_index: shown[index]!++, index, step, steps }, true),
          onImage({ index, image, waited, took }) {
            timer.image(took);
            const timings = { queue: seconds(waited), steps: seconds(took) };
            const data = { ...describePicture(asked, index), index, timings, usage: NO_TOKENS };
            show(image, `${event}.completed`, data, false);
          },
        });
        await last;
        service.tracing.parts(request, timer.read());
      },
    )
      .catch((error: unknown) => {
        const refusal = toRefusal(error);
        if (!begun) return reject(refusal);
        report(request, service.metrics.errors, error, refusal);
        events.send('error', { type: 'error', ...openaiError(refusal) });
      })
      .finally(events.end);
  });
  return reply
    .type('text/event-stream; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .send(events.stream);
}

/** Answers with the pictures of a task: as JSON, as events while they form, or as PNG itself if `Accept` asks for it. */
import { imageSize, png, sheet } from '@onnoise/runtime-node';
import type { EngineModel, Image, Preview, SampleTask } from '@onnoise/runtime-node/engine';
import { firstSeed, needsAuxiliary, picturesCalled, type SamplerTable } from '@onnoise/scheduler';
import type { ConditionValues } from '@onnoise/scheduler/model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { openaiError, Refusal, report, toRefusal } from '../errors/errors.ts';
import { sizeName } from '../requests/generation.ts';
import { type Work, withinLimits } from '../service/ask.ts';
import type { Service } from '../service/service.ts';
import { createEventStream } from './event-stream.ts';

interface Asked {
  model: EngineModel;
  task: SampleTask;
  table: SamplerTable;
  /** As asked for. */
  condition: ConditionValues | undefined;
  /** First part of the events' names, as OpenAI has them. */
  event: 'image_generation' | 'image_edit';
}

/** @param streams whether to answer with events. @throws Refusal for events as PNG; as `withinLimits` does. */
export async function answerPictures(
  service: Service,
  request: FastifyRequest,
  reply: FastifyReply,
  { streams, ...asked }: Asked & { streams: boolean },
) {
  const { model, task, table } = asked;
  const wantsPng = prefersPng(request);
  if (streams && wantsPng) {
    throw new Refusal(400, 'invalid_value', 'Cannot sample images: stream must be false with Accept: image/png.', {
      param: 'stream',
    });
  }
  const limits = {
    client: request.client,
    count: task.seeds.length,
    steps: picturesCalled(table.rows, task.guidance),
    size: imageSize(model.shape),
    auxiliary: [needsAuxiliary(table), task.guidance, task.mask].filter(Boolean).length,
  };
  if (streams) return stream(service, { ...asked, request, reply, limits });
  return withinLimits(service, reply, limits, async (work) => {
    const images = (await sample(service, task, work)).map(({ image }) => image);
    if (wantsPng) return sendPng(reply, model, task, images);
    const data = await Promise.all(images.map((image, i) => describeImage(asked, image, i)));
    return { created: now(), model: model.name, output_format: 'png', size: sizeName(model), data };
  });
}

interface Streaming extends Asked {
  request: FastifyRequest;
  reply: FastifyReply;
  limits: Parameters<typeof withinLimits>[2];
}

/** Answers with events as images form. An error before the first event is an ordinary answer. */
async function stream(service: Service, { request, reply, limits, ...asked }: Streaming): Promise<FastifyReply> {
  const { model, task, event } = asked;
  const events = createEventStream();
  const common = { background: 'opaque', output_format: 'png', quality: 'auto', size: sizeName(model) };
  await new Promise<void>((resolve, reject) => {
    let begun = false;
    void withinLimits(service, reply, limits, async (work) => {
      begun = true;
      resolve();
      const shown: number[] = task.seeds.map(() => 0);
      let last = Promise.resolve();
      /** Encodes in parallel, sends in order. */
      const show = (made: Promise<object>, type: string, mayBeMissed: boolean) => {
        const head = { type, created_at: now(), ...common };
        last = Promise.all([made, last]).then(([data]) => events.send(type, { ...head, ...data }, { mayBeMissed }));
        last.catch(() => {}); // whoever awaits the last one gets the error
      };
      await sample(service, task, work, {
        onPartial: ({ index, step, steps, image }) => {
          const described = { partial_image_index: shown[index]!++, index, step, steps };
          const made = png(image, model.shape).then((bytes) => ({ b64_json: bytes.toString('base64'), ...described }));
          show(made, `${event}.partial_image`, true);
        },
        onImage: ({ index, image }) => {
          const made = describeImage(asked, image, index).then((data) => ({ ...data, index, usage: NO_TOKENS }));
          show(made, `${event}.completed`, false);
        },
      });
      await last;
    })
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

/** Pictures have no tokens; clients read the field. */
const NO_TOKENS = {
  input_tokens: 0,
  output_tokens: 0,
  total_tokens: 0,
  input_tokens_details: { image_tokens: 0, text_tokens: 0 },
};

interface SampleEvents {
  onImage?: (image: Image) => void;
  onPartial?: (partial: Preview) => void;
}

function sample(
  { supervisor, metrics }: Service,
  task: SampleTask,
  { signal, releaseOne }: Work,
  events: SampleEvents = {},
) {
  return supervisor.sample(task, {
    signal,
    onPartial: events.onPartial,
    onImage: (image) => {
      releaseOne();
      metrics.images.inc({ model: task.model });
      events.onImage?.(image);
    },
  });
}

/** A picture, and what makes it again: its seed, and what it is conditional on, by the names of the fields. */
async function describeImage({ model, task, condition = {} }: Asked, image: Float32Array, index: number) {
  const { seeds, labels, guidance } = task;
  const label = labels?.[index];
  const seed = seeds[index]!;
  const values = Object.entries(condition).map(([name, given]) => {
    const turn = [given].flat();
    return [name, turn[index % turn.length]];
  });
  return {
    b64_json: (await png(image, model.shape)).toString('base64'),
    ...(typeof seed === 'number' ? { seed } : seed),
    ...(label !== undefined && { label }),
    ...(label !== undefined && model.classNames && { class_name: model.classNames[label]! }),
    ...(values.length > 0 && { condition: Object.fromEntries(values) }),
    ...(guidance && { guidance: guidance.scale, guidance_interval: guidance.interval }),
  };
}

/** One picture pixel for pixel, several as a sheet. */
async function sendPng(reply: FastifyReply, model: EngineModel, { seeds }: SampleTask, images: Float32Array[]) {
  const [first, ...more] = images as [Float32Array, ...Float32Array[]];
  const all = new Float32Array(first.length * images.length);
  for (const [i, image] of images.entries()) all.set(image, i * first.length);
  const bytes = more.length === 0 ? await png(first, model.shape) : await sheet(all, model.shape);
  return reply.type('image/png').header('x-seed', firstSeed(seeds[0]!)).header('cache-control', 'no-store').send(bytes);
}

/** True where the client names image/png and not JSON before it. */
function prefersPng({ headers }: FastifyRequest): boolean {
  const kinds = (headers.accept ?? '').split(',').map((part) => part.split(';')[0]!.trim().toLowerCase());
  const [png, json] = [kinds.indexOf('image/png'), kinds.indexOf('application/json')];
  return png >= 0 && (json < 0 || png < json);
}

const now = () => Math.floor(Date.now() / 1000);

/** Answers with the pictures of a task: as JSON, as events while they form, or as a picture itself if `Accept` asks for it. */
import { imageSize } from '@onnoise/runtime-node';
import { firstSeed, needsAuxiliary, picturesCalled } from '@onnoise/scheduler';
import { pictureShapeOf } from '@onnoise/scheduler/model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../errors/errors.ts';
import { describePicture } from '../pictures/describe-picture.ts';
import { drawnMask } from '../pictures/drawn-mask.ts';
import { encodeAll, encodePicture } from '../pictures/encoding.ts';
import { formOf, NO_TOKENS, noteOf, now } from '../pictures/form.ts';
import type { KeptPicture } from '../pictures/kept-pictures.ts';
import { typeOf, wantedPicture } from '../pictures/representation.ts';
import { createTimer, serverTiming, timingsOf } from '../pictures/timings.ts';
import { toldSize } from '../requests/told-fields.ts';
import { type WorkOptions, withinLimits } from '../service/ask.ts';
import { whenOver } from '../service/connections.ts';
import { sample } from '../service/sample.ts';
import type { Service } from '../service/service.ts';
import { type Asked, streamPictures } from './picture-stream.ts';

interface Form {
  /** Answer with events. */
  streams: boolean;
  /** Answer with addresses. */
  addresses: boolean;
}

/** @throws Refusal for events as a picture, or with addresses, and for masks where there are none; as `withinLimits` does */
export async function answerPictures(
  service: Service,
  request: FastifyRequest,
  reply: FastifyReply,
  { streams, addresses, ...asked }: Asked & Form,
) {
  const { model, task, encoding, masks } = asked;
  const picture = wantedPicture(request);
  if (streams && picture) refuse('stream', `false with Accept: ${typeOf(picture)}`);
  if (streams && addresses) refuse('response_format', 'b64_json with stream');
  if (masks && !model.maskOutput) refuse('return_masks', 'false or left out, this model draws no masks');
  if (masks && picture) refuse('return_masks', `false with Accept: ${typeOf(picture)}`);
  const limits = limitsOf(request, asked);
  if (streams) return streamPictures(service, { ...asked, request, reply, limits });
  return withinLimits(
    service,
    (over) => whenOver(reply, over),
    limits,
    async (work) => {
      const timer = createTimer();
      const noteTimes = () => {
        const marks = timer.read();
        service.tracing.parts(request, marks);
        const timings = timingsOf(marks);
        void reply.header('server-timing', serverTiming(timings));
        return timings;
      };
      const made = await sample(service, request, task, work, { onImage: ({ took }) => timer.image(took) });
      const images = made.map(({ image }) => image);
      if (picture) {
        const bytes = await encodeAll(images, model, { ...encoding, format: picture });
        noteTimes();
        void reply.header('x-seed', firstSeed(task.seeds[0]!));
        const note = noteOf(asked.table);
        if (note) void reply.header('x-note', note);
        return reply.type(typeOf(picture)).header('cache-control', 'no-store').send(bytes);
      }
      const encoded = await Promise.all(images.map((image) => encodePicture(image, model, encoding)));
      const type = typeOf(encoding.format);
      const drawn = masks ? await Promise.all(images.map((image) => drawnMask(image, model, encoding))) : [];
      const files = [
        ...encoded.map((bytes) => ({ bytes, type })),
        ...drawn.map((mask) => ({ bytes: mask!.bytes, type: typeOf('png') })),
      ];
      const urls = addresses ? addressesOf(service, request, files) : undefined;
      const data = encoded.map((bytes, index) => ({
        ...(urls ? { url: urls[index]! } : { b64_json: bytes.toString('base64') }),
        ...(masks && urls && { mask_url: urls[encoded.length + index]! }),
        ...(masks && !urls && { mask_b64_json: drawn[index]!.bytes.toString('base64') }),
        ...(masks && { mask_confidence: drawn[index]!.confidence }),
        ...describePicture(asked, index),
      }));
      const timings = noteTimes();
      return { created: now(), model: model.name, ...formOf(asked), timings, usage: NO_TOKENS, data };
    },
  );
}

function refuse(param: string, rule: string): never {
  throw new Refusal(400, 'invalid_value', `Cannot sample images: ${param} must be ${rule}.`, { param });
}

function limitsOf({ client }: FastifyRequest, { model, task, table, encoding }: Asked): WorkOptions {
  const { seeds, guidance, mask } = task;
  const { width = 0, height = 0 } = encoding.size ?? {};
  return {
    model: model.name,
    client,
    count: seeds.length,
    steps: picturesCalled(table.rows, guidance),
    size: Math.max(imageSize(model.shape), imageSize(pictureShapeOf(model))),
    auxiliary: [needsAuxiliary(table), guidance, mask].filter(Boolean).length,
    scaled: width * height,
    told: toldSize(model),
  };
}

/** Addresses that lead to the pictures for an hour, under the name by which the client knows this server. */
function addressesOf(
  { kept }: Service,
  { scheme, headers }: FastifyRequest,
  pictures: readonly KeptPicture[],
): string[] {
  return kept.keep(pictures).map((name) => `${scheme}://${headers.host}/v1/images/files/${name}`);
}

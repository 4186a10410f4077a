/** An autoencoder in a tab: what sampling starts from to latents, and what it drew to pictures, one at a time. */

import { eachImage, InputError, putBack } from '@onnoise/scheduler';
import {
  type Artefact,
  type DecodedFacts,
  HALVES,
  type ImageShape,
  LOADING,
  MODEL_FILES,
  maskOfLatents,
  missingFile,
  onnxReason,
  type PictureRequest,
  scaled,
  sizeOf,
  unscaled,
} from '@onnoise/scheduler/model';
import type { InferenceSession } from 'onnxruntime-web';
import type { Ort } from '../session/ort.ts';
import type { Decode, LatentsOf, StepHooks } from './network.ts';

export interface Coder {
  facts: DecodedFacts;
  /** How to decode what began so: pixels that a mask keeps are those of the start, to the bit. */
  decodeFrom(start: Pick<PictureRequest, 'from' | 'mask'>): Decode;
  /** The request with what it starts from, and what it keeps of that, in latents. */
  encodeStart(request: PictureRequest): Promise<PictureRequest>;
  /** Bytes of the decoder. */
  bytes: number;
  dispose(): Promise<void>;
}

/** Most steps of a sampling whose pictures are shown: to decode them takes time. */
const MOST_SHOWN = 8;

/**
 * @param decoder its file
 * @param read the encoder's, which only a picture to start from needs
 * @throws InputError for a file that onnxruntime cannot run
 */
export async function openCoder(
  ort: Ort,
  providers: readonly InferenceSession.ExecutionProviderConfig[],
  { shape: latents, autoencoder: facts }: Pick<Artefact, 'shape'> & { autoencoder: DecodedFacts },
  decoder: Uint8Array,
  read: () => Promise<Uint8Array | undefined>,
): Promise<Coder> {
  const open = (path: string, bytes: Uint8Array) =>
    ort.InferenceSession.create(bytes, { executionProviders: providers, logSeverityLevel: 4 }).catch(
      (error: unknown) => {
        throw new InputError(
          `Cannot ${LOADING}: ${path} must be a graph that runs here, received "${onnxReason(error)}".`,
          { cause: error },
        );
      },
    );
  const decoding = await open(MODEL_FILES.decoder, decoder);
  let encoding: Promise<InferenceSession> | undefined;
  const openEncoder = async () => {
    const bytes = await read();
    if (bytes === undefined) throw missingFile(MODEL_FILES.encoder);
    return open(MODEL_FILES.encoder, bytes);
  };
  /** One by one: a tab may have little memory. @param kept values of each output, from the first */
  const run = async (
    session: InferenceSession,
    { input, output }: (typeof HALVES)[keyof typeof HALVES],
    given: LatentsOf,
    count: number,
    kept: number,
  ) => {
    const out = new Float32Array(count * kept);
    for (let i = 0; i < count; i++) {
      const found = (await session.run({ [input]: given(i) }))[output]!;
      const data = (found.location === 'cpu' ? found.data : await found.getData(true)) as Float32Array;
      out.set(data.subarray(0, kept), i * kept);
    }
    return out;
  };
  return {
    facts,
    bytes: decoder.length,
    decodeFrom:
      ({ from, mask }) =>
      async (drawn, count) => {
        const images = await run(decoding, HALVES.decoder, drawn, count, sizeOf(facts.shape));
        if (from && mask) putBack(images, { picture: eachImage(from, images.length), mask, noise: images });
        return images;
      },
    async encodeStart(request) {
      const { from, mask } = request;
      if (!from) return request;
      encoding ??= openEncoder().catch((error) => {
        encoding = undefined; // another call may have more luck
        throw error;
      });
      const encoder = await encoding;
      const count = from.length / sizeOf(facts.shape);
      const means = await run(encoder, HALVES.encoder, imagesOf(ort, from, facts.shape), count, sizeOf(latents));
      return { ...request, from: scaled(means, facts), ...(mask && { mask: maskOfLatents(mask, facts) }) };
    },
    async dispose() {
      await decoding.release();
      await (await encoding?.catch(() => undefined))?.release();
    },
  };
}

/** Images [N, C, H, W] as tensors of one each. */
const imagesOf =
  (ort: Ort, images: Float32Array, shape: ImageShape): LatentsOf =>
  (i) =>
    new ort.Tensor('float32', images.slice(i * sizeOf(shape), (i + 1) * sizeOf(shape)), [1, ...shape]);

/** Of what a network drew, [N, Z, h, w], in memory. */
export const latentsIn = (ort: Ort, drawn: Float32Array, shape: ImageShape, facts: DecodedFacts): LatentsOf =>
  imagesOf(ort, unscaled(drawn, facts), shape);

/** Some of the steps, and the last: to decode what they show takes time. */
export function someSteps({ onStep, wantsStep, signal }: StepHooks): StepHooks {
  if (!onStep) return { wantsStep, signal };
  return {
    onStep,
    signal,
    wantsStep: (step, steps) => {
      const wanted = wantsStep?.(step, steps) ?? true; // it counts the steps, too
      return wanted && (step === steps || step % Math.ceil(steps / MOST_SHOWN) === 0);
    },
  };
}

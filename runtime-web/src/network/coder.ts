/** An autoencoder in a tab: what sampling starts from to latents, and what it drew to pictures, one at a time. */

import { eachImage, InputError, putBack, type StepProgress } from '@onnoise/scheduler';
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

export interface Coder {
  facts: DecodedFacts;
  /** Of what the network drew, [N, Z, h, w]: [N, C, H, W]. */
  decode(drawn: Float32Array): Promise<Float32Array<ArrayBuffer>>;
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
  let encoding: InferenceSession | undefined;
  const openEncoder = async () => {
    const bytes = await read();
    if (bytes === undefined) throw missingFile(MODEL_FILES.encoder);
    return open(MODEL_FILES.encoder, bytes);
  };
  /** One by one: a tab may have little memory. @param kept values of each output, from the first */
  const run = async (
    session: InferenceSession,
    { input, output }: (typeof HALVES)[keyof typeof HALVES],
    values: Float32Array,
    sides: ImageShape,
    kept: number,
  ) => {
    const size = sizeOf(sides);
    const count = values.length / size;
    const out = new Float32Array(count * kept);
    for (let i = 0; i < count; i++) {
      const one = new ort.Tensor('float32', values.slice(i * size, (i + 1) * size), [1, ...sides]);
      const found = (await session.run({ [input]: one }))[output]!;
      const data = (found.location === 'cpu' ? found.data : await found.getData(true)) as Float32Array;
      out.set(data.subarray(0, kept), i * kept);
    }
    return out;
  };
  return {
    facts,
    bytes: decoder.length,
    decode: (drawn) => run(decoding, HALVES.decoder, unscaled(drawn, facts), latents, sizeOf(facts.shape)),
    async encodeStart(request) {
      const { from, mask } = request;
      if (!from) return request;
      encoding ??= await openEncoder();
      const means = await run(encoding, HALVES.encoder, from, facts.shape, sizeOf(latents));
      return { ...request, from: scaled(means, facts), ...(mask && { mask: maskOfLatents(mask, facts) }) };
    },
    async dispose() {
      await decoding.release();
      await encoding?.release();
    },
  };
}

/** Pictures of what was drawn. Pixels that a mask keeps are those of the start, to the bit. */
export async function decodeDrawn(
  drawn: Float32Array,
  { from, mask }: Pick<PictureRequest, 'from' | 'mask'>,
  { decode }: Coder,
): Promise<Float32Array<ArrayBuffer>> {
  const images = await decode(drawn);
  if (from && mask) putBack(images, { picture: eachImage(from, images.length), mask, noise: images });
  return images;
}

interface Watch {
  onStep?: ((progress: StepProgress) => unknown) | undefined;
  wantsStep?: ((step: number, steps: number) => boolean) | undefined;
}

/** The same for steps in latents: some of them are decoded, and the last. */
export function decodeSteps(
  { onStep, wantsStep }: Watch,
  start: Pick<PictureRequest, 'from' | 'mask'>,
  coder: Coder,
): Watch {
  if (!onStep) return { onStep, wantsStep };
  return {
    wantsStep: (step, steps) => {
      const wanted = wantsStep?.(step, steps) ?? true; // it counts the steps, too
      return wanted && (step === steps || step % Math.ceil(steps / MOST_SHOWN) === 0);
    },
    onStep: async ({ x, x0, ...progress }) => {
      const [now, end] = [x.slice(), x0.slice()]; // the loop goes on with its own
      const pictures = await decodeDrawn(now, start, coder);
      await onStep({ ...progress, x: pictures, x0: await decodeDrawn(end, start, coder) });
    },
  };
}

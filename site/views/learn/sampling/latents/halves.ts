/** The two halves of a model's autoencoder on the page's worker, on the processor. Of the model nothing else is loaded. */
import type { LoadProgress } from '@onnoise/runtime-web';
import { type DecodedFacts, HALVES, MODEL_FILES, scaled, sizeOf, unscaled } from '@onnoise/scheduler/model';
import { sourceOf } from '../../../../state/models.ts';
import { samplingWorker } from '../../../../state/store.ts';
import { type Lesson, readLesson } from '../../lesson.ts';

export interface Halves extends Pick<Lesson, 'schedule'> {
  facts: DecodedFacts;
  /** [Z, h, w] */
  latents: Lesson['shape'];
  /** Of a picture [C, H, W], the latents as a network paints them: the means of what the encoder says. */
  encode(picture: Float32Array): Promise<Float32Array>;
  /** The way back. */
  decode(latents: Float32Array): Promise<Float32Array>;
}

/** @throws InputError for what cannot be fetched or run, also later */
export async function openHalves(
  entry: Lesson['entry'],
  onProgress: (progress: LoadProgress) => void,
): Promise<Halves> {
  const { schedule, shape: latents, autoencoder: facts } = await readLesson(entry);
  if (!facts) throw new Error(`${entry.title} has no autoencoder.`);
  const run = async (half: 'encoder' | 'decoder', values: Float32Array, shape: Lesson['shape']) => {
    const { input, output } = HALVES[half];
    const outputs = await samplingWorker.run(
      {
        id: entry.id,
        source: sourceOf(entry),
        path: MODEL_FILES[half],
        feeds: { [input]: { type: 'float32', data: Float32Array.from(values), dims: [1, ...shape] } },
      },
      { onProgress },
    );
    return outputs[output]!.data as Float32Array;
  };
  return {
    schedule,
    facts,
    latents,
    encode: async (picture) => {
      const parameters = await run('encoder', picture, facts.shape); // means, then logarithms of variances
      return scaled(parameters.subarray(0, sizeOf(latents)), facts);
    },
    decode: (drawn) => run('decoder', unscaled(drawn, facts), latents),
  };
}

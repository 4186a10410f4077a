/**
 * Runs a request on engines that may end: its images are spread over those that have least to do, and what an engine had not
 * finished when it ended runs again on another. The same seed gives the same picture, so nobody sees a difference.
 *
 * A request may itself be what ends an engine. So one that has been in two engines when they ended runs without others that
 * have, and the fourth time it is refused: it takes down as many engines and no more.
 */
import { EngineGone } from './gone.ts';
import type { Engine, TaskCallbacks } from './process.ts';
import type { Image } from './protocol.ts';

const SUSPECT = 2;
/** How often an engine may end that a request is in. */
export const MOST_ENDS = 4;

export interface EngineSource {
  /** Engines for so many images, each with the images that it gets; waits for one. @throws EngineGone if none will come. */
  spread(images: readonly number[], signal: AbortSignal | undefined): Promise<Map<Engine, number[]>>;
  /** Work of an engine begins; the function that it returns ends it. */
  begin(engine: Engine, count: number): () => void;
}

/** Runs some images of a request, and gives each with its place among them. */
export type RunPart = (engine: Engine, which: readonly number[], callbacks: TaskCallbacks) => Promise<unknown>;

/** Lets one after the other have it. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(run: () => Promise<T>): Promise<T> => {
    const mine = last.then(run);
    last = mine.catch(() => {});
    return mine;
  };
}

export function createRunner(source: EngineSource, onRunAgain: (images: number) => void) {
  const alone = createTurns();

  /** @throws EngineGone where engines ended time and again, or none will come; ModelFault; the signal's reason */
  return async function run(
    count: number,
    runPart: RunPart,
    { onImage, onPartial, signal }: TaskCallbacks = {},
  ): Promise<Image[]> {
    const images = new Array<Image | undefined>(count);
    const steps = new Array<number>(count).fill(0);
    const failed = new AbortController();
    const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;

    async function runOn(engine: Engine, which: readonly number[]): Promise<void> {
      const end = source.begin(engine, which.length);
      try {
        await runPart(engine, which, {
          signal: either,
          onImage(image) {
            const index = which[image.index]!;
            images[index] = { ...image, index };
            onImage?.(images[index]);
          },
          onPartial(partial) {
            const index = which[partial.index]!;
            if (partial.step <= steps[index]!) return; // it was shown by the engine before
            steps[index] = partial.step;
            onPartial?.({ ...partial, index });
          },
        });
      } catch (error) {
        if (!(error instanceof EngineGone)) failed.abort(error); // nobody needs what other engines still do for it
        throw error;
      } finally {
        end();
      }
    }

    /** Runs what is missing of these, again where an engine ends. */
    async function finish(which: readonly number[], ends = 0): Promise<void> {
      const runAll = async () => {
        const parts = await source.spread(which, either);
        return Promise.allSettled([...parts].map(([engine, part]) => runOn(engine, part)));
      };
      const results = await (ends < SUSPECT ? runAll() : alone(runAll));
      const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      const other = errors.find((error) => !(error instanceof EngineGone));
      if (other !== undefined) throw other;
      const left = which.filter((index) => images[index] === undefined);
      if (left.length === 0) return;
      if (ends + 1 === MOST_ENDS) throw errors[0];
      onRunAgain(left.length);
      await finish(left, ends + 1);
    }

    await finish([...images.keys()]);
    return images as Image[];
  };
}

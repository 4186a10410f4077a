/**
 * The order of test files: the longest first, whatever their tier, so that none is left to run alone at the end. Without
 * it vitest runs one tier after the other: four browsers at a time, then what waits for child processes.
 */
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** For a checkout whose tests have not run yet: the files that take longest, in this order, without `.test.ts`. */
export const LONG = [
  'browser/train-view',
  'unit/site/game/blind',
  'unit/evaluation/memorisation/find-copies',
  'golden/accelerate/train',
  'browser/game/game',
  'browser/library/trainer',
  'browser/game/hands',
  'browser/offline',
  'browser/states',
  'browser/server/page',
  'browser/sample',
  'browser/shell',
  'browser/learn/lecture',
  'unit/tracer/kernels',
  'unit/training/command',
  'stress/server/engine-killed',
  'browser/own-model',
  'browser/library/engine',
  'stress/server/disconnects',
  'stress/server/malformed',
  'unit/evaluation/fail-on',
  'golden/diffusers/saved',
  'browser/first-view',
  'browser/keyboard',
  'browser/first-minute',
  'unit/training/engines/parallel-parts',
  'browser/dev-server',
  'stress/engines/unet2d',
  'stress/cli/serve',
  'stress/engines/onnxruntime',
  'browser/learn/learning',
  'browser/library/worker',
  'tfjs/tfjs',
  'stress/server/stop',
  'browser/first-visit',
  'stress/server/reload',
  'browser/forward',
  'stress/bulk/redis',
  'stress/server/slow-loris',
  'stress/bulk/redis-commands',
].map((name) => `test/${name}.test.ts`);

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const weights = new Map(sorted.map((file) => [file, this.#weight(file)]));
    return sorted.toSorted((a, b) => weights.get(b)! - weights.get(a)!);
  }

  /** Milliseconds of the last run; for a file that has not run, more than any has where it is listed, else 0. */
  #weight({ project, moduleId }: TestSpecification): number {
    const path = relative(this.ctx.config.root, moduleId).replaceAll('\\', '/');
    const last = this.ctx.cache.getFileTestResults(`${project.name}:${path}`);
    if (last) return last.duration;
    const place = LONG.indexOf(path);
    return place < 0 ? 0 : 1e9 - place;
  }
}

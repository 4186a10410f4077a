import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { skipReporter } from './test/support/skip-reporter.ts';

const project = (name: string, testTimeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout },
});

/**
 * One browser and one built site for all files. Polls wait for what a busy machine is late with: vitest's own second is for
 * values that are there already.
 */
const browser = {
  test: {
    ...project('browser', 180_000).test,
    globalSetup: 'test/support/browser/global-setup.ts',
    isolate: false,
    expect: { poll: { timeout: 30_000 } },
  },
};

/** One file more than there are cores at a time: many tests wait for a child process or a clock. */
const maxWorkers = availableParallelism() + 1;

/** vitest's own choice, which naming any reporter replaces, and why tests were skipped. */
const REPORTERS = ['default', ...(process.env.GITHUB_ACTIONS === 'true' ? ['github-actions'] : []), skipReporter()];

/**
 * `unit` is the fast gate, `golden` compares with PyTorch and diffusers, `tfjs` runs tfjs' own tests on the tracer, `browser`
 * visits the built site, `slow` trains for minutes.
 */
export default defineConfig({
  test: {
    reporters: REPORTERS,
    maxWorkers,
    projects: [
      project('unit', 30_000),
      project('golden', 120_000),
      project('tfjs', 300_000),
      browser,
      project('slow', 1_200_000),
    ],
  },
});

import { defineConfig } from 'vitest/config';
import { skipReporter } from './test/support/skip-reporter.ts';

const project = (name: string, testTimeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout },
});

/** vitest's own choice, which naming any reporter replaces, and why tests were skipped. */
const reporters = ['default', ...(process.env.GITHUB_ACTIONS === 'true' ? ['github-actions'] : []), skipReporter()];

/** `unit` is the fast gate, `golden` compares with PyTorch and diffusers, `slow` trains for minutes. */
export default defineConfig({
  test: { reporters, projects: [project('unit', 30_000), project('golden', 120_000), project('slow', 1_200_000)] },
});

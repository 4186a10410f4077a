import { defineConfig } from 'vitest/config';

const project = (name: string, testTimeout: number) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout },
});

/** `unit` is the fast gate, `golden` compares with PyTorch and diffusers, `slow` trains for minutes. */
export default defineConfig({
  test: { projects: [project('unit', 30_000), project('golden', 120_000), project('slow', 1_200_000)] },
});

/** Runs the files beside it with the reporters of this project. */
import { defineConfig } from 'vitest/config';
import project from '../../../vitest.config.ts';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['skips.ts', 'broken.ts'],
    // It would make a node_modules of its own here.
    cache: false,
    reporters: project.test?.reporters ?? [],
  },
});

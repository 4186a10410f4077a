/** The tests' own pages, which reach parts of runtime-web for which the site has no control. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  cacheDir: here('../../../node_modules/.vite/pages'),
  publicDir: false,
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      input: { sampler: here('sampler.html'), engine: here('engine.html'), trainer: here('trainer.html') },
    },
  },
});

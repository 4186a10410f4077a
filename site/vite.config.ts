/**
 * The page: `npm run web` serves it while it is written, `npm run build:web` makes it into dist/, which any static host
 * serves from any folder. `siteConfig` is the same for scripts that add a model.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { type RealPictures, siteAssets } from './build/assets.ts';
import { firstStyles, firstView } from './build/first-view.ts';

import { serviceWorker } from './build/service-worker.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Threads of WebAssembly need both; a static host that sets no headers gets them from the service worker. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** For the page's own files, and for the dev server's look at what they import, which has settings of its own. */
const JSX = { runtime: 'automatic', importSource: 'preact' } as const;

/**
 * What several views use is a few files in place of dozens: each costs a request before a view shows. Nor one file: of its
 * 117 kB Learn would need a third. The frame is what the page needs before any view, and the parts of views that draw no
 * pictures: it goes into the page's own script. Then come pictures and schedules, then the samplers and the rest, and the first
 * view itself, of which some parts come later. So it has five files at most, for a host of HTTP 1 sends six at a time, and the
 * sixth is its noise.
 */
const SHARED = [
  {
    name: 'shared-pictures',
    test: /[\\/](scheduler[\\/]src[\\/](rules|noise|schedule|model[\\/](pixels|size|onnx)\b)|site[\\/](components|state)[\\/].*(picture|pixels|camera|phantoms))/,
    minShareCount: 2,
    priority: 2,
  },
  {
    name: 'frame',
    test: /[\\/]site[\\/]((main\.tsx|index\.html|views[\\/]sample[\\/]files[\\/]download\.ts)$|(components|shell|state)[\\/](?!class-colours|model-|.*(picture|pixels|camera|phantoms)))/,
    priority: 3,
  },
  {
    name: 'shared-sampler',
    test: /[\\/](site[\\/](components|shell|state)|scheduler)[\\/]/,
    minShareCount: 2,
    priority: 1,
  },
  {
    name: 'sample',
    test: /[\\/]site[\\/]views[\\/]sample[\\/](?!draw|files|live|masks[\\/]label)/,
    priority: 0,
  },
];

export interface SiteOptions {
  /** Model folders to show before the shipped ones; the first is selected. */
  models?: readonly string[] | undefined;
  /** Pictures for the game with one of these models, which the page has not of itself. */
  real?: RealPictures | undefined;
  /** Where the build goes. Default: dist/ of the project. */
  out?: string | undefined;
}

export function siteConfig({ models, real, out }: SiteOptions = {}): UserConfig {
  const source: UserConfig = { root: here('.'), oxc: { jsx: JSX } };
  const assets = { modelsFolder: here('../models'), first: models, real };
  return {
    ...source,
    base: './',
    appType: 'mpa', // what is missing is missing: no page in its place
    cacheDir: here('../node_modules/.vite/site'),
    plugins: [
      siteAssets(assets),
      siteHtml(),
      firstStyles(),
      firstView({ ...source, plugins: [siteAssets(assets)] }),
      serviceWorker(),
    ],
    worker: { format: 'es' },
    optimizeDeps: { exclude: ['onnxruntime-web'], rolldownOptions: { transform: { jsx: JSX } } },
    // Nothing else of the project, such as prepared images, is open to whoever reaches the server.
    server: {
      headers: ISOLATION,
      fs: { allow: ['.', '../scheduler', '../runtime-web', '../phantom', '../node_modules'].map(here) },
    },
    preview: { headers: ISOLATION },
    build: {
      outDir: out ?? here('../dist'),
      emptyOutDir: true,
      target: 'es2023',
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 700,
      reportCompressedSize: false,
      rolldownOptions: {
        checks: { pluginTimings: false },
        output: { codeSplitting: { groups: SHARED } },
      },
    },
  };
}

export default defineConfig(siteConfig());

/** vite's dev server inlines styles and talks over a socket, so its page allows both. The build needs neither. */
function siteHtml(): Plugin {
  return {
    name: 'onnoise:dev-policy',
    apply: 'serve',
    transformIndexHtml: (html) =>
      html.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace("connect-src 'self'", '$& ws:'),
  };
}

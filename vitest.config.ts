import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { gateReporter } from './test/support/gate/report.ts';

/** For processes that run beside others, and for those that they start. */
const preload = JSON.stringify(join(import.meta.dirname, 'test', 'support', 'onnxruntime-threads.cjs'));
const sharesCores = {
  NODE_OPTIONS: [process.env.NODE_OPTIONS, `--require=${preload}`].filter(Boolean).join(' '),
  ORT_DISABLE_TELEMETRY: '1', // tests import onnxruntime themselves
};

/** What the page's build makes. */
const models = join(import.meta.dirname, 'test', 'support', 'browser', 'page-models.ts');

const project = (name: string, testTimeout: number) => ({
  resolve: { alias: { 'virtual:onnoise/models': models } },
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    env: sharesCores,
    setupFiles: 'test/support/temporary/setup.ts',
    testTimeout,
    hookTimeout: testTimeout,
  },
});

/** Unit tests that replace modules, which must not reach the files after them in the same worker. */
const replacing = readdirSync(join(import.meta.dirname, 'test', 'unit'), { recursive: true, encoding: 'utf8' })
  .map((path) => `test/unit/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.test.ts'))
  .filter((path) => /\bvi\.(mock|doMock|resetModules)\(/.test(readFileSync(path, 'utf8')));

/** `npm test` leaves out what has this tag, a whole file or one test of it; `npm run test:full` runs it. */
const LONG = {
  name: 'long',
  description: 'takes many seconds, or does again at length what another test does briefly',
};

const { test: unit, resolve } = project('unit', 120_000);

/**
 * One browser and one built site for all files. Polls wait for what a busy machine is late with: vitest's own second is for
 * values that are there already.
 */
const browser = {
  resolve,
  test: {
    ...project('browser', 180_000).test,
    exclude: ['test/browser/installed/**'],
    globalSetup: 'test/support/browser/global-setup.ts',
    isolate: false,
    expect: { poll: { timeout: 30_000 } },
  },
};

/** In a Firefox and a WebKit of the machine, which npm cannot bring. */
const installed = {
  test: {
    ...project('installed', 600_000).test,
    include: ['test/browser/installed/**/*.test.ts'],
    globalSetup: 'test/support/browser/installed-setup.ts',
    isolate: false,
    expect: { poll: { timeout: 30_000 } },
  },
};

/** Projects outside the repository that install the packed packages. Threads of their processes are their own affair. */
const consumers = {
  test: {
    ...project('consumers', 600_000).test,
    globalSetup: 'test/support/consumers/global-setup.ts',
    isolate: false,
    env: {},
  },
};

/** Two files more than there are cores at a time: many tests wait for a browser, a child process or a clock. */
const maxWorkers = availableParallelism() + 2;

/** vitest's own choice, which naming any reporter replaces, why tests were skipped, and what the gates read. */
const REPORTERS = ['default', ...(process.env.GITHUB_ACTIONS === 'true' ? ['github-actions'] : []), gateReporter()];

/**
 * `unit`, with `replacing`, tests in Node how parts behave and compares with PyTorch and diffusers; `tfjs` runs tfjs' own tests on
 * the tracer, `stress` mistreats servers and queues and trains at length, `browser` visits the built site, `installed` in other
 * browsers, `consumers` installs the packages, `slow` trains for minutes. Files that share workers import tfjs once a worker.
 */
export default defineConfig({
  test: {
    reporters: REPORTERS,
    maxWorkers,
    tags: [LONG],
    projects: [
      {
        resolve,
        test: {
          ...unit,
          include: ['test/{unit,golden}/**/*.test.ts'],
          exclude: replacing,
          isolate: false,
        },
      },
      { resolve, test: { ...unit, name: 'replacing', include: replacing } },
      project('tfjs', 300_000),
      project('stress', 120_000),
      browser,
      installed,
      consumers,
      { test: { ...project('slow', 1_200_000).test, env: {} } },
    ],
  },
});

/** tfjs-core's test files, the tracer and jasmine as one program: so all of them use one copy of tfjs. */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const require = createRequire(import.meta.url);
const core = dirname(require.resolve('@tensorflow/tfjs-core/package.json'));

const tests: Plugin = {
  name: 'tfjs:tests',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^tfjs:tests$/ }, ({ path }) => ({ path, namespace: 'tests' }));
    onLoad({ filter: /./, namespace: 'tests' }, () => ({
      contents: testFiles()
        .map((file) => `import ${JSON.stringify(file)};`)
        .join('\n'),
      resolveDir: core,
    }));
  },
};

const testFiles = (): string[] =>
  readdirSync(join(core, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('_test.js'))
    .sort()
    .map((file) => join(core, 'dist', file));

export async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('run.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    // Not 'esm': a test sets a variable that it does not declare.
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['onnxruntime-node'],
    // The packages call their test files and registrations free of side effects.
    ignoreAnnotations: true,
    plugins: [tests],
    define: { 'import.meta.url': 'moduleUrl' },
    banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'error',
  });
}

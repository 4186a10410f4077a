/**
 * The scripts of runtime-web that are one file each, or stand for themselves:
 *
 * - `onnoise-worker.js` and `onnoise-trainer.js`, in the place of what tsc made of them. They have all that they import, so that every
 *   bundler takes them as they are: Vite 6 and 7 refuse a worker that loads parts of itself later, unless they are told its format.
 * - `standalone/onnoise.js`, the library for pages without a bundler, which loads onnxruntime-web with the first model.
 *
 * onnxruntime-web's WebAssembly, megabytes, stays in its own package, of which the manifest names this one version;
 * `onnoise-web-files` copies it beside them.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';

/** @param out the built runtime-web */
export async function bundleStandalone(out: string): Promise<void> {
  const dist = join(out, 'dist');
  for (const name of ['worker', 'trainer']) {
    const file = join(dist, name, `onnoise-${name}.js`);
    const { outputFiles } = await build({
      ...OPTIONS,
      entryPoints: [file],
      write: false,
      plugins: [FROM_ONE_FILE],
    });
    await writeFile(file, withMarks(outputFiles[0]!.text));
    await rm(`${file}.map`);
  }
  await build({
    ...OPTIONS,
    entryPoints: { onnoise: join(dist, 'index.js') },
    outdir: join(dist, 'standalone'),
    splitting: true,
    chunkNames: 'onnoise-[name]-[hash]',
  });
}

const OPTIONS = {
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  external: ['module', 'worker_threads'], // onnxruntime-web asks for them in Node only
  legalComments: 'eof',
  logLevel: 'error',
} as const satisfies BuildOptions;

/** onnxruntime-web's marks for bundlers at what it imports by an address of the user's, which are lost with the blanks. */
const withMarks = (text: string): string =>
  text.replaceAll(/\bimport\((\w+)\)/g, 'import(/*webpackIgnore:true*/ /*@vite-ignore*/ $1)');

/** `importScripts` throws in a module worker. */
const OWN_TYPE = '(()=>{try{importScripts();return"classic"}catch{return"module"}})()';

/**
 * In a worker onnxruntime-web starts its threads from the worker's own script, wherever that lies, and as the script was started: Next
 * makes classic workers of modules. By `import.meta.url` it names files beside its own, which bundlers would look for beside ours.
 */
const FROM_ONE_FILE: Plugin = {
  name: 'from-one-file',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]onnxruntime-web[\\/]dist[\\/][\w.]+\.mjs$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replaceAll('import.meta.url', 'self.location.href')
        .replaceAll('type:"module",workerData', `type:${OWN_TYPE},workerData`),
    })),
};

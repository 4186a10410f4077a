/**
 * The smaller WebAssembly of onnxruntime-web, for visitors who have one thread: a file of the build, and `virtual:onnoise/small-runtime`,
 * its address and size. The whole one lies beside it, for threads and for what the smaller one lacks. Where the record is of another
 * version there is none, nor in the dev server.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';
import { withoutOthers } from './functions.ts';
import record from './record.json' with { type: 'json' };
import { type RuntimeRecord, readUsed } from './record.ts';

const VIRTUAL = 'virtual:onnoise/small-runtime';
const RESOLVED = `\0${VIRTUAL}`;
const FILE = 'ort-small.wasm';

const { resolve } = createRequire(new URL('../../../runtime-web/package.json', import.meta.url));

const LICENCE = `MIT License

Copyright (c) Microsoft Corporation. All rights reserved.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

/** onnxruntime-web's WebAssembly without WebGPU, as it is installed. */
export const wholeRuntime = async (): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')));

/** undefined for a record of another file. */
export function smallerRuntime(
  whole: Uint8Array<ArrayBuffer>,
  of: RuntimeRecord = record,
): Uint8Array<ArrayBuffer> | undefined {
  if (createHash('sha256').update(whole).digest('hex') !== of.sha256) return undefined;
  const note = `Made by Onnoise of ${of.package}: functions that its page never calls were removed.\n\n${LICENCE}`;
  return withoutOthers(whole, readUsed(of), note);
}

export function smallRuntime(): Plugin {
  let builds = false;
  return {
    name: 'onnoise:small-runtime',
    configResolved: ({ command }) => {
      builds = command === 'build';
    },
    resolveId: (id) => (id === VIRTUAL ? RESOLVED : null),
    async load(id) {
      if (id !== RESOLVED) return null;
      const source = builds ? smallerRuntime(await wholeRuntime()) : undefined;
      if (source === undefined) return 'export default undefined;';
      const file = this.emitFile({ type: 'asset', name: FILE, source });
      return `export default { url: import.meta.ROLLUP_FILE_URL_${file}, bytes: ${source.length} };`;
    },
  };
}

/** Small runtimes for the tests: the recorded one, and ones that stop early. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor } from 'onnxruntime-web';
import { countFunctions, markOf, withMarks, withoutOthers } from '#site/build/runtime/functions.ts';
import { smallerRuntime, wholeRuntime } from '#site/build/runtime/plugin.ts';
import record from '#site/build/runtime/record.json' with { type: 'json' };
import { readUsed } from '#site/build/runtime/record.ts';
import { ROOT } from '../repository.ts';

const DIGITS = join(ROOT, 'models', 'digits', 'unet', 'model.onnx');

/** `recorded`: as the page has it. `opens`: opens the shipped digits, and lacks what runs them. `none`: lacks everything. */
export const SMALL = ['recorded', 'opens', 'none'] as const;

/** onnxruntime-web starts once in a process. */
let inRuns: Promise<Set<number>> | undefined;

/** Writes `recorded.wasm` and so on. @returns their sizes */
export async function writeSmallRuntimes(folder: string): Promise<Record<(typeof SMALL)[number], number>> {
  const whole = await wholeRuntime();
  const isUsed = readUsed(record);
  inRuns ??= calledInRuns(whole);
  const lacking = await inRuns;
  const made = {
    recorded: smallerRuntime(whole)!,
    opens: withoutOthers(whole, (place) => isUsed(place) && !lacking.has(place), ''),
    none: withoutOthers(whole, () => false, ''),
  };
  await mkdir(folder, { recursive: true });
  for (const name of SMALL) await writeFile(join(folder, `${name}.wasm`), made[name]);
  return { recorded: made.recorded.length, opens: made.opens.length, none: made.none.length };
}

/** Functions that a run of the digits calls and its opening does not. In Node, by onnxruntime-web's build for it. */
async function calledInRuns(whole: Uint8Array<ArrayBuffer>): Promise<Set<number>> {
  const { instantiate } = WebAssembly;
  let exports: Record<string, WebAssembly.Global> = {};
  const watch = async (...given: Parameters<typeof instantiate>) => {
    const made: unknown = await instantiate(...given);
    exports = ((made as { instance?: WebAssembly.Instance }).instance ?? (made as WebAssembly.Instance))
      .exports as never;
    return made;
  };
  const ort = await import('onnxruntime-web');
  ort.env.wasm.wasmBinary = withMarks(whole);
  ort.env.wasm.numThreads = 1;
  WebAssembly.instantiate = watch as typeof instantiate;
  try {
    const session = await ort.InferenceSession.create(await readFile(DIGITS), { logSeverityLevel: 4 });
    const places = Array.from({ length: countFunctions(whole) }, (_, place) => place);
    const called = () => new Set(places.filter((place) => exports[markOf(place)]!.value === 1));
    const before = called();
    const feeds: Record<string, Tensor> = {
      sample: new ort.Tensor('float32', new Float32Array(28 * 28), [1, 1, 28, 28]),
      timestep: new ort.Tensor('float32', Float32Array.of(5), [1]),
      class_labels: new ort.Tensor('int64', BigInt64Array.of(3n), [1]),
    };
    await session.run(feeds);
    const inRun = [...called()].filter((place) => !before.has(place));
    await session.release();
    return new Set(inRun);
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}

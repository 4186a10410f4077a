/**
 * The other side: the same network and sampler in TensorFlow.js on its own backend, as fast as it can be. Filters are
 * converted to its layout once, everything stays on its device, and only the finished pictures are read.
 */
import { gaussian, type SamplerTable } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import '@tensorflow/tfjs-backend-webgpu';
import { createModel, initParameters } from '#training/model/index.ts';

export interface OtherSide {
  /** Images [N, C, H, W] of the table's rows from the seeds' noise. */
  sample(table: SamplerTable, seeds: readonly number[], labels: readonly number[] | undefined): Promise<Float32Array>;
}

export async function openTfjs(backend: 'wasm' | 'webgpu', config: object, threads: number): Promise<OtherSide> {
  setThreadsCount(threads);
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain,
    'tfjs-backend-wasm-simd.wasm': simd,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded,
  });
  tf.enableProdMode();
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no backend ${backend} here`);
  await tf.ready();

  const model = createModel(config);
  const parameters: Record<string, tf.Tensor> = {};
  for (const [name, values] of initParameters(model, 0)) {
    const { shape } = model.parameters.find((parameter) => parameter.name === name)!;
    parameters[name] = tf.tensor(values, shape);
  }
  keepTransposes(backend, new Set(Object.values(parameters).map(({ dataId }) => dataId)));
  const [c, h, w] = model.shape;
  const size = c * h * w;

  return {
    async sample({ rows, clip }, seeds, labels) {
      const draw = (index: number) => {
        const values = new Float32Array(seeds.length * size);
        for (const [n, seed] of seeds.entries())
          gaussian(seed, index * size, values.subarray(n * size, (n + 1) * size));
        return tf.tensor(values, [seeds.length, c, h, w]);
      };
      const classes = labels && tf.tensor1d([...labels], 'int32');
      let x = draw(0);
      for (const [step, { timestep, p, q, A, E, B, D }] of rows.entries()) {
        const next = tf.tidy(() => {
          const t = tf.fill([seeds.length], timestep) as tf.Tensor1D;
          const output = model.forward(parameters, x as tf.Tensor4D, t, {
            training: false,
            ...(classes && { labels: classes }),
          });
          const free = tf.add(tf.mul(x, p), tf.mul(output, q));
          const x0 = clip === null ? free : tf.clipByValue(free, -clip, clip);
          const sum = tf.add(tf.add(tf.mul(x, A), tf.mul(output, E)), tf.mul(x0, B));
          return D === 0 ? sum : tf.add(sum, tf.mul(draw(step + 1), D));
        });
        x.dispose();
        x = next;
      }
      const images = (await x.data()) as Float32Array;
      tf.dispose([x, ...(classes ? [classes] : [])]);
      return images;
    },
  };
}

/** Parameters are in PyTorch's order; their transposes are the same in every call, so they are made once. */
function keepTransposes(backendName: string, parameters: ReadonlySet<object>): void {
  const { kernelFunc, ...rest } = tf.getKernel('Transpose', backendName)!;
  const kept = new Map<object, Map<string, tf.TensorInfo>>();
  tf.unregisterKernel('Transpose', backendName);
  tf.registerKernel({
    ...rest,
    kernelFunc(call) {
      const { dataId } = call.inputs.x!;
      if (!parameters.has(dataId)) return kernelFunc(call);
      const backend = call.backend as tf.KernelBackend;
      const known = kept.get(dataId) ?? new Map<string, tf.TensorInfo>();
      kept.set(dataId, known);
      const key = String(call.attrs?.perm);
      const result = known.get(key) ?? (kernelFunc(call) as tf.TensorInfo);
      known.set(key, result);
      backend.incRef(result.dataId);
      return { ...result };
    },
  });
}

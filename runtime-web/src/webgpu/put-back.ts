/**
 * Puts the pixels that a mask keeps back on the GPU, in place: `putBack` of the scheduler in float32.
 *
 *     x' = m x + (1 - m) (signal picture + noise z)
 */
import type { SamplerRow } from '@onnoise/scheduler';
import { type RowSize, WORKGROUP, workgroupsFor } from './apply-row.ts';

const SHADER = /* wgsl */ `
struct Level { signal: f32, noise: f32, count: u32, plane: u32, twice: u32 }

@group(0) @binding(0) var<uniform> level: Level;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read> picture: array<f32>;
@group(0) @binding(3) var<storage, read> z: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<f32>;

@compute @workgroup_size(${WORKGROUP})
fn put_back(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < level.count; i += groups.x * ${WORKGROUP}u) {
    let m = mask[i % level.plane];
    if (m == 1.0) {
      continue;
    }
    x[i] = m * x[i] + (1.0 - m) * (level.signal * picture[i] + level.noise * z[i]);
    if (level.twice == 1u) {
      x[i + level.count] = x[i];
    }
  }
}
`;

export interface KnownBuffers {
  /** Guided, the images twice. */
  x: GPUBuffer;
  /** [N, C, H, W] in [-1, 1]. */
  picture: GPUBuffer;
  /** The unit noise that sampling started from, [N, C, H, W]. */
  noise: GPUBuffer;
  /** [H, W]: 1 is painted anew, 0 is kept. */
  mask: GPUBuffer;
}

export interface PutBackKernel {
  /** Appends the blend, at the noise level that x has reached. */
  encode(encoder: GPUCommandEncoder, level: Pick<SamplerRow, 'signal' | 'noise'>): void;
  destroy(): void;
}

/** @param plane values of the mask. */
export function createPutBackKernel(
  device: GPUDevice,
  { x, picture, noise, mask }: KnownBuffers,
  { count, twice, plane }: RowSize & { plane: number },
): PutBackKernel {
  const uniform = device.createBuffer({ size: 32, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(uniform, 8, Uint32Array.of(count, plane, Number(twice)));
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: SHADER }), entryPoint: 'put_back' },
  });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [uniform, x, picture, noise, mask].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  return {
    encode(encoder, level) {
      device.queue.writeBuffer(uniform, 0, Float32Array.of(level.signal, level.noise));
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(workgroupsFor(count));
      pass.end();
    },
    destroy: () => uniform.destroy(),
  };
}

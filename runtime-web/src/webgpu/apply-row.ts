/**
 * A row of the sampler's table on the GPU, in place: `applyRow` of the scheduler in float32.
 *
 *     x0 = clip(p x + q o)        x = A x + E o + B x0 + C x0_prev + D z
 *
 * A word beside the images holds the first step at which o or x is NaN or infinite. The shader checks the bits of a
 * number, because its compiler may assume that NaN and infinity do not occur.
 */
import type { SamplerRow } from '@onnoise/scheduler';

const WORKGROUP = 256;
/** The maxComputeWorkgroupsPerDimension that WebGPU guarantees; for more values, each thread takes several. */
const MOST_WORKGROUPS = 65_535;
const LARGEST_FLOAT = 3.4028234e38;

const WGSL = /* wgsl */ `
struct Row { p: f32, q: f32, A: f32, E: f32, B: f32, C: f32, D: f32, limit: f32, step: u32 }

@group(0) @binding(0) var<uniform> row: Row;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> x0: array<f32>;
@group(0) @binding(3) var<storage, read> output: array<f32>;
@group(0) @binding(4) var<storage, read> z: array<f32>;
@group(0) @binding(5) var<storage, read_write> bad: atomic<u32>;

fn finite(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u;
}

@compute @workgroup_size(${WORKGROUP})
fn apply_row(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < arrayLength(&x); i += groups.x * ${WORKGROUP}u) {
    let predicted = clamp(row.p * x[i] + row.q * output[i], -row.limit, row.limit);
    let next = row.A * x[i] + row.E * output[i] + row.B * predicted + row.C * x0[i] + row.D * z[i];
    if (!finite(output[i]) || !finite(next)) {
      atomicMin(&bad, row.step);
    }
    x[i] = next;
    x0[i] = predicted;
  }
}
`;

/** Images [N, C, H, W] as float32. */
export interface RowBuffers {
  x: GPUBuffer;
  x0: GPUBuffer;
  z: GPUBuffer;
  /** One u32: the first step, from 1, whose output is not finite; `NONE_BAD` until then. */
  bad: GPUBuffer;
}

export const NONE_BAD = 0xffff_ffff;

export interface RowKernel {
  /** Appends step `step`, from 1, to the encoder. `output` may be longer than the images. */
  encode(encoder: GPUCommandEncoder, step: number, row: SamplerRow, clip: number | null, output: GPUBuffer): void;
  destroy(): void;
}

export function createRowKernel(device: GPUDevice, { x, x0, z, bad }: RowBuffers): RowKernel {
  const uniform = device.createBuffer({ size: 48, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: WGSL }), entryPoint: 'apply_row' },
  });
  const bind = (output: GPUBuffer) =>
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [uniform, x, x0, output, z, bad].map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
  let bound: { output: GPUBuffer; group: GPUBindGroup } | undefined;
  const workgroups = Math.min(Math.ceil(x.size / 4 / WORKGROUP), MOST_WORKGROUPS);
  return {
    encode(encoder, step, { p, q, A, E, B, C, D }, clip, output) {
      if (bound?.output !== output) bound = { output, group: bind(output) };
      device.queue.writeBuffer(uniform, 0, Float32Array.of(p, q, A, E, B, C, D, clip ?? LARGEST_FLOAT));
      device.queue.writeBuffer(uniform, 32, Uint32Array.of(step));
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bound.group);
      pass.dispatchWorkgroups(workgroups);
      pass.end();
    },
    destroy: () => uniform.destroy(),
  };
}

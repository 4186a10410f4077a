/**
 * A row of the sampler's table on the GPU, in place: `guide` and `applyRow` of the scheduler in float32.
 *
 *     o = o_null + w (o_cond - o_null)
 *     x0 = clip(p x + q o)        x' = A x + E o + B x0 + C x0_prev + F y + D z
 *                                 y' = a x + e o + b x0 + c x0_prev + f y
 *
 * Guided, the network is called on 2 N images: x holds the N images twice, and the output's second half is the one
 * without a condition. There is a shader with y and one without, for tables that need none. A word beside the images
 * holds the first step at which o, x' or y' is NaN or infinite. The shader checks the bits of a
 * number, because its compiler may assume that NaN and infinity do not occur.
 */
import type { SamplerRow } from '@onnoise/scheduler';

export const WORKGROUP = 256;
/** The maxComputeWorkgroupsPerDimension that WebGPU guarantees; for more values, each thread takes several. */
const MOST_WORKGROUPS = 65_535;
const LARGEST_FLOAT = 3.4028234e38;

const Y_NEXT = 'row.a * x[i] + row.e * o + row.b * predicted + row.c * x0[i] + row.f * y[i]';

/** @param keepsY whether there is an auxiliary picture. */
const shader = (keepsY: boolean): string => /* wgsl */ `
struct Row {
  p: f32, q: f32, A: f32, E: f32, B: f32, C: f32, F: f32, D: f32,
  a: f32, e: f32, b: f32, c: f32, f: f32, limit: f32, guidance: f32, step: u32, count: u32, twice: u32
}

@group(0) @binding(0) var<uniform> row: Row;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> x0: array<f32>;
@group(0) @binding(3) var<storage, read> output: array<f32>;
@group(0) @binding(4) var<storage, read> z: array<f32>;
@group(0) @binding(5) var<storage, read_write> bad: atomic<u32>;
${keepsY ? '@group(0) @binding(6) var<storage, read_write> y: array<f32>;' : ''}

fn finite(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u;
}

fn guided(i: u32) -> f32 {
  if (row.twice == 0u || row.guidance == 1.0) {
    return output[i];
  }
  let without = output[i + row.count];
  return without + row.guidance * (output[i] - without);
}

@compute @workgroup_size(${WORKGROUP})
fn apply_row(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < row.count; i += groups.x * ${WORKGROUP}u) {
    let o = guided(i);
    let predicted = clamp(row.p * x[i] + row.q * o, -row.limit, row.limit);
    let y_now = ${keepsY ? 'y[i]' : '0.0'};
    let x_next = row.A * x[i] + row.E * o + row.B * predicted + row.C * x0[i] + row.F * y_now + row.D * z[i];
    let y_next = ${keepsY ? Y_NEXT : '0.0'};
    if (!finite(o) || !finite(x_next) || !finite(y_next)) {
      atomicMin(&bad, row.step);
    }
    x[i] = x_next;
    if (row.twice == 1u) {
      x[i + row.count] = x_next;
    }
    ${keepsY ? 'y[i] = y_next;' : ''}
    x0[i] = predicted;
  }
}
`;

/** Images [N, C, H, W] as float32. */
export interface RowBuffers {
  /** Guided, [2 N, C, H, W]: the images twice. */
  x: GPUBuffer;
  x0: GPUBuffer;
  z: GPUBuffer;
  /** One u32: the first step, from 1, whose output is not finite; `NONE_BAD` until then. */
  bad: GPUBuffer;
  /** The auxiliary picture; undefined: no row needs it. */
  y?: GPUBuffer | undefined;
}

/** Of the images: how many values, and whether x and the network's output hold two halves of as many. */
export interface RowSize {
  count: number;
  twice: boolean;
}

export const NONE_BAD = 0xffff_ffff;

export interface RowKernel {
  /**
   * Appends step `step`, from 1, to the encoder. `output` may be longer than the images.
   * @param guidance w; 1 takes the output's first half alone.
   */
  encode(
    encoder: GPUCommandEncoder,
    step: number,
    row: SamplerRow,
    clip: number | null,
    output: GPUBuffer,
    guidance?: number,
  ): void;
  destroy(): void;
}

/** A row that leaves y as it is. */
const KEEP = { a: 0, e: 0, b: 0, c: 0, f: 1 };

/** Workgroups for so many values. */
export const workgroupsFor = (count: number): number => Math.min(Math.ceil(count / WORKGROUP), MOST_WORKGROUPS);

export function createRowKernel(
  device: GPUDevice,
  { x, x0, z, bad, y }: RowBuffers,
  { count, twice }: RowSize,
): RowKernel {
  const uniform = device.createBuffer({ size: 80, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: shader(y !== undefined) }), entryPoint: 'apply_row' },
  });
  const bind = (output: GPUBuffer) =>
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [uniform, x, x0, output, z, bad, ...(y ? [y] : [])].map((buffer, binding) => ({
        binding,
        resource: { buffer },
      })),
    });
  let bound: { output: GPUBuffer; group: GPUBindGroup } | undefined;
  return {
    encode(encoder, step, { p, q, A, E, B, C, F, D, y: next }, clip, output, guidance = 1) {
      if (!y && (F !== 0 || next)) throw new Error('The row needs y, which was not given.');
      if (bound?.output !== output) bound = { output, group: bind(output) };
      const { a, e, b, c, f } = next ?? KEEP;
      const numbers = [p, q, A, E, B, C, F, D, a, e, b, c, f, clip ?? LARGEST_FLOAT, guidance];
      device.queue.writeBuffer(uniform, 0, Float32Array.from(numbers));
      device.queue.writeBuffer(uniform, 4 * numbers.length, Uint32Array.of(step, count, Number(twice)));
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bound.group);
      pass.dispatchWorkgroups(workgroupsFor(count));
      pass.end();
    },
    destroy: () => uniform.destroy(),
  };
}

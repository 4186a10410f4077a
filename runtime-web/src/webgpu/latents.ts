/**
 * Latents of a batch for the decoder, on the GPU: what the network drew there, one image after another, as the autoencoder has it.
 *
 *     latent = drawn / scaling + shift
 *
 * The decoder reads them where they are, so only pictures come down.
 */
import { type DecodedFacts, type ImageShape, sizeOf } from '@onnoise/scheduler/model';
import type { LatentsOf } from '../network/network.ts';
import type { Ort } from '../session/ort.ts';
import { WORKGROUP, workgroupsFor } from './apply-row.ts';

const SHADER = /* wgsl */ `
struct Scale { scaling: f32, shift: f32, first: u32, count: u32 }

@group(0) @binding(0) var<uniform> scale: Scale;
@group(0) @binding(1) var<storage, read> drawn: array<f32>;
@group(0) @binding(2) var<storage, read_write> latent: array<f32>;

@compute @workgroup_size(${WORKGROUP})
fn unscale(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < scale.count; i += groups.x * ${WORKGROUP}u) {
    latent[i] = drawn[scale.first + i] / scale.scaling + scale.shift;
  }
}
`;

export interface LatentReader {
  /** Of the images [N, Z, h, w] of a buffer. A tensor holds its image until the next is asked for. */
  of(drawn: GPUBuffer): LatentsOf;
  destroy(): void;
}

/** @param storage makes a buffer of so many bytes, whose owner frees it. */
export function createLatentReader(
  ort: Ort,
  device: GPUDevice,
  shape: ImageShape,
  { scaling, shift }: Pick<DecodedFacts, 'scaling' | 'shift'>,
  storage: (bytes: number) => GPUBuffer,
): LatentReader {
  const count = sizeOf(shape);
  const latent = storage(4 * count);
  const tensor = ort.Tensor.fromGpuBuffer(latent, { dataType: 'float32', dims: [1, ...shape] });
  const uniform = device.createBuffer({ size: 16, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(uniform, 0, Float32Array.of(scaling, shift));
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: SHADER }), entryPoint: 'unscale' },
  });
  return {
    of(drawn) {
      const group = device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [uniform, drawn, latent].map((buffer, binding) => ({ binding, resource: { buffer } })),
      });
      return (image) => {
        device.queue.writeBuffer(uniform, 8, Uint32Array.of(image * count, count));
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(workgroupsFor(count));
        pass.end();
        device.queue.submit([encoder.finish()]);
        return tensor;
      };
    },
    destroy: () => uniform.destroy(),
  };
}

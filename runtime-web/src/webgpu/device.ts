/** A GPUDevice with all its adapter allows. Its failures reject the promises that wait for it. */
import { InputError } from '@onnoise/scheduler/rules';

export interface Gpu {
  device: GPUDevice;
  /** The promise, or an InputError as soon as the device is lost or refuses what it was given. */
  guard<T>(promise: Promise<T>): Promise<T>;
  destroy(): void;
}

/** Limits that onnxruntime-web uses where they are above WebGPU's defaults. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
] as const;

const FEATURES = ['shader-f16', 'subgroups'] as const;

/** Milliseconds. */
const LOSS_IS_TOLD_WITHIN = 100;

/** @throws InputError where the adapter gives no device. */
export async function openGpu(adapter: GPUAdapter): Promise<Gpu> {
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({
      requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
      requiredFeatures: FEATURES.filter((name) => adapter.features.has(name)),
    });
  } catch (error) {
    throw new InputError(
      `Cannot load the model: the WebGPU adapter must give a device, received "${(error as Error).message}".`,
    );
  }
  const broken = new Promise<never>((_, reject) => {
    device.lost.then(({ reason, message }) => reject(told(`device lost (${message || reason})`)));
    device.addEventListener('uncapturederror', ({ error }) => reject(told(error.message.split('\n')[0]!)));
  });
  broken.catch(() => undefined); // `guard` reports it
  /** A lost device may first show as another error: waits briefly for the device's own report. */
  const afterwards = async (error: unknown): Promise<never> => {
    await Promise.race([broken, new Promise((resolve) => setTimeout(resolve, LOSS_IS_TOLD_WITHIN))]);
    throw error;
  };
  return {
    device,
    guard: (promise) => Promise.race([broken, promise.catch(afterwards)]),
    destroy: () => device.destroy(),
  };
}

function told(received: string): InputError {
  return new InputError(
    `Cannot sample images: the GPU must stay ready, received "${received}". Load the model again, or choose wasm.`,
  );
}

/** Which device computes, and why. Public, so without the types of WebGPU, which not every compiler knows. */
export type Device = 'webgpu' | 'wasm';

export interface DeviceReport {
  device: Device;
  /** Of WebAssembly; 1 on WebGPU. */
  threads: number;
  /** Why, a sentence. */
  reason: string;
}

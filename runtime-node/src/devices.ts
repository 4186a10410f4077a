/**
 * Which devices this machine can sample on, found by trying: each is asked to run a model of one node.
 *
 * onnxruntime does not fall back from a list of providers and writes errors of its own to the terminal, so devices are
 * tried one at a time, and CUDA only where its files are.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

export const DEVICES = ['cpu', 'cuda', 'webgpu'] as const;
export type Device = (typeof DEVICES)[number];
export const DEVICE_CHOICES = ['auto', ...DEVICES] as const;
export type DeviceChoice = (typeof DEVICE_CHOICES)[number];

export interface DeviceStatus {
  device: Device;
  available: boolean;
  /** What was found, or what is missing: one phrase without a full stop. */
  reason: string;
  /** What would make it available, where there is something to do: a command, or a phrase. */
  enable?: string;
}

/** Where the facts come from; replaced in tests. */
export interface Machine {
  platform: NodeJS.Platform;
  arch: string;
  /** True for a file or folder that is there. */
  exists: (path: string) => boolean;
  /** Names in a folder; none when it is not there. */
  list: (path: string) => string[];
  /** Runs the probe; rejects with what onnxruntime says. */
  tryDevice: (device: Device) => Promise<void>;
}

/** `y = -x` over one value: the smallest model that shows a device at work. IR 8, opset 13. */
const PROBE = 'CAg6NgoLCgF4EgF5IgNOZWcSBXByb2JlWg8KAXgSCgoICAESBAoCCAFiDwoBeRIKCggIARIECgIIAUIECgAQDQ==';

export const thisMachine: Machine = {
  platform: process.platform,
  arch: process.arch,
  exists: existsSync,
  list: (path) => (existsSync(path) ? readdirSync(path) : []),
  tryDevice: async (device) => {
    const session = await InferenceSession.create(Buffer.from(PROBE, 'base64'), { executionProviders: [device] });
    try {
      const { y } = await session.run({ x: new Tensor('float32', [2], [1]) });
      if (y?.data[0] !== -2) throw new Error(`computed ${y?.data[0]} where -2 is right`);
    } finally {
      await session.release();
    }
  },
};

/** Asks a device whether it works here. Never throws for a device that does not. */
export async function inspectDevice(device: Device, machine: Machine = thisMachine): Promise<DeviceStatus> {
  const missing = device === 'cuda' ? missingCuda(machine) : undefined;
  if (missing !== undefined) return { device, available: false, ...missing };
  try {
    await machine.tryDevice(device);
    return { device, available: true, reason: describe(device, machine) };
  } catch (error) {
    return { device, available: false, reason: firstLine(error), ...advice(device, machine) };
  }
}

/**
 * A graphics processor that the operating system knows of, as a phrase, or undefined.
 * WebGPU also runs on a software renderer, right but some 25 times slower than the CPU provider: this tells them apart
 * before any time is spent. On macOS there always is one; on Windows it cannot be told and is taken to be there.
 */
export function findGpu({ platform, list, exists }: Machine = thisMachine): string | undefined {
  if (platform === 'darwin') return 'Metal';
  if (platform === 'win32') return 'Direct3D';
  if (exists('/dev/nvidia0')) return '/dev/nvidia0';
  if (exists('/dev/dxg')) return '/dev/dxg';
  const node = list('/dev/dri').find((name) => name.startsWith('renderD'));
  return node && `/dev/dri/${node}`;
}

function missingCuda({ platform, arch, exists }: Machine): Omit<DeviceStatus, 'device' | 'available'> | undefined {
  if (platform !== 'linux' || arch !== 'x64') {
    return { reason: `onnxruntime-node has CUDA on linux x64 only, this is ${platform} ${arch}` };
  }
  if (!exists(join(providerFolder(), 'libonnxruntime_providers_cuda.so'))) {
    return {
      reason: "onnxruntime's CUDA files are not installed",
      enable: exists('/dev/nvidia0')
        ? INSTALL_CUDA
        : `${INSTALL_CUDA} (on a machine with an NVIDIA GPU; none is seen here)`,
    };
  }
  return undefined;
}

const INSTALL_CUDA = 'node node_modules/onnxruntime-node/script/install --onnxruntime-node-install';

/** Where onnxruntime-node keeps its native libraries, and looks for the CUDA ones. */
function providerFolder(): string {
  const main = createRequire(import.meta.url).resolve('onnxruntime-node');
  return join(dirname(main), '..', 'bin', 'napi-v6', 'linux', 'x64');
}

function describe(device: Device, machine: Machine): string {
  if (device === 'cpu') return 'part of onnxruntime-node';
  if (device === 'cuda') return 'CUDA files installed, GPU found';
  const gpu = findGpu(machine);
  return gpu === undefined ? 'on a software renderer: right, but far slower than cpu' : `GPU found (${gpu})`;
}

function advice(device: Device, { platform, exists }: Machine): { enable?: string } {
  if (device === 'cuda') {
    return {
      enable: exists('/dev/nvidia0')
        ? 'install the CUDA and cuDNN versions that the message names, and see: ldd node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so'
        : 'an NVIDIA GPU with its driver; none is seen here',
    };
  }
  if (device === 'webgpu' && platform === 'linux') {
    return { enable: "install your GPU's Vulkan driver (software, for tests: apt-get install mesa-vulkan-drivers)" };
  }
  return {};
}

/** The first line of an error, without the source path onnxruntime puts in front and without a full stop. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.trim().split('\n')[0] ?? '';
  return line.replace(/^\/onnxruntime_src\S* .*?was false\. /, '').replace(/\.$/, '');
}

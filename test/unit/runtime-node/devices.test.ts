import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openOnDevice } from '#runtime-node/choose.ts';
import { type Device, findGpu, inspectDevice, type Machine } from '#runtime-node/devices.ts';
import { InputError } from '#scheduler/rules/index.ts';

/** A simulated machine: its files and the devices that work. */
function machine(files: string[], working: Device[], platform: NodeJS.Platform = 'linux'): Machine {
  return {
    platform,
    arch: 'x64',
    exists: (path) => files.some((file) => path.endsWith(file)),
    list: (folder) =>
      files.filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(folder.length + 1)),
    tryDevice: async (device) => {
      if (!working.includes(device)) throw new Error(`${device} says no.\nand more`);
    },
  };
}

/** Opens a model that takes `times[device]` milliseconds per call, and records what is closed. */
function opener(times: Partial<Record<Device, number>>, closed: string[] = []) {
  return async (device: Device) => {
    const time = times[device];
    if (time === undefined) throw new Error(`no model on ${device}`);
    return { value: `model on ${device}`, time: async () => time, close: async () => void closed.push(device) };
  };
}

const CUDA = 'libonnxruntime_providers_cuda.so';
const ALL: Device[] = ['cpu', 'cuda', 'webgpu'];

describe('openOnDevice with auto', () => {
  test('takes the cpu where no GPU is, tries nothing else, and says what is missing', async () => {
    const tryDevice = () => expect.unreachable();
    const report = { device: 'cpu', reason: 'auto: no cuda: no NVIDIA GPU is seen; no webgpu: no GPU is seen' };
    const opened = await openOnDevice('auto', opener({ cpu: 1, webgpu: 0 }), { ...machine([], ALL), tryDevice });
    expect(opened).toEqual({ value: 'model on cpu', report });
  });

  test.each([
    ['auto', [CUDA], 0],
    ['cpu', [CUDA, '/dev/nvidia0'], 0],
    ['auto', [CUDA, '/dev/nvidia0'], 1],
    ['auto', [CUDA, '/dev/dxg'], 1],
  ] as const)('looks for the files of CUDA only where an NVIDIA GPU is seen: %s, %j', async (device, files, times) => {
    const found = machine([...files], ALL);
    const looked: string[] = [];
    const exists = (path: string) => looked.push(path) > 0 && found.exists(path);
    await openOnDevice(device, opener({ cpu: 1, cuda: 1 }), { ...found, exists });
    expect(looked.filter((path) => path.endsWith(CUDA))).toHaveLength(times);
  });

  test('takes cuda first where its files are and a GPU answers', async () => {
    const { report } = await openOnDevice('auto', opener({ cuda: 5, cpu: 1 }), machine([CUDA, '/dev/nvidia0'], ALL));
    expect(report).toEqual({ device: 'cuda', reason: 'auto: CUDA files installed, GPU found' });
  });

  test('goes on when cuda is installed and does not work, or cannot run the model', async () => {
    const broken = await openOnDevice('auto', opener({ cpu: 1 }), machine([CUDA, '/dev/nvidia0'], ['cpu']));
    const reason = 'auto: no cuda: cuda says no; no webgpu: webgpu says no';
    expect(broken.report).toEqual({ device: 'cpu', reason });
    const unable = await openOnDevice('auto', opener({ cpu: 1 }), machine([CUDA, '/dev/nvidia0'], ['cpu', 'cuda']));
    expect(unable.report.reason).toContain('cuda could not run this model (no model on cuda)');
  });

  test('takes webgpu on a GPU only where it is faster for this model, and closes the other', async () => {
    const here = machine(['/dev/dri/renderD128'], ['cpu', 'webgpu']);
    const closed: string[] = [];
    const fast = await openOnDevice('auto', opener({ cpu: 30, webgpu: 4 }, closed), here);
    expect([fast.value, fast.report.device, closed]).toEqual(['model on webgpu', 'webgpu', ['cpu']]);
    expect(fast.report.reason).toContain('a call takes 4.0 ms on webgpu, 30.0 ms on cpu');
    const slow = await openOnDevice('auto', opener({ cpu: 3, webgpu: 70 }, closed), here);
    expect([slow.value, slow.report.device, closed]).toEqual(['model on cpu', 'cpu', ['cpu', 'webgpu']]);
  });

  test('takes the cpu where webgpu fails, and passes on what the cpu throws', async () => {
    const here = machine(['/dev/dri/renderD128'], ['cpu']);
    expect((await openOnDevice('auto', opener({ cpu: 1 }), here)).report.reason).toContain('no webgpu: webgpu says no');
    await expect(openOnDevice('auto', opener({}), here)).rejects.toThrow('no model on cpu');
  });
});

describe('openOnDevice with a device asked for', () => {
  test('opens the model there', async () => {
    expect(await openOnDevice('webgpu', opener({ webgpu: 1 }), machine([], ALL))).toEqual({
      value: 'model on webgpu',
      report: { device: 'webgpu', reason: 'asked for' },
    });
  });

  test('refuses a device that is not there, with the reason and what would enable it', async () => {
    const asked = openOnDevice('cuda', opener({ cpu: 1 }), machine(['/dev/nvidia0'], ['cpu']));
    await expect(asked).rejects.toBeInstanceOf(InputError);
    await expect(asked).rejects.toThrow(
      "Cannot use device cuda: onnxruntime's CUDA files are not installed. To enable it: node node_modules/onnxruntime-node/script/install --onnxruntime-node-install",
    );
    await expect(openOnDevice('webgpu', opener({ cpu: 1 }), machine([], ['cpu']))).rejects.toThrow(
      "Cannot use device webgpu: webgpu says no. To enable it: install your GPU's Vulkan driver",
    );
  });
});

describe('inspectDevice', () => {
  test('finds the cpu of this machine at work', async () => {
    expect(await inspectDevice('cpu')).toEqual({ device: 'cpu', available: true, reason: 'part of onnxruntime-node' });
  });

  test('tells a software renderer from a GPU', async () => {
    const onSoftware = await inspectDevice('webgpu', machine([], ALL));
    expect([onSoftware.available, onSoftware.reason]).toEqual([
      true,
      'no GPU is seen: a software renderer computes, right but far slower than cpu, and auto skips it',
    ]);
    expect(onSoftware.software).toBe(true);
    expect((await inspectDevice('webgpu', machine(['/dev/dri/renderD129'], ALL))).reason).toContain('renderD129');
  });

  test('says of webgpu what auto says, whatever the machine has', async () => {
    for (const files of [[], ['/dev/dri/renderD128'], ['/dev/nvidia3']]) {
      for (const working of [ALL, ['cpu'] as Device[]]) {
        const here = machine(files, working);
        const { report } = await openOnDevice('auto', opener({ cpu: 1, webgpu: 2 }), here);
        const { available, software, reason } = await inspectDevice('webgpu', here);
        const tried = report.reason.includes('on webgpu');
        expect(tried, report.reason).toBe(available && !software);
        if (!tried) expect(report.reason).toMatch(software ? /no webgpu: no GPU is seen$/ : /no webgpu: /);
        if (software) expect(reason).toMatch(/^no GPU is seen: .* auto skips it$/);
      }
    }
  });

  test('keeps what the driver writes off the terminal', async () => {
    const devices = JSON.stringify(join(import.meta.dirname, '../../../runtime-node/src/devices.ts'));
    const program = `import(${devices}).then(async ({ inspectDevice }) => console.log(JSON.stringify(await inspectDevice('webgpu'))))`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '-e', program]);
    expect(JSON.parse(stdout)).toMatchObject({ device: 'webgpu', available: expect.any(Boolean) });
    expect(stderr).toBe('');
  });

  test('knows that CUDA is for linux x64 only', async () => {
    expect(await inspectDevice('cuda', machine([CUDA], ALL, 'darwin'))).toEqual({
      device: 'cuda',
      available: false,
      reason: 'onnxruntime-node has CUDA on linux x64 only, this is darwin x64',
    });
  });
});

test.each<[string[], NodeJS.Platform, string | undefined]>([
  [[], 'linux', undefined],
  [['/dev/dri/card0'], 'linux', undefined],
  [['/dev/dri/renderD128'], 'linux', '/dev/dri/renderD128'],
  [['/dev/dxg'], 'linux', '/dev/dxg'],
  [['/dev/nvidiactl', '/dev/nvidia3'], 'linux', '/dev/nvidia3'],
  [[], 'win32', 'Direct3D'],
])('findGpu of the files %j on %s is %s', (files, platform, gpu) => {
  expect(findGpu(machine(files, [], platform))).toBe(gpu);
});

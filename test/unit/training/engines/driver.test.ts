import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { findCompiler } from '#pipeline/setup/compile.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { skipBecause } from '#test/skip.ts';
import { buildDriver } from '#test/train/driver.ts';
import { missingReason } from '#test/train/engines.ts';
import { startEngineProcess } from '#training/engines/native/host.ts';
import { readInstall } from '#training/engines/native/install.ts';

const install = readInstall('tfjs-node-gpu');

async function lacks(): Promise<string | undefined> {
  if (install?.route !== 'pypi')
    return 'tfjs-node-gpu is not set up by wheels of PyPI: npx pipeline setup tfjs-node-gpu';
  if (install.env.XLA_FLAGS) {
    return "CUDA's libraries are set up, which need a driver that works: npx pipeline setup tfjs-node-gpu --no-cuda";
  }
  const compiler = await findCompiler().catch(() => null);
  if (compiler === null) return 'no C++ compiler works: CXX=path/to/compiler npm test';
  return missingReason('tfjs-node-gpu');
}

describe('tfjs-node-gpu beside a driver, as TensorFlow itself tells of it,', skipBecause(await lacks()), () => {
  const folder = temporaryFolder();
  beforeAll(async () => buildDriver(folder, await findCompiler()));
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    [
      '0',
      /^the CUDA librar(y|ies) lib\S+\.so\.\d+.* missing \("npx pipeline setup tfjs-node-gpu --cuda" fetches what is\)$/,
    ],
    ['100', /^the NVIDIA driver sees no GPU \(/],
    ['803', /^the NVIDIA driver does not start \(.*CUDA_ERROR_SYSTEM_DRIVER_MISMATCH/],
  ])('names what is in the way where the driver answers %s', async (answer, reason) => {
    vi.stubEnv('LD_LIBRARY_PATH', folder);
    vi.stubEnv('DRIVER_ANSWER', answer);
    const child = await startEngineProcess('tfjs-node-gpu', install!, { tf32: true });
    await child.stop();
    expect(child.gpu).toBe(false);
    expect(child.noGpu()).toMatch(reason);
  });
});

/** Clusters and containers give a process some of the machine's cores. */
import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { quotaOf } from '#runtime-node/cores.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { skipBecause } from '#test/skip.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const run = promisify(execFile);

describe('a quota of processor time', () => {
  const job = {
    '/proc/self/cgroup': '0::/slurm/job_7\n',
    '/sys/fs/cgroup/slurm/cpu.max': '1600000 100000\n',
    '/sys/fs/cgroup/slurm/job_7/cpu.max': 'max 100000\n',
  };
  const container = {
    '/proc/self/cgroup': '7:memory:/docker/0a1b\n4:cpu,cpuacct:/docker/0a1b\n0::/docker/0a1b\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '400000\n',
    '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
  };
  it.each<[string, number, Record<string, string>]>([
    ['of those around the group, in cores', 16, job],
    ['of the group', 2.5, { ...job, '/sys/fs/cgroup/slurm/job_7/cpu.max': '250000 100000\n' }],
    ['of the outermost group in a container, where the path is the host’s', 4, container],
    ['of none', Number.POSITIVE_INFINITY, { ...container, '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n' }],
    [
      'below a name with colons, as containerd gives',
      3,
      {
        '/proc/self/cgroup': '0::/system.slice:cri-containerd:0a1b\n',
        '/sys/fs/cgroup/system.slice:cri-containerd:0a1b/cpu.max': '300000 100000\n',
      },
    ],
    ['without control groups', Number.POSITIVE_INFINITY, {}],
    ['without their files', Number.POSITIVE_INFINITY, { '/proc/self/cgroup': '4:cpu:/\n0::/\n' }],
    ['of an empty file', Number.POSITIVE_INFINITY, { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '' }],
  ])('is that %s: %d', (_, cores, files) => {
    expect(quotaOf((path) => files[path])).toBe(cores);
  });
});

describe('a session', skipBecause(lacksTaskset()), () => {
  it('has a thread for each core of the process, not of the machine', async () => {
    const script = join(temporaryFolder(), 'open.mts');
    writeFileSync(
      script,
      `import { readdirSync } from 'node:fs';
      import { createSession } from '${ROOT}/runtime-node/src/onnxruntime.ts';
      const threads = () => readdirSync('/proc/self/task').length;
      await createSession('${ROOT}/models/digits/unet/model.onnx'); // what starts once
      const before = threads();
      await createSession('${ROOT}/models/digits/unet/model.onnx');
      console.log(threads() - before);`,
    );
    const tsx = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');
    const { stdout } = await run('taskset', ['-c', '0', process.execPath, tsx, script], { cwd: ROOT });
    expect(stdout).toBe('0\n'); // the calling one
  });
});

function lacksTaskset(): string | undefined {
  if (cpus().length < 2) return 'one core is all there is';
  try {
    execFileSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'taskset, of util-linux, is not here';
  }
}

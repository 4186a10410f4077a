/** The files in deploy/ must agree with the rest of the project. Nothing here runs them or needs a container engine. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { queueName } from '#pipeline/bulk/done.ts';
import { COMMAND_NAMES, helpText } from '#pipeline/cli.ts';
import { hashModel } from '#runtime-node/model-hash.ts';
import { SERVER_LIMITS } from '#server/index.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (path: string) => readFile(join(root, path), 'utf8');
const readJson = async (path: string) => JSON.parse(await read(path));
const exists = (path: string) =>
  stat(join(root, path)).then(
    () => true,
    () => false,
  );

/** A Dockerfile's instructions, with continued lines joined and comments left out. */
async function instructions(path: string): Promise<string[]> {
  const text = (await read(path)).replace(/^#.*\n/gm, '').replace(/\\\n\s*/g, '');
  return text.split('\n').filter((line) => line !== '');
}

/** The paths that it copies from the project's folder. */
async function copied(path: string): Promise<string[]> {
  const copies = (await instructions(path)).filter((line) => /^COPY (?!--from)/.test(line));
  return copies.flatMap((line) => line.split(/\s+/).slice(1, -1));
}

/** Leaves out what is imported when it is needed: in the packages' build, the registry of `npm run registry`. */
const LATER: Plugin = {
  name: 'later',
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined)),
};

describe('deploy/Dockerfile', () => {
  it('copies what is there, every workspace for npm ci, and what the ignore file lets through', async () => {
    const sources = await copied('deploy/Dockerfile');
    const { workspaces } = await readJson('package.json');
    expect(sources).toEqual(expect.arrayContaining(workspaces.map((name: string) => `${name}/package.json`)));
    const allowed = (await read('.dockerignore')).split('\n').flatMap((line) => /^!(.*)/.exec(line)?.[1] ?? []);
    for (const source of sources) {
      expect(await exists(source), source).toBe(true);
      expect(
        allowed.some((path) => source === path || source.startsWith(`${path}/`)),
        source,
      ).toBe(true);
    }
  });

  it('copies all that the build of the packages imports', async () => {
    const sources = await copied('deploy/Dockerfile');
    const { metafile } = await build({
      entryPoints: ['scripts/packages/main.ts'],
      absWorkingDir: root,
      bundle: true,
      write: false,
      metafile: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
      plugins: [LATER],
    });
    const files = Object.keys(metafile.inputs);
    expect(files.length).toBeGreaterThan(5);
    for (const file of files)
      expect(
        sources.some((path) => file.startsWith(`${path}/`)),
        file,
      ).toBe(true);
  });

  it('takes out packages that are there, and none that sampling asks for', async () => {
    const line = (await instructions('deploy/Dockerfile')).find((text) => text.startsWith('RUN rm -r '))!;
    const removed = line.split(' && ')[0]!.split(/\s+/).slice(3);
    const { packages } = await readJson('package-lock.json');
    const names = Object.keys(packages).map((path) => path.replace(/^node_modules\//, ''));
    for (const name of removed) {
      expect(
        names.some((path) => path === name || path.startsWith(`${name}/`)),
        name,
      ).toBe(true);
    }
    const { dependencies } = await readJson('runtime-node/package.json');
    for (const name of Object.keys(dependencies)) {
      expect(removed.some((path) => name === path || name.startsWith(`${path}/`))).toBe(false);
    }
  });
});

describe('deploy/', () => {
  it("takes the CUDA files of the onnxruntime that npm installs: another version's cannot be loaded", async () => {
    const { packages } = await readJson('package-lock.json');
    const versions = (await instructions('deploy/Dockerfile.cuda')).flatMap(
      (line) => /^ARG ONNXRUNTIME=(.*)/.exec(line)?.[1] ?? [],
    );
    expect(new Set(versions)).toEqual(new Set([packages['node_modules/onnxruntime-node'].version]));
  });

  it.each(['Dockerfile', 'Dockerfile.cuda'])(
    '%s runs as a user that is not root, and tells its health',
    async (name) => {
      const lines = await instructions(`deploy/${name}`);
      const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
      expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER 1000:1000']);
      const check = last.find((line) => line.startsWith('HEALTHCHECK '))!;
      const [program, flag, script] = JSON.parse(check.slice(check.indexOf('[')));
      expect([program, flag]).toEqual(['node', '-e']);
      // It is written in JavaScript.
      expect(() => new Function(script)).not.toThrow();
      expect(script).toContain('/v2/health/ready');
    },
  );
  it.each([
    ['deploy/Dockerfile', /^CMD \[(.*)\]$/gm],
    ['deploy/Dockerfile.cuda', /^CMD \[(.*)\]$/gm],
    ['deploy/compose.yaml', /^ {4}command: \[((?:serve|worker),.*)\]$/gm],
    ['deploy/kubernetes/workers/bulk-job.yaml', /^ {10}args: \[(worker,.*)\]$/gm],
    ['deploy/kubernetes/workers/workers.yaml', /^ {10}args: \[(worker,.*)\]$/gm],
    ['deploy/kubernetes/server/deployment.yaml', /^ {10}args:\s+\[(serve,.*)\]$/gm],
    ['deploy/bulk.slurm', /^exec node pipeline\/bin\/pipeline\.mjs (.*)$/gm],
    ['deploy/onnoise.service', /^ExecStart=\/usr\/bin\/node node_modules\/onnoise\/bin\/onnoise\.mjs (.*)$/gm],
  ])('%s starts a command that there is, with options that it has', async (path, pattern) => {
    const lines = [...(await read(path)).matchAll(pattern)].map(([, words]) => words!.replace(/["\s,]+/g, ' ').trim());
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const [command, ...rest] = line.split(' ');
      expect(COMMAND_NAMES).toContain(command);
      const help = await helpText(command);
      for (const word of rest.filter((text) => text.startsWith('--'))) expect(help).toMatch(new RegExp(`${word} `));
    }
  });

  it('the scaler of workers counts the shards of models/digits that wait and that are made', async () => {
    const text = await read('deploy/kubernetes/workers/scaled-object.yaml');
    const queue = `onnoise:${queueName(await hashModel(join(root, 'models', 'digits')))}`;
    expect([...text.matchAll(/listName: (\S+)/g)].map(([, list]) => list)).toEqual([
      `${queue}:wait`,
      `${queue}:active`,
    ]);
    const names = [...text.matchAll(/^ {6}name: (\S+)/gm)].map(([, name]) => name);
    expect(text).toContain(`formula: ${names.join(' + ')},`);
  });

  it('Prometheus reads the metrics with a key that sees all clients, and the autoscaler asks for one of them', async () => {
    const [monitor, adapter, scaler, secrets] = await Promise.all(
      ['monitoring/pod-monitor', 'monitoring/adapter-values', 'server/autoscaler', 'server/kustomization'].map((name) =>
        read(`deploy/kubernetes/${name}.yaml`),
      ),
    );
    const secret = /credentials: \{ name: (\S+), key: (\S+) \}/.exec(monitor!)!;
    expect(secrets).toContain(`{ name: ${secret[1]}, files: [${secret[2]}],`);
    expect(secrets).toContain(`$(cat ${secret[2]}) name=prometheus metrics=all`);
    const metric = /metric: \{ name: (\S+) \}/.exec(scaler!)![1]!;
    expect(adapter).toContain(`seriesQuery: ${metric}{`);
    expect(await read('server/src/service/metrics.ts')).toContain(`'${metric.replace('onnoise_', '')}'`);
  });

  it.each([
    ['deploy/kubernetes/server/deployment.yaml', /terminationGracePeriodSeconds: (\d+)/],
    ['deploy/compose.yaml', /stop_grace_period: (\d+)s/],
    ['deploy/onnoise.service', /TimeoutStopSec=(\d+)/],
    ['docs/serving/deploy.md', /--stop-timeout (\d+)/],
  ])('%s gives the server the time that it takes to stop', async (file, seconds) => {
    const { timeout } = SERVER_LIMITS;
    expect(Number(seconds.exec(await read(file))![1])).toBeGreaterThan(timeout.standard + 5 + 30);
  });
});

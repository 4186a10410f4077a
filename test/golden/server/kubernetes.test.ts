/** The manifests of deploy/kubernetes, by Kubernetes' own schemas. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lacksPython, PYTHON, skipBecause } from '#test/skip.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', 'deploy', 'kubernetes');
/** What Kubernetes does not define itself: of operators that are installed beside it, and the values of a chart. */
const OTHERS = new Set(
  'kustomization scaled-object inference-service pod-monitor adapter-values'.split(' ').map((name) => `${name}.yaml`),
);

const manifests = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .filter((path) => !OTHERS.has(path.split(/[/\\]/).at(-1)!));

describe('deploy/kubernetes', skipBecause(lacksPython('kubernetes_validate')), () => {
  it('has manifests', () => expect(manifests.length).toBeGreaterThan(7));

  it.each(manifests)('%s is valid, strictly', (path) => {
    const code = 'import sys; from kubernetes_validate.__main__ import main; sys.exit(main())';
    const told = execFileSync(PYTHON, ['-c', code, '--strict', join(ROOT, path)], { encoding: 'utf8', stdio: 'pipe' });
    expect(told).toContain('passed');
  });
});

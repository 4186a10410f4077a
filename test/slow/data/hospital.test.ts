/**
 * docs/medical.md as it is written: its commands run one after the other on a machine that has no network but itself, from
 * DICOM files in an archive to the page in a browser. Then what was sent, and what was left in the home folder, is looked at.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { shellBlocks } from '#test/doc-commands.ts';
import type { Order, Seen } from '#test/hospital/inside.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { lacksOrthanc } from '#test/pictures/orthanc.ts';
import { filesBelow } from '#test/pictures/planted.ts';
import { skipBecause } from '#test/skip.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const INSIDE = join(ROOT, 'test', 'support', 'hospital', 'inside.ts');
const TSX = createRequire(import.meta.url).resolve('tsx');
const SERVED = 'the test opens it in a browser';

/** Written by the commands, or not the reader's. */
const OWN = new Set(['data', 'runs', 'out', 'dist', '.cache', '.git']);

function lacksNamespace(): string | undefined {
  try {
    execFileSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
    execFileSync('strace', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'a network of its own needs root on Linux, unshare, ip and strace: apt-get install util-linux iproute2 strace';
  }
}

/** The repository as a reader has it, without what was made in it. */
function checkout(): string {
  const folder = join(temporaryFolder(), 'onnoise');
  mkdirSync(folder);
  for (const name of readdirSync(ROOT)) if (!OWN.has(name)) symlinkSync(join(ROOT, name), join(folder, name));
  return folder;
}

/** Variables without those that keep onnxruntime quiet, in a home of its own. */
function environment(home: string): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(ORT_|CI$|GITHUB_|NODE_OPTIONS|NODE_ENV|VITEST)/.test(name),
  );
  return { ...(Object.fromEntries(kept) as Record<string, string>), HOME: home };
}

/** Addresses that anything was sent to, but for sockets of this machine's own kernel. */
function addresses(trace: string): string[] {
  const found = readFileSync(trace, 'utf8').matchAll(/inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"/g);
  return [...new Set(Array.from(found, ([, four, six]) => four ?? six!))].sort();
}

const lacks = lacksOrthanc() ?? lacksNamespace() ?? LACKS_CHROMIUM;

describe('docs/medical.md', skipBecause(lacks), () => {
  it('is true as it is written, without a network', async () => {
    const blocks = shellBlocks(readFileSync(join(ROOT, 'docs', 'medical.md'), 'utf8'));
    const served = blocks.filter(({ note }) => note === SERVED);
    const practice = blocks.filter(({ note }) => note === undefined);
    expect(blocks.filter((block) => !served.includes(block) && !practice.includes(block)).length).toBe(3);
    for (const { note } of blocks) expect(note ?? SERVED).toMatch(/^(not run: |the test opens)/);

    const root = temporaryFolder();
    const [folder, home] = [checkout(), join(root, 'home')];
    mkdirSync(home);
    const order: Order = {
      folder,
      script: join(root, 'practice.sh'),
      trace: join(root, 'trace.txt'),
      serve: served[0]!.code.trim(),
      page: 'http://127.0.0.1:8080/',
    };
    // The archive ends with the practice.
    writeFileSync(order.script, `trap 'kill $(jobs -p)' EXIT\n${practice.map(({ code }) => code).join('\n')}`);
    const child = spawn('unshare', ['--net', process.execPath, '--import', TSX, INSIDE, JSON.stringify(order)], {
      cwd: ROOT,
      env: environment(home),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.on('data', (part) => {
      printed += part;
    });
    const [code] = (await once(child, 'close')) as [number];
    expect(code, printed.slice(-2000)).toBe(0);
    const seen = JSON.parse(printed.trim().split('\n').at(-1)!) as Seen;

    expect(printed).toContain('2000 images of 32 x 32, gray');
    expect(printed).toContain('synthetic phantoms');
    expect(readFileSync(join(folder, 'out', 'practice', 'README.md'), 'utf8')).toContain('boneage');
    for (const file of ['out/look.png', 'out/look-at-these.png', 'out/evaluation/report.html', 'out/page/index.html'])
      expect(existsSync(join(folder, file)), file).toBe(true);

    expect(seen.interfaces).toEqual(['lo']);
    expect(seen.hosts).toEqual(['127.0.0.1:8080']);
    expect(seen.isolated).toBe(true);
    expect(seen.paths).toContain('/models/practice/unet/model.onnx');
    expect(addresses(order.trace)).toEqual(['127.0.0.1']);
    expect([...filesBelow(home)].filter((path) => /Microsoft|onnxruntime|deviceid/.test(path))).toEqual([]);
  });
});

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { siteConfig } from '../../../../runtime-web/vite.config.ts';

const PAGE = join(import.meta.dirname, '..', '..', '..', '..', 'runtime-web', 'site', 'index.html');

interface Emitted {
  fileName: string;
  source: Uint8Array;
}

/** What the build makes of index.html, and the file that it adds. */
async function write(): Promise<{ page: string; files: Emitted[] }> {
  const all = siteConfig().plugins!.flat() as Plugin[];
  const plugin = all.find(({ name }) => name === 'onnoise:first-view')!;
  const { handler } = plugin.transformIndexHtml as unknown as { handler(page: string): Promise<string> };
  const files: Emitted[] = [];
  const generate = plugin.generateBundle as unknown as (this: { emitFile(file: Emitted): void }) => Promise<void>;
  await generate.call({ emitFile: (file) => void files.push(file) });
  return { page: await handler(await readFile(PAGE, 'utf8')), files };
}

describe('the built index.html', () => {
  let page: string;
  let files: Emitted[];
  beforeAll(async () => {
    ({ page, files } = await write());
  }, 120_000); // vite compiles the view

  it('has the frame and the text of the first view', () => {
    const text = page.replace(/<script>.*?<\/script>/gs, '').replace(/<[^>]+>/g, ' ');
    for (const words of ['Out of noise, a picture', 'Forward process', 'Start from', 'Nothing is sent anywhere.']) {
      expect(text).toContain(words);
    }
    expect(page.match(/<h1>/g)).toHaveLength(2); // of the view, and of the message without scripts
    expect(page).toContain('<noscript>');
    expect(page).not.toContain('could not be loaded');
  });

  it('has no inline script that its policy forbids, and no inline style or handler', () => {
    const allowed = /script-src ([^;]+)/.exec(page)![1]!.split(' ');
    const inline = [...page.matchAll(/<script>(.*?)<\/script>/gs)].map(([, code]) => code!);
    expect(inline).toHaveLength(2);
    for (const code of inline) {
      expect(allowed).toContain(`'sha256-${createHash('sha256').update(code).digest('base64')}'`);
      expect(code.length).toBeLessThan(5000);
    }
    expect(allowed.filter((source) => source.startsWith("'sha256-"))).toHaveLength(2);
    expect(page).not.toMatch(/\sstyle="|\son\w+="/);
  });

  it('shows the noise that sampling starts from, in a file named by its content', () => {
    expect(files).toHaveLength(1);
    const [{ fileName, source }] = files as [Emitted];
    expect(fileName).toMatch(/^assets\/first-[\w-]{8}\.png$/);
    expect([...source.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    const places = [...page.matchAll(/<image href="([^"]+)" x="([^"]+)"/g)];
    expect(places.length).toBeGreaterThan(1);
    expect(new Set(places.map(([, address]) => address))).toEqual(new Set([`./${fileName}`]));
    expect(new Set(places.map(([, , x]) => x)).size).toBe(places.length);
  });

  it('leads to every view by plain links', () => {
    for (const view of ['sample', 'learn', 'forward', 'game', 'train', 'model']) {
      expect(page).toContain(`<a href="#/${view}"`);
    }
  });
});

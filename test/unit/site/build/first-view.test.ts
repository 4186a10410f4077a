import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import type { Plugin, Rolldown } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { siteConfig } from '#site/vite.config.ts';

const PAGE = join(import.meta.dirname, '..', '..', '..', '..', 'site', 'index.html');

interface Emitted {
  fileName: string;
  source: Uint8Array;
}

const chunk = (fileName: string, view: string | undefined, imports: string[] = [], styles: string[] = []) => ({
  type: 'chunk',
  fileName,
  facadeModuleId: view && `/home/me/site/views/${view}/index.tsx`,
  moduleIds: [],
  isEntry: fileName === 'assets/index.js',
  imports,
  viteMetadata: { importedCss: new Set(styles) },
});

const CHUNKS = [
  chunk('assets/index.js', undefined, ['assets/shared.js']),
  chunk('assets/shared.js', undefined),
  chunk('assets/forward.js', 'forward', ['assets/shared.js', 'assets/math.js'], ['assets/forward.css']),
  chunk('assets/math.js', undefined, ['assets/index.js']),
  chunk('assets/guess.js', 'learn/guess', ['assets/math.js']),
];
const BUNDLE = Object.fromEntries(CHUNKS.map((one) => [one.fileName, one])) as unknown as Rolldown.OutputBundle;

/** What the build makes of index.html, and the file that it adds. */
async function write(): Promise<{ page: string; files: Emitted[] }> {
  const all = siteConfig().plugins!.flat() as Plugin[];
  const plugin = all.find(({ name }) => name === 'onnoise:first-view')!;
  const { handler } = plugin.transformIndexHtml as unknown as {
    handler(page: string, context: { bundle: Rolldown.OutputBundle }): Promise<string>;
  };
  const files: Emitted[] = [];
  const generate = plugin.generateBundle as unknown as (this: { emitFile(file: Emitted): void }) => Promise<void>;
  await generate.call({ emitFile: (file) => void files.push(file) });
  const source = await readFile(PAGE, 'utf8');
  // As vite leaves it: it names what the page's script imports.
  const linked = source.replace('</head>', '<link rel="modulepreload" href="./assets/shared.js"></head>');
  return { page: await handler(linked, { bundle: BUNDLE }), files };
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

  it('fetches at once what the view of the address needs and the page does not name', () => {
    const fetched = (hash: string) => {
      const links: { rel: string; href: string }[] = [];
      const document = {
        documentElement: { dataset: {} },
        createElement: () => ({}),
        head: { append: (link: { rel: string; href: string }) => links.push(link) },
        querySelectorAll: () => [],
      };
      const [, head] = /<script>(.*?)<\/script>/s.exec(page)!;
      runInNewContext(head!, { document, location: { hash }, localStorage: { getItem: () => null }, URLSearchParams });
      return links.map(({ rel, href }) => `${rel} ${href}`);
    };
    const math = 'modulepreload ./assets/math.js';
    expect(fetched('#/forward?t=7')).toEqual([
      'modulepreload ./assets/forward.js',
      math,
      'preload ./assets/forward.css',
    ]);
    expect(fetched('#/learn/guess')).toEqual(['modulepreload ./assets/guess.js', math]);
    for (const hash of ['', '#/game', '#/learn/nothing', '#/constructor']) expect(fetched(hash)).toEqual([]);
  });

  it('shows the noise that sampling starts from, in a file named by its content', () => {
    expect(files).toHaveLength(1);
    const [{ fileName, source }] = files as [Emitted];
    expect(fileName).toMatch(/^assets\/first-[\w-]{8}\.png$/);
    expect([...source.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    const places = [...page.matchAll(/<image data-href="([^"]+)" x="([^"]+)"/g)];
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

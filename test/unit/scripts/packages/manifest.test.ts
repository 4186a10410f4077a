import { describe, expect, it } from 'vitest';
import { type Manifest, publishedManifest } from '../../../../scripts/packages/manifest.ts';

const ROOT = {
  license: 'MIT',
  engines: { node: '>=20.19' },
  repository: { type: 'git', url: 'git+https://example.org/x.git' },
};
const OWN: Manifest = {
  name: '@onnoise/x',
  version: '1.2.3',
  description: 'x',
  license: 'MIT',
  type: 'module',
  exports: { '.': './src/index.ts', './child': './src/child/index.ts', './page/*': './dist/page/*' },
};
const publish = (own: Partial<Manifest> = {}, folders = ['dist']) =>
  publishedManifest({ ...OWN, ...own }, ROOT, 'x', folders) as Record<string, unknown>;

describe('publishedManifest', () => {
  it('has what npm shows, from the root', () => {
    const { license, engines, repository } = publish();
    expect({ license, engines }).toEqual({ license: 'MIT', engines: { node: '>=20.19' } });
    expect(repository).toEqual({ ...ROOT.repository, directory: 'x' });
  });

  it('exports what was built, its types first, and itself', () => {
    const { exports } = publish() as { exports: Record<string, object> };
    expect(exports['.']).toEqual({ types: './dist/index.d.ts', default: './dist/index.js' });
    expect(Object.keys(exports['./child']!)).toEqual(['types', 'default']);
    expect(exports['./page/*']).toBe('./dist/page/*');
    expect(exports['./package.json']).toBe('./package.json');
  });

  it('takes one export as that of the package', () => {
    expect(publish({ exports: './src/index.ts' }).exports).toHaveProperty(['.', 'types'], './dist/index.d.ts');
  });

  it('names conditions below a path', () => {
    const exports = { '.': { browser: './src/web.ts', default: './src/index.ts' } };
    expect(publish({ exports }).exports).toHaveProperty(['.', 'browser', 'types'], './dist/web.d.ts');
  });

  it('publishes what was built and what the package names', () => {
    expect(publish({ files: ['bin', 'presets'] }).files).toEqual(['dist', 'bin', 'presets']);
    expect(publish({}, []).files).toEqual([]);
  });

  it('names the built files that have side effects', () => {
    expect(publish({ sideEffects: ['./src/polyfill.ts'] }).sideEffects).toEqual(['./dist/polyfill.js']);
    expect(publish({ sideEffects: false }).sideEffects).toBe(false);
  });

  it('leaves out what only the repository needs', () => {
    const own = { ...OWN, devDependencies: { a: '1' }, imports: { '#src/*': './src/*' }, scripts: {} };
    expect(Object.keys(publishedManifest(own, ROOT, 'x', []))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/devDependencies|imports|scripts/)]),
    );
  });
});

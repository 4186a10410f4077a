/** Which files of a build views need, by a bundle of a few chunks. */
import { describe, expect, it } from 'vitest';
import { filesOfChapters, filesOfViews } from '#site/build/view-files.ts';

type Bundle = Parameters<typeof filesOfViews>[0];

const chunk = (
  fileName: string,
  view: string,
  imports: string[] = [],
  dynamicImports: string[] = [],
  css: string[] = [],
) => ({
  type: 'chunk',
  fileName,
  facadeModuleId: view && !view.endsWith('game') ? `/site/views/${view}/index.tsx` : null,
  moduleIds: view ? ['/site/views/part.tsx', `/site/views/${view}/index.tsx`] : [],
  isEntry: fileName === 'main.js',
  imports,
  dynamicImports,
  viteMetadata: { importedCss: new Set(css) },
});

const BUNDLE = Object.fromEntries(
  [
    chunk('main.js', '', ['shared.js'], ['learn.js', 'game.js'], ['main.css']),
    chunk('shared.js', ''),
    chunk('learn.js', 'learn', ['shared.js'], ['guess.js', 'why.js'], ['learn.css']),
    chunk('guess.js', 'learn/guess', ['shared.js', 'riddles.js', 'main.js'], [], ['guess.css']),
    chunk('riddles.js', ''),
    chunk('why.js', 'learn/why', ['score.js'], ['film.js']),
    chunk('film.js', '', [], ['plot.js']),
    chunk('game.js', 'game', ['score.js'], ['play.js']),
    chunk('play.js', '', ['plot.js']),
    chunk('score.js', ''),
    chunk('plot.js', ''),
  ].map((one) => [one.fileName, one]),
) as unknown as Bundle;

describe('filesOfViews', () => {
  it('names all that a view imports, without the start of the page', () => {
    const files = filesOfViews(BUNDLE);
    expect([...files.keys()]).toEqual(['learn', 'learn/guess', 'learn/why', 'game']);
    expect(files.get('learn/guess')).toEqual({
      scripts: ['guess.js', 'shared.js', 'riddles.js'],
      styles: ['guess.css', 'main.css'],
    });
  });
});

describe('filesOfChapters', () => {
  it('leaves out what the list of chapters or another view needs, also later', () => {
    expect([...filesOfChapters(BUNDLE)].sort()).toEqual(['film.js', 'guess.css', 'guess.js', 'riddles.js', 'why.js']);
  });
});

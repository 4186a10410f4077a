import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFirst } from '#site/state/address.ts';
import { formatRoute, parseRoute, VIEWS } from '#site/state/router.ts';

describe('parseRoute', () => {
  test('reads the view and its settings', () => {
    const { view, query } = parseRoute('#/game?seed=7&round=2');
    expect(view).toBe('game');
    expect(Object.fromEntries(query)).toEqual({ seed: '7', round: '2' });
  });

  test.each([
    ['', 'sample'],
    ['#', 'sample'],
    ['#/', 'sample'],
    ['#/nothing?seed=1', 'sample'],
    ['#/SAMPLE', 'sample'],
    ['#/__proto__', 'sample'],
    ['#main', 'sample'],
    ['#/forward/', 'forward'],
    ['#forward', 'forward'],
    ['#/model?', 'model'],
  ])('shows for %j the view %s', (hash, view) => {
    expect(parseRoute(hash).view).toBe(view);
  });

  test('keeps a question mark within a setting', () => {
    expect(parseRoute('#/model?url=a?b=c').query.get('url')).toBe('a?b=c');
  });
});

test.each([
  ['', true],
  ['#/sample', true],
  ['#main', true],
  ['#/sample?', true],
  ['#/sample?seed=7', false],
  ['#/game', false],
  ['#/learn/guess', false],
])('isFirst says of %j: %s', (hash, first) => {
  expect(isFirst(hash)).toBe(first);
});

describe('formatRoute', () => {
  test('leaves out what is not set, and keeps zero, false and the empty text', () => {
    expect(formatRoute('sample', { seed: 0, eta: undefined, labels: null, film: false, text: '' })).toBe(
      '#/sample?seed=0&film=false&text=',
    );
  });

  test('has no question mark without settings', () => {
    expect(formatRoute('forward')).toBe('#/forward');
    expect(formatRoute('forward', new URLSearchParams())).toBe('#/forward');
  });

  test('is read back by parseRoute, whatever the settings', () => {
    const settings = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.constantFrom(...VIEWS), settings, (view, query) => {
        const back = parseRoute(formatRoute(view, query));
        expect(back.view).toBe(view);
        expect(Object.fromEntries(back.query)).toEqual(query);
      }),
    );
  });
});

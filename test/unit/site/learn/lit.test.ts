import { expect, test } from 'vitest';
import { alphaBar, epsilon, sub, x } from '#site/components/math.tsx';
import { rulesFor } from '#site/views/learn/lit.ts';
import { hat } from '#site/views/learn/symbols.tsx';

/** Their props as the page writes them. */
const nameOf = (symbol: unknown) => (symbol as { props: Record<string, string> }).props['data-symbol'];

test('a symbol carries its name wherever it is written', () => {
  expect([x, epsilon, alphaBar, sub('x', '0'), hat('x', '0'), hat('ε')].map(nameOf)).toEqual([
    'xt',
    'ε',
    'ᾱt',
    'x0',
    'x^0',
    'ε^',
  ]);
});

test('what lights up is the symbol, and the picture whose caption has it', () => {
  const rules = rulesFor('xt');
  expect(rules).toContain('[data-symbol="xt"], figure:has(> figcaption [data-symbol="xt"]) > .learn-panel-frame');
  expect(rulesFor('"] *')).toContain('[data-symbol="\\"] *"]');
});

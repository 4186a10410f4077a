import { expect, it } from 'vitest';
import { chooseEvenly } from '#site/views/model/files.tsx';

const folder = (name: string, count: number, ending = 'png') =>
  Array.from({ length: count }, (_, i) => ({ path: `${name}/${String(i).padStart(4, '0')}.${ending}` }));

it('chooseEvenly takes of each folder its share, and all where they are few, but no hidden file', () => {
  const { chosen, of } = chooseEvenly([...folder('b', 300), ...folder('a', 600), ...folder('c', 100)], 100);
  const shares = ['a', 'b', 'c'].map((name) => chosen.filter(({ path }) => path.startsWith(name)).length);
  expect([of, new Set(chosen).size, ...shares]).toEqual([1000, 100, 60, 30, 10]);
  const few = ['b.png', '.DS_Store', 'm/.x.png', 'a.txt'].map((path) => ({ path }));
  expect(chooseEvenly(few, 3)).toEqual({ chosen: [{ path: 'a.txt' }, { path: 'b.png' }], of: 2 });
});

it('chooseEvenly of too many takes those that are pictures by their names, if those are too many', () => {
  const files = [...folder('a', 30), ...folder('a', 30, 'json')];
  expect([chooseEvenly(files, 20).of, chooseEvenly(files, 40).of]).toEqual([30, 60]);
});

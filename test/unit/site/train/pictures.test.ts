import { describe, expect, it } from 'vitest';
import { chooseEvenly } from '#site/views/model/read-each.ts';
import { learntWords, picturesOf } from '#site/views/train/words.ts';

const named = (...paths: string[]) => paths.map((path) => ({ path }));
const folder = (name: string, count: number, ending = 'png') =>
  Array.from({ length: count }, (_, i) => `${name}/${String(i).padStart(4, '0')}.${ending}`);

describe('chooseEvenly', () => {
  it('takes of each folder its share', () => {
    const files = named(...folder('b', 300), ...folder('a', 600), ...folder('c', 100));
    const { chosen, of } = chooseEvenly(files, 100);
    expect(of).toBe(1000);
    expect(new Set(chosen).size).toBe(100);
    const share = (name: string) => chosen.filter(({ path }) => path.startsWith(name)).length;
    expect(['a', 'b', 'c'].map(share)).toEqual([60, 30, 10]);
  });

  it('takes all where they are few, in the order of their paths, and no hidden file', () => {
    expect(chooseEvenly(named('b.png', '.DS_Store', 'm/.x.png', 'a.txt'), 3)).toEqual({
      chosen: named('a.txt', 'b.png'),
      of: 2,
    });
  });

  it('of too many takes those that are pictures by their names, if those are too many', () => {
    const files = named(...folder('a', 30), ...folder('a', 30, 'json'));
    expect(chooseEvenly(files, 20).of).toBe(30);
    expect(chooseEvenly(files, 40).of).toBe(60);
  });
});

describe('the words for pictures', () => {
  it('say when they are a choice', () => {
    expect(picturesOf(1, null)).toBe('1 picture');
    expect(picturesOf(2000, 5000)).toBe('2,000 of 5,000 pictures, evenly chosen');
  });

  it('say what a training learns from', () => {
    const classNames = Array.from('0123456789');
    expect(learntWords({ images: { name: 'digits', count: 2000 }, shape: [1, 16, 16], classNames })).toBe(
      '2,000 handwritten digits of the MNIST data set, 16 × 16 pixels, in gray, each with its number.',
    );
    expect(
      learntWords({ images: { name: 'pictures of the camera', count: 21 }, shape: [3, 8, 16], classNames: null }),
    ).toBe('21 pictures from your camera, 16 × 8 pixels, in colour.');
  });
});

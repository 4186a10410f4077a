/**
 * The ages of the tables against ranges that textbooks give after Greulich and Pyle 1959 and Gilsanz and Ratib 2005. Boys'
 * come first in the lists below; girls are never later.
 */
import { describe, expect, it } from 'vitest';
import { CARPALS, carpalTimes, epiphysisTimes, SEXES, stageAt } from '#phantom/draw/ages.ts';
import { createPainter } from '#phantom/draw/draw-phantom.ts';
import { drawPerson } from '#phantom/draw/person.ts';

/** Months of appearance, from the earliest girls to the latest boys. */
const APPEARANCE: Record<string, [number, number]> = {
  capitate: [1, 3],
  hamate: [2, 4],
  triquetrum: [24, 36],
  lunate: [24, 48],
  trapezium: [48, 72],
  trapezoid: [48, 72],
  scaphoid: [48, 72],
  pisiform: [96, 144],
};

describe('carpal bones', () => {
  it.each(CARPALS)('appear in the years that are published: %s', (bone) => {
    const [girls, boys] = SEXES.map((sex) => carpalTimes(bone, sex).appears) as [number, number];
    expect(girls).toBeGreaterThanOrEqual(APPEARANCE[bone]![0]);
    expect(boys).toBeLessThanOrEqual(APPEARANCE[bone]![1]);
    expect(girls).toBeLessThan(boys);
  });

  it.each(SEXES)('appear in the order of Gilsanz and Ratib, radius and ulna between them: %s', (sex) => {
    const order = [
      'capitate',
      'hamate',
      'radius',
      'triquetrum',
      'lunate',
      'trapezium',
      'trapezoid',
      'scaphoid',
      'ulna',
      'pisiform',
    ];
    const appears = (name: string) =>
      (name === 'radius' || name === 'ulna' ? epiphysisTimes(name, sex) : carpalTimes(name as 'capitate', sex)).appears;
    expect([...order].sort((a, b) => appears(a) - appears(b))).toEqual(order);
  });

  it('have appeared in every hand well after those ages, and in none well before', () => {
    const persons = Array.from({ length: 40 }, (_, picture) => picture);
    for (const sex of SEXES) {
      for (const bone of CARPALS) {
        const times = carpalTimes(bone, sex);
        const share = (age: number) =>
          persons.filter((picture) => drawPerson(1, picture, age, sex).stage(bone, times).size > 0).length / 40;
        expect(share(Math.max(0, times.appears * 0.9 - 3)), `${bone} early`).toBe(0);
        expect(share(times.appears * 1.1 + 3), `${bone} late`).toBe(1);
      }
    }
  });

  it('are drawn when they have appeared', () => {
    const paint = createPainter();
    const drawn = (age: number) =>
      Object.keys(paint({ seed: 1, picture: 0, size: 32, age, sex: 'male' }).truth.carpals);
    expect([1, 12, 35, 54, 90, 160].map((age) => drawn(age))).toEqual(
      [0, 2, 3, 4, 7, 8].map((count) => CARPALS.slice(0, count)),
    );
  });
});

describe('growth plates', () => {
  it.each(SEXES)('close in the distal phalanges first and in the radius last: %s', (sex) => {
    const closed = (name: string) => epiphysisTimes(name, sex).closed / 12;
    const order = ['distal3', 'metacarpal3', 'proximal3', 'middle3', 'ulna', 'radius'];
    expect([...order].sort((a, b) => closed(a) - closed(b))).toEqual(order);
    // 13 to 15 and 15 to 17 years in girls, 14 to 17 and 17 to 19 in boys
    const [first, last] = sex === 'female' ? [13, 17] : [14, 19];
    expect(closed('distal3')).toBeGreaterThan(first);
    expect(closed('radius')).toBeLessThanOrEqual(last);
  });

  it('appear before they close, and fuse from 0 to 1', () => {
    const times = epiphysisTimes('proximal3', 'male');
    const stages = [0, 15, 16, 60, 132, 170, 186, 196, 230].map((age) => stageAt(age, times));
    expect(stages.map(({ size }) => size > 0)).toEqual([false, false, true, true, true, true, true, true, true]);
    expect(stages.map(({ fusion }) => fusion)).toEqual([0, 0, 0, 0, 0, 0, 0.5, 1, 1]);
    expect(stages[4]!.size).toBe(1);
  });
});

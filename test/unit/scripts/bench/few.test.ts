import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeStudent } from '#test/browser/student.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { readDrawers } from '../../../../scripts/bench/few/drawers.ts';
import { type Measured, rowsOf, tableOf } from '../../../../scripts/bench/few/table.ts';

const HANDS = 'models/hands';

describe('the table of bench:few', () => {
  const one = (place: Measured['place'], model: string, ms: number[]): Measured => ({ place, model, pictures: 1, ms });
  const many = (place: Measured['place'], model: string, ms: number[]): Measured => ({
    ...one(place, model, ms),
    pictures: 16,
  });
  const ours = [
    one('Node', 'hands', [100, 400, 200]),
    one('Node', 'hands-1', [10, 20, 25]),
    many('Node', 'hands', [80, 80, 80]),
    many('Node', 'hands-1', [2, 4, 8]),
  ];
  const theirs = [
    one('diffusers', 'hands', [500, 1000, 500]),
    one('diffusers', 'hands, guidance 1.1', [1000, 2000, 1000]),
    many('diffusers', 'hands', [400, 400, 400]),
    many('diffusers', 'hands, guidance 1.1', [800, 800, 800]),
  ];

  it('compares rounds that stood side by side, one picture and many apart', () => {
    const rows = rowsOf([...ours, ...theirs], 'hands');
    expect(rows.map(({ place, model }) => `${place} ${model}`)).toEqual([
      'Node hands',
      'Node hands-1',
      'diffusers hands',
      'diffusers hands, guidance 1.1',
    ]);
    // numpy.quantile([100/10, 400/20, 200/25], [0.25, 0.5, 0.75]) = 9, 10, 15
    expect(rows[1]!.one).toEqual({
      secondsAPicture: 0.02,
      picturesASecond: 50,
      asTeacher: { median: 10, quartiles: [9, 15] },
      asDiffusers: { median: 50, quartiles: [35, 50] },
      ms: [10, 20, 25],
    });
    expect(rows[1]!.many).toMatchObject({ picturesASecond: 250, asTeacher: { median: 20 } });
    expect(rows[2]!.one).toMatchObject({ asDiffusers: { median: 1 } });
    expect(rows[3]!.one).toMatchObject({ secondsAPicture: 1, asDiffusers: { median: 0.5 } });
    expect(rows[3]!.one).not.toHaveProperty('asTeacher');
  });

  it('is Markdown with three figures, and empty cells without diffusers', () => {
    const lines = tableOf(rowsOf(ours, 'hands')).split('\n').slice(2);
    expect(lines).toEqual([
      '| Node | hands | 0.2 | 1 |  | 12.5 | 1 |  |',
      '| Node | hands-1 | 0.02 | 10 |  | 250 | 20 |  |',
    ]);
    expect(tableOf(rowsOf([...ours, ...theirs], 'hands'))).toContain(
      '| diffusers | hands, guidance 1.1 | 1 |  | 0.5 | 1.25 |  | 0.5 |',
    );
  });
});

describe('the models of bench:few', () => {
  const root = temporaryFolder();

  it('draw as they do where nobody asks for more, and all for the same condition', async () => {
    const { teacher, students, all } = await readDrawers(HANDS, [await writeStudent(root)]);
    expect(all).toEqual([teacher, ...students]);
    expect(teacher).toMatchObject({ name: 'hands', way: '20 steps of dpmpp_2m_sde, guidance 1.1', guidance: 1.1 });
    expect(students).toMatchObject([{ name: 'hands-1', way: '1 step of ddim', guidance: 1 }]);
    expect(students[0]!.conditions).toEqual(teacher.conditions);
    expect(teacher.conditions.boneage).toBeGreaterThan(0);
  });

  it('are refused in one sentence where they are not a teacher and its students', async () => {
    const student = await writeStudent(root);
    const copy = join(root, 'again');
    mkdirSync(copy);
    cpSync(HANDS, copy, { recursive: true });
    await expect(readDrawers(HANDS, [copy])).rejects.toThrow(
      `Cannot measure: --student must be a model that \`pipeline distill\` made, received ${copy}.`,
    );
    await expect(readDrawers(student, [`other=${student}`])).rejects.toThrow(
      `Cannot measure: --teacher must be a model that is no student itself, received ${student}.`,
    );
    await expect(readDrawers('models/digits', [student])).rejects.toThrow(
      /^Cannot measure: --student must draw pictures of \[1, 28, 28\] as its teacher, received \[1, 64, 64\] of /,
    );
    await expect(readDrawers(HANDS, [HANDS])).rejects.toThrow('names of models must differ, received hands twice');
  });
});

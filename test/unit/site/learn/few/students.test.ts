import { parseSchedulerConfig } from '@onnoise/scheduler';
import { type Artefact, completeRequest } from '@onnoise/scheduler/model';
import { describe, expect, test } from 'vitest';
import type { ModelEntry } from '#site/state/models.ts';
import { DRAWINGS, optionsOf, type PairFacts, PICTURE_SEEDS } from '#site/views/learn/improve/few/pair-options.ts';
import { pairsOf } from '#site/views/learn/improve/few/students.ts';

const model = (id: string, more: Partial<ModelEntry> = {}): ModelEntry => ({
  id,
  title: id,
  note: '',
  shape: [1, 8, 8],
  own: false,
  ...more,
});
const student = (id: string, calls: number, more: Partial<ModelEntry> = {}) =>
  model(id, { distilled: { calls, guidance: 1.1 }, ...more });

describe('pairsOf', () => {
  const named = (models: readonly ModelEntry[]) =>
    pairsOf(models).map(({ teacher, student }) => [teacher.id, student.id]);

  test('are none where no student is shipped', () => {
    expect(named([model('hands'), model('hands-x')])).toEqual([]);
  });

  test('are students beside the model whose name they have, with the most calls first', () => {
    const models = [
      model('hands'),
      model('digits'),
      student('digits-4', 4),
      student('hands-1', 1),
      student('hands-4', 4),
    ];
    expect(named(models)).toEqual([
      ['hands', 'hands-4'],
      ['hands', 'hands-1'],
      ['digits', 'digits-4'],
    ]);
  });

  test('leave out students whose teacher is not here, or makes other pictures, and those that are told pictures', () => {
    const told = { conditionImage: { shape: [1, 8, 8] } } as Partial<ModelEntry>;
    const models = [
      model('hands'),
      student('cats-4', 4),
      student('hands-4', 4, { shape: [1, 16, 16] }),
      student('hands-2', 2, told),
      student('hands-1', 1, { own: true }),
      student('few', 4),
      student('few-2', 2),
    ];
    expect(named(models)).toEqual([]);
  });
});

describe('optionsOf', () => {
  const lesson = (more: Partial<Artefact>) =>
    ({
      shape: [1, 8, 8],
      classes: 2,
      nullCondition: true,
      conditions: [],
      scheduler: parseSchedulerConfig({ prediction_type: 'v_prediction', timestep_spacing: 'leading' }),
      ...more,
    }) as Artefact;
  const distilled = { calls: 4, guidance: 3 };
  const requests = ({ teacher, student }: PairFacts) =>
    DRAWINGS.map((drawing) => {
      const options = optionsOf({ teacher, student }, drawing);
      return completeRequest(drawing === 'student' ? student : teacher, options);
    });

  test('draw from the same noise of the same classes, the teacher with the guidance that its student has built in', () => {
    const trailing = parseSchedulerConfig({ prediction_type: 'v_prediction', timestep_spacing: 'trailing' });
    const all = requests({ teacher: lesson({}), student: lesson({ distilled, scheduler: trailing }) });
    expect(all.map(({ table }) => table.rows.length)).toEqual([20, 4, 4]);
    expect(all.map(({ guidance }) => guidance?.scale)).toEqual([3, 3, undefined]);
    for (const { seeds, labels, table } of all) {
      expect(seeds).toEqual([...PICTURE_SEEDS]);
      expect(labels).toEqual([0, 1, 0, 1]);
      expect([table.sampler, table.start, table.rows[0]!.timestep]).toEqual(['ddim', 1, 999]);
    }
  });

  test('do not guide a teacher that cannot be, and draw flow matching, too', () => {
    const line = { nullCondition: false, scheduler: parseSchedulerConfig({ prediction_type: 'flow_prediction' }) };
    const all = requests({ teacher: lesson(line), student: lesson({ ...line, distilled: { calls: 2, guidance: 1 } }) });
    expect(all.map(({ table, guidance }) => [table.rows.length, guidance])).toEqual([
      [20, undefined],
      [2, undefined],
      [2, undefined],
    ]);
  });
});

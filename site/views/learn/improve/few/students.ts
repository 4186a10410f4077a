/** Students among the page's models, each with its teacher: `hands-4` learnt from `hands`. */
import type { Distilled } from '@onnoise/scheduler/model';
import type { ModelEntry } from '../../../../state/models.ts';

export interface Pair {
  teacher: ModelEntry;
  student: ModelEntry & { distilled: Distilled };
}

/** Shipped students whose teacher is shipped, too, of plain pictures and told none; those of many calls first. */
export function pairsOf(models: readonly ModelEntry[]): Pair[] {
  const pairs = models.flatMap((student): Pair[] => {
    const { id, distilled, own, conditionImage, maskOutput, shows, latents } = student;
    if (!distilled || own || conditionImage || maskOutput || shows || latents) return [];
    const name = id.replace(/-\d+$/, '');
    const teacher = models.find((model) => model.id === name && !model.distilled && !model.own);
    return teacher && `${teacher.shape}` === `${student.shape}`
      ? [{ teacher, student: { ...student, distilled } }]
      : [];
  });
  return pairs.sort(
    (a, b) =>
      models.indexOf(a.teacher) - models.indexOf(b.teacher) || b.student.distilled.calls - a.student.distilled.calls,
  );
}

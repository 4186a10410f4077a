/** Compares runs, models and evaluations, and writes one HTML file. */
import { writeWhole } from '../../files/output.ts';
import type { Kind, Side } from './folders.ts';
import { finalLoss, formatComparison } from './page.ts';

/** A folder in figures, for programs. null is what it does not have. */
export interface SideFigures {
  name: string;
  kind: Kind;
  steps: number | null;
  /** Smoothed, at the end. */
  loss: number | null;
  heldOutLoss: number | null;
  /** The model's values by the measures' keys. */
  measures: Record<string, number> | null;
  memorisation: string | null;
}

export async function writeComparison(sides: readonly Side[], out: string): Promise<void> {
  await writeWhole(out, await formatComparison(sides));
}

export function figuresOf(side: Side): SideFigures {
  const { name, kind, metrics, validation, evaluation } = side;
  return {
    name,
    kind,
    steps: metrics.at(-1)?.step ?? null,
    loss: finalLoss(side) ?? null,
    heldOutLoss: validation.at(-1)?.loss ?? null,
    measures: evaluation ? Object.fromEntries(evaluation.measures.map(({ id, model }) => [id, model.value])) : null,
    memorisation: evaluation?.memorisation?.verdict ?? null,
  };
}

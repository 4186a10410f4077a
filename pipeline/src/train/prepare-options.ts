/** The images of a run, as its settings name them. */
import type { PrepareOptions } from '../data/types.ts';
import type { PlanDraft } from './resolve.ts';

/** The settings as options of `prepareDataset`; without `channels` it detects them. */
export function prepareOptions({ plan, open }: PlanDraft): PrepareOptions {
  const { data, training } = plan.config;
  const { csv, labelColumn, labelNames, conditionColumns } = data;
  return {
    data: data.source!,
    csv,
    labelColumn,
    labelNames,
    conditionColumns,
    size: data.size!,
    fit: data.fit,
    background: data.background,
    ...(!open.channels && { channels: data.channels }),
    validationShare: data.validationShare,
    seed: training.seed,
    strict: data.strict,
    cacheDir: data.cacheDir,
  };
}

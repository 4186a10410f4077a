/** Sampler tables that are kept: compiling a schedule of 1,000 timesteps takes longer than calling a small network. */
import { compileSampler, type SamplerTable, samplerSettings } from '@onnoise/scheduler';

const TABLES_KEPT = 32;

/** `compileSampler` that keeps the newest tables of each schedule, as long as that lives. */
export function keepTables(): typeof compileSampler {
  const kept = new WeakMap<object, Map<string, SamplerTable>>();
  return (config, options) => {
    const tables = kept.get(config) ?? new Map<string, SamplerTable>();
    kept.set(config, tables);
    const { sampler, steps, strength, resamples } = options;
    const asked = { sampler, steps, strength, resamples, ...samplerSettings(options) };
    const key = JSON.stringify(asked);
    const table = tables.get(key) ?? compileSampler(config, asked);
    tables.delete(key);
    tables.set(key, table);
    if (tables.size > TABLES_KEPT) tables.delete(tables.keys().next().value!);
    return table;
  };
}

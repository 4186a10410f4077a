/** Sampler tables that are kept: compiling a schedule of 1,000 timesteps takes longer than calling a small network. */
import { compileSampler, type SamplerOptions, type SamplerTable, samplerSettings } from '@onnoise/scheduler';

type Config = Parameters<typeof compileSampler>[0];

export interface TableCache {
  find(config: Config, options: SamplerOptions): SamplerTable | undefined;
  keep(config: Config, options: SamplerOptions, table: SamplerTable): void;
}

const TABLES_KEPT = 32;

/** What a table depends on. */
export function tableOptions(options: SamplerOptions): SamplerOptions {
  const { sampler, steps, strength, resamples } = options;
  return { sampler, steps, strength, resamples, ...samplerSettings(options) };
}

/** The newest tables of each schedule, as long as that lives. */
export function createTableCache(): TableCache {
  const kept = new WeakMap<object, Map<string, SamplerTable>>();
  const keyOf = (options: SamplerOptions) => JSON.stringify(tableOptions(options));
  return {
    find(config, options) {
      const tables = kept.get(config);
      const key = keyOf(options);
      const table = tables?.get(key);
      if (table === undefined) return undefined;
      tables!.delete(key); // it is the newest now
      tables!.set(key, table);
      return table;
    },
    keep(config, options, table) {
      const tables = kept.get(config) ?? new Map<string, SamplerTable>();
      kept.set(config, tables);
      tables.set(keyOf(options), table);
      if (tables.size > TABLES_KEPT) tables.delete(tables.keys().next().value!);
    },
  };
}

/** `compileSampler` that keeps the newest tables. */
export function keepTables(): typeof compileSampler {
  const cache = createTableCache();
  return (config, options) => {
    const known = cache.find(config, options);
    if (known) return known;
    const table = compileSampler(config, tableOptions(options));
    cache.keep(config, options, table);
    return table;
  };
}

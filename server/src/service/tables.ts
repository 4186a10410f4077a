/**
 * The tables of samplers that requests need, which an engine compiles: some take many milliseconds, in which a server must not
 * stand still. The newest are kept.
 */
import { createTableCache, type Supervisor, tableOptions } from '@onnoise/runtime-node/engine';
import { compileSampler, InputError, type SamplerOptions } from '@onnoise/scheduler';
import { tooLate } from '../errors/errors.ts';
import type { CompleteOptions } from '../options/options.ts';

type Compile = typeof compileSampler;

export interface Tables {
  /**
   * Calls `make` with a function that gives tables; again, once a table is there that was missing. Refuses wrong options as
   * compiling does.
   * @param model its name. @param signal ends the wait for an engine
   */
  with<T>(model: string, make: (compile: Compile) => T, signal: AbortSignal): Promise<T>;
}

/**
 * As `Tables.with`, for a request.
 * @throws Refusal (504) where no engine comes in its time
 */
export function withTables<T>(
  { tables, options }: { tables: Tables; options: Pick<CompleteOptions, 'timeout'> },
  model: string,
  make: (compile: Compile) => T,
): Promise<T> {
  const signal = AbortSignal.timeout(options.timeout * 1000);
  return tables.with(model, make, signal).catch((error: unknown) => {
    throw signal.aborted ? tooLate(options.timeout) : error;
  });
}

/** Thrown through `make`. */
class Missing extends Error {
  readonly config: Parameters<Compile>[0];
  readonly options: SamplerOptions;
  constructor(config: Parameters<Compile>[0], options: SamplerOptions) {
    super('A table is missing.');
    this.config = config;
    this.options = options;
  }
}

export function createTables(supervisor: Pick<Supervisor, 'table'>): Tables {
  const cache = createTableCache();
  const find: Compile = (config, options) => {
    const table = cache.find(config, options);
    if (table === undefined) throw new Missing(config, options);
    return table;
  };

  return {
    async with(model, make, signal) {
      for (let compile = find; ; ) {
        try {
          return make(compile);
        } catch (error) {
          if (!(error instanceof Missing)) throw error;
          const { config, options } = error;
          const asked = { model, options: tableOptions(options) };
          const table = await supervisor.table(asked, signal).catch((refused: unknown) => {
            if (!(refused instanceof InputError)) throw refused;
            compile = compileSampler; // what does not fit is refused at once, there where its name is known
          });
          if (table) cache.keep(config, options, table);
        }
      }
    },
  };
}

/** What routes share. */
import type { EngineModel, Supervisor } from '@onnoise/runtime-node/engine';
import { Refusal } from '../errors/errors.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { CompleteOptions } from '../options/options.ts';
import type { KeptPictures } from '../pictures/kept-pictures.ts';
import type { Admission } from './admission.ts';
import type { Gate } from './gate.ts';
import type { KeyRing } from './key-ring.ts';
import type { ServerMetrics } from './metrics.ts';
import type { Repository } from './repository.ts';
import type { Statistics } from './statistics.ts';
import type { Tables } from './tables.ts';
import type { Tracing } from './tracing.ts';

export interface Service {
  options: CompleteOptions;
  supervisor: Supervisor;
  admission: Admission;
  metrics: ServerMetrics;
  keys: KeyRing;
  gate: Gate;
  kept: KeptPictures;
  statistics: Statistics;
  repository: Repository;
  tracing: Tracing;
  tables: Tables;
  /** None where the server keeps none. */
  jobs: Jobs | undefined;
  /** True once the server takes no more requests. */
  closing: () => boolean;
  /** True once balancers should send no more, which is earlier. */
  draining: () => boolean;
}

/** The model of that name; without one, the first. @throws Refusal (404) */
export function findModel({ supervisor }: Pick<Service, 'supervisor'>, name?: string | null): EngineModel {
  const { models } = supervisor;
  const model = name == null ? models[0] : models.find((one) => one.name === name);
  if (model) return model;
  const known = models.map((one) => one.name).join(', ');
  throw new Refusal(404, 'model_not_found', `There is no model of that name. There are: ${known}.`, { param: 'model' });
}

/** A model folder holds one network: there is one version of it. */
export const VERSION = '1';

/** @throws Refusal (404) for an unknown model, or a version that is not the only one */
export function findVersion(service: Service, { model, version }: { model: string; version?: string }): EngineModel {
  if (version !== undefined && version !== VERSION) {
    throw new Refusal(404, 'model_not_found', `There is no such version of the model. There is: ${VERSION}.`);
  }
  return findModel(service, model);
}

/** The engine of a server: models in a process of their own, which mixes the steps of different requests and is restarted. */
export type { Owner } from '../batching/fair-queue.ts';
export { ModelFault } from './fault.ts';
export { EngineGone } from './gone.ts';
export type { Engine } from './process.ts';
export type {
  CallTask,
  EngineModel,
  EngineOptions,
  Image,
  Preview,
  SampleTask,
  StepReport,
  TableTask,
} from './protocol.ts';
export { type Supervisor, type SupervisorEvents, supervise } from './supervisor.ts';
export { createTableCache, tableOptions } from './tables.ts';

/** Saves the state of a run as its newest checkpoint. */
import { InputError } from '@onnoise/scheduler/rules';
import { type CheckpointInfo, saveCheckpoint } from '../saved/checkpoint.ts';
import type { StepMetrics } from '../saved/metrics.ts';
import { runPaths } from '../saved/run-folder.ts';
import { adviceOf, type RunState } from './run-state.ts';

/**
 * @param reserve seconds that a run by the clock keeps for its end.
 * @throws InputError when a weight has become NaN or infinite: such a state must not be saved.
 */
export async function saveRun(state: RunState, metrics: StepMetrics, reserve: number | null): Promise<void> {
  const { plan, dataset } = state.job;
  const { config, step: trainStep } = plan;
  const values = await state.engine.readState();
  checkFinite(values, metrics.step, () => adviceOf(state));
  const { step, epoch, seconds, lr, loss } = metrics;
  const info: CheckpointInfo = {
    format: 1,
    step,
    epoch,
    position: state.batches.position,
    seed: config.training.seed,
    seconds,
    reserve,
    lr,
    loss,
    config,
    data: { name: dataset.name, hash: dataset.hash },
    ...(state.privacy && { privacy: state.privacy.ledger }),
  };
  const { checkpoints } = runPaths(state.folder);
  state.newest = await saveCheckpoint(checkpoints, info, trainStep.state, values, config.output.keep);
}

function checkFinite(state: ReadonlyMap<string, Float32Array>, step: number, advice: () => string): void {
  for (const [name, values] of state) {
    if (allFinite(values)) continue;
    throw new InputError(
      `Cannot save the checkpoint of step ${step}: ${name} must be finite, but it holds NaN or Inf. ${advice()}`,
    );
  }
}

function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

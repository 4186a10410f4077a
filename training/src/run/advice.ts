/** Advice for when training cannot go on: which checkpoint to continue from, and with which settings. */
import { InputError } from '@onnoise/scheduler/rules';
import { EngineError } from '../engines/index.ts';
import type { TrainConfig } from '../settings/config.ts';

/**
 * For a loss or weights that have become NaN or infinite. Suggests only what is not set already.
 * @param newest folder of the last good checkpoint
 */
export function divergedAdvice(
  newest: string | undefined,
  { lr, clipNorm, warmupSteps }: TrainConfig['training'],
): string {
  const good = newest
    ? `The last good checkpoint is ${newest}; continue it with --resume`
    : 'There is no checkpoint yet; start again with --resume';
  const ways = [
    `a lower --lr than ${lr}`,
    // A run that continues from a checkpoint is usually past its warm-up.
    ...(newest ? [] : [warmupSteps > 0 ? `more --warmup-steps than ${warmupSteps}` : '--warmup-steps 500']),
    clipNorm === null ? '--clip-norm 1' : `a smaller --clip-norm than ${clipNorm}`,
  ];
  return `${good} and ${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}.`;
}

/** An engine's failure as a sentence that says where the run can continue; any other error unchanged. */
export function explainEngineError(error: unknown, newest: string | undefined): unknown {
  if (!(error instanceof EngineError)) return error;
  const how = newest
    ? `The last checkpoint is ${newest}; continue with --resume`
    : 'There is no checkpoint yet; start again with --resume';
  return new InputError(
    `Cannot continue training: ${[`${error.message}. ${how}`, error.advice].filter(Boolean).join(' ')}.`,
  );
}

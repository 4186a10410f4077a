/** What to do when training cannot go on: where it goes on from, and with which settings. */
import { InputError } from '@onnoise/scheduler';
import type { TrainConfig } from './config.ts';
import { EngineError } from './engines/index.ts';

/**
 * For a loss or weights that are no numbers any more. Names settings that are not set so already.
 * @param newest the last good checkpoint
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
    // From a checkpoint on, the warm-up is over as a rule.
    ...(newest ? [] : [warmupSteps > 0 ? `more --warmup-steps than ${warmupSteps}` : '--warmup-steps 500']),
    clipNorm === null ? '--clip-norm 1' : `a smaller --clip-norm than ${clipNorm}`,
  ];
  return `${good} and ${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}.`;
}

/** What ended an engine, and from where the run goes on; every other error as it is. */
export function explainEngineError(error: unknown, newest: string | undefined): unknown {
  if (!(error instanceof EngineError)) return error;
  const how = newest
    ? `The last checkpoint is ${newest}; continue with --resume`
    : 'There is no checkpoint yet; start again with --resume';
  return new InputError(
    `Cannot continue training: ${[`${error.message}. ${how}`, error.advice].filter(Boolean).join(' ')}.`,
  );
}

/** How far the chapter's network is, and what went wrong with what the chapter needs; nothing once all runs. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { describeProgress } from '../../components/model-words.ts';
import { Progress } from '../../components/progress.tsx';
import { progress } from './lesson.ts';
import { Trouble } from './parts.tsx';
import { settle, trouble, tryAgain } from './trouble.ts';

/** @param byPress the visitor's presses ask the network, so one of them is how to ask it again */
export function NetworkStatus({ byPress = false }: { byPress?: boolean }): JSX.Element | null {
  useEffect(() => () => settle('network'), []);
  if (trouble.value) {
    const { need, words } = trouble.value;
    return <Trouble words={words} onRetry={byPress && need === 'network' ? undefined : tryAgain} />;
  }
  if (!progress.value) return null;
  const { label, bytes, share } = describeProgress(progress.value);
  return <Progress label={label} value={share} aside={bytes} />;
}

/** How far the chapter's network is, and what went wrong with it; nothing once it runs. */
import type { JSX } from 'preact';
import { Icon } from '../../components/icon.tsx';
import { describeProgress } from '../../components/model-words.ts';
import { Progress } from '../../components/progress.tsx';
import { progress, trouble } from './lesson.ts';

export function NetworkStatus(): JSX.Element | null {
  if (trouble.value) {
    return (
      <p class="learn-trouble" role="alert">
        <Icon name="alert" />
        {trouble.value}
      </p>
    );
  }
  if (!progress.value) return null;
  const { label, bytes, share } = describeProgress(progress.value);
  return <Progress label={label} value={share} aside={bytes} />;
}

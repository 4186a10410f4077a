/** For models that draw a mask with each picture: which of them to show, and what the colours stand for. */
import type { JSX } from 'preact';
import { ClassLegend } from '../../../components/class-colours.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { current } from '../../../state/store.ts';
import { type Look, look } from '../state/look.ts';
import { run } from '../state/state.ts';

const WORDS: Record<Look, string> = { pictures: 'Pictures', masks: 'Masks', both: 'Masks on pictures' };

export function LookBar(): JSX.Element | null {
  const maskOutput = run.value?.maskOutput ?? current.value.maskOutput;
  if (maskOutput === undefined) return null;
  return (
    <div class="sample-look grid gap-12">
      <Segmented<Look>
        label="Show"
        value={look.value}
        options={Object.entries(WORDS).map(([value, label]) => ({ value: value as Look, label }))}
        hint="This model draws each picture together with a mask, which says what is where."
        onChange={(chosen) => {
          look.value = chosen;
        }}
      />
      {look.value !== 'pictures' && <ClassLegend classes={maskOutput.classes} />}
    </div>
  );
}

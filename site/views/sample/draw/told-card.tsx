/** What the network is told of all pictures: a drawing, or a picture. Its code comes with the first model that takes one. */
import { useId } from 'preact/hooks';
import { Segmented } from '../../../components/field.tsx';
import { createLazy } from '../../../components/lazy.tsx';
import { current } from '../../../state/store.ts';
import { GoButton } from '../parts/go-button.tsx';
import { drawWords, kindOf, UNTOLD } from '../state/fields.ts';
import { change, draft, problems } from '../state/state.ts';

import { drawnClasses, toldSpec } from '../state/told-state.ts';

const lazy = createLazy<'draw'>(() => () => import('./index.tsx'));

export function ToldCard() {
  const id = useId();
  const spec = toldSpec.value;
  if (spec === null) return null;
  const classes = drawnClasses.value;
  const told = draft.value.drawing !== UNTOLD;
  const missing = problems.value.drawing;
  return (
    <section class="card sample-told-card grid gap-16" data-kind={classes ? 'mask' : 'picture'} aria-labelledby={id}>
      <header class="grid gap-4">
        <h2 id={id}>{classes ? 'Draw what you want' : 'Show what you want'}</h2>
        <p class="muted">
          {classes ? drawWords(classes) : 'The network is told a picture, and every picture follows it.'}
        </p>
      </header>
      {current.value.nullCondition && (
        <Segmented
          label="The network is told"
          value={told ? 'yes' : 'no'}
          options={{ yes: classes ? 'Your drawing' : 'Your picture', no: 'Nothing' }}
          hint={told ? undefined : 'It also learnt to do without, and makes what it likes.'}
          onChange={(choice) => change({ drawing: choice === 'no' ? UNTOLD : '' })}
        />
      )}
      {told && (
        <div class="sample-told-room">
          <lazy.Show name="draw" />
        </div>
      )}
      <div class="start-go row">
        {missing && (
          <p class="field-hint" role="status">
            {missing}
          </p>
        )}
        {kindOf(draft.value) === 'noise' && <GoButton />}
      </div>
    </section>
  );
}

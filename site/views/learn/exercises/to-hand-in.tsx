/** The link with all that is done: to hand in, or to go on with on another device. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { copyText } from '../../../components/clipboard.ts';
import { Field } from '../../../components/field.tsx';
import { toast } from '../../../components/toast.tsx';
import { formatRoute } from '../../../state/router.ts';
import { kept, nameIt, right, work } from './exercise-state.ts';
import { formatWork, LONGEST_NAME } from './hand-in.ts';
import { EXERCISES } from './table.ts';

export function HandIn(): JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const { name } = kept.value;
  const route = formatRoute('learn', formatWork(work.value), 'hand-in');
  const copy = async () => {
    const link = new URL(route, location.href).href;
    if (await copyText(link, 'open the link beside the button, and copy it from the address')) {
      toast(`The link is in the clipboard, with ${right.value.size} of ${EXERCISES.length} exercises.`);
    }
  };
  return (
    <section class="learn-to-hand-in grid gap-12" aria-label="Hand in">
      <Field label="Your name, if your teacher wants it" hint="It goes into the link alone.">
        {(ids) => (
          <input
            {...ids}
            class="input"
            maxLength={LONGEST_NAME}
            autoComplete="off"
            value={draft ?? name}
            onInput={({ currentTarget: { value } }) => {
              setDraft(value);
              nameIt(value);
            }}
            onBlur={() => setDraft(null)}
          />
        )}
      </Field>
      <div class="row gap-8">
        <Button icon="link" onClick={copy}>
          Copy link to hand in
        </Button>
        <a class="button button-quiet" href={route}>
          See what it shows
        </a>
      </div>
      <p class="field-hint">
        The link holds your seed, your right answers and the chapters that you have done. Nothing is sent: give it to
        your teacher, or open it on another device to go on there. For teachers:{' '}
        <a href={formatRoute('learn', {}, 'sheet')}>all exercises on one sheet</a>.
      </p>
    </section>
  );
}

import type { JSX } from 'preact';
import { Button } from '../../../components/button.tsx';
import { copyText } from '../../../components/clipboard.ts';
import { toast } from '../../../components/toast.tsx';
import type { LiveFacts } from '../../../state/model-line.ts';
import { current, linkTo } from '../../../state/store.ts';
import { encodeLink } from '../state/link.ts';
import { check } from '../state/parameters.ts';
import { info, limitsOf } from '../state/state.ts';
import { draftOf, type Wanted } from './wanted.ts';

/** A link that brings the picture back. */
export function LinkButton({ facts, asked }: { facts: LiveFacts; asked: Wanted }): JSX.Element {
  const model = current.value;
  const draft = draftOf(facts, asked);
  const lost = model.own ? 'your own model' : draft ? undefined : 'a mix of two seeds';
  const copy = async () => {
    const checked = check(draft!, limitsOf(info.peek()));
    if ('problems' in checked) return;
    if (await copyText(linkTo('sample', encodeLink(checked.parameters, model.id)), 'copy the picture instead')) {
      toast('The link is in the clipboard. It makes exactly this picture again.');
    }
  };
  return (
    <Button
      icon="link"
      disabled={!info.value || lost !== undefined}
      title={lost ? `A link cannot carry ${lost}` : undefined}
      onClick={copy}
    >
      Copy link
    </Button>
  );
}

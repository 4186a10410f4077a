/** Asks before a training of worth is lost. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { question } from './state.ts';

function answer(agreed: boolean): void {
  const asked = question.peek();
  question.value = null;
  asked?.answer(agreed);
}

const refuse = () => answer(false);

export function QuestionDialog(): JSX.Element {
  useEffect(() => refuse, []); // whoever leaves the view agrees to nothing
  return (
    <Dialog open={question.value !== null} title={question.value?.title ?? ''} onClose={refuse}>
      <div class="grid gap-14">
        <p>{question.value?.text}</p>
        <div class="train-buttons">
          <Button kind="primary" onClick={() => answer(true)}>
            {question.value?.yes}
          </Button>
          <Button onClick={refuse}>{question.value?.no}</Button>
        </div>
      </div>
    </Dialog>
  );
}

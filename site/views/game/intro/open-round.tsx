/** Opens a round that came as a file: from the dialog, or dropped on the button. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../../../components/icon.tsx';
import { sentence } from '../../../state/store.ts';
import { readRound } from '../rules/round-file.ts';
import { openRound } from '../state/state.ts';
import { Trouble } from './trouble.tsx';

export function OpenRound(): JSX.Element {
  const [trouble, setTrouble] = useState<string | null>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    setTrouble(null);
    try {
      openRound(readRound(await file.text(), file.name));
    } catch (error) {
      setTrouble(sentence(error));
    }
  };
  return (
    <section
      class="game-open grid gap-8"
      aria-label="A round from a file"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void take(event.dataTransfer?.files[0]);
      }}
    >
      <label class="button button-plain game-pick">
        <Icon name="folder" />
        Open a round’s file
        <input
          type="file"
          class="hidden"
          accept="application/json,.json"
          onChange={({ currentTarget }) => {
            void take(currentTarget.files?.[0]);
            currentTarget.value = ''; // the same file may be chosen again
          }}
        />
      </label>
      <Trouble text={trouble} />
    </section>
  );
}

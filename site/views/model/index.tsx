/** Your model: a folder of the visitor's own, opened on this device and taken to the sampling view. */
import type { JSX } from 'preact';
import { DropZone, useDrop } from './drop-zone.tsx';
import { Found } from './found.tsx';
import { HowTo } from './how-to.tsx';
import './model.css';
import { opening } from './state.ts';

export default function ModelView(): JSX.Element {
  const over = useDrop();
  const state = opening.value;
  return (
    <div class="model grid gap-24" data-over={over}>
      <header class="grid gap-8">
        <h1>Bring your own model</h1>
        <p class="lede">
          Train it on your own pictures, export it, and sample it in this tab: on your own machine, with no account, no
          upload and no server.
        </p>
      </header>
      <div class="model-columns grid gap-20">
        {state.state === 'open' && !over ? <Found found={state.found} /> : <DropZone over={over} />}
        <HowTo />
      </div>
    </div>
  );
}

/** Opens a model: dropped, chosen or by its address. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { Icon } from '../../components/icon.tsx';
import { Progress } from '../../components/progress.tsx';
import { type Dropped, filesOfDrop } from './drop.ts';
import { FilesButton } from './files-button.tsx';
import { close, openAddress, openFiles, opening } from './state.ts';
import { bytes } from './words.ts';

/** Browsers report a drag over the page several times a second, but not reliably its end. */
const STILL_OVER = 800; // ms

/** A drop anywhere in the view counts: elsewhere the browser would open the file in place of the page. */
export function useDrop(): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      clearTimeout(timer);
      setOver(false);
    };
    const hold = (event: DragEvent) => {
      if (!isOurs(event)) return;
      event.preventDefault();
      clearTimeout(timer);
      timer = setTimeout(end, STILL_OVER);
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    };
    const drop = (event: DragEvent) => {
      if (!isOurs(event)) return;
      event.preventDefault();
      end();
      const { dataTransfer } = event;
      if (!dataTransfer) return;
      const address = dataTransfer.getData('text/uri-list');
      if (dataTransfer.files.length === 0 && address) void openAddress(address);
      else void openFiles(filesOfDrop(dataTransfer as Dropped));
    };
    addEventListener('dragover', hold);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', hold);
      clearTimeout(timer);
      removeEventListener('drop', drop);
    };
  }, []);
  return over;
}

/** False for text dragged from one field to another. */
const isOurs = ({ dataTransfer }: DragEvent) =>
  dataTransfer?.types.some((type) => type === 'Files' || type === 'text/uri-list') ?? false;

export function DropZone({ over }: { over: boolean }): JSX.Element {
  const state = opening.value;
  return (
    <section class="card model-open grid gap-20" aria-label="Open a model">
      <div class="model-zone grid gap-4" data-over={over}>
        <span class="model-zone-icon">
          <Icon name="folder" />
        </span>
        <p class="heading">{over ? 'Let go to open it' : 'Drop a model folder here'}</p>
        <p class="muted">or the files in it, or its zip file</p>
        <div class="model-zone-buttons">
          <FilesButton folder label="Choose a folder" onFiles={openFiles} />
          <FilesButton label="Choose files" onFiles={openFiles} />
        </div>
      </div>
      {state.state === 'reading' && (
        <div class="model-reading">
          <Progress
            label={state.what}
            value={state.total ? Math.min(1, state.loaded / state.total) : null}
            aside={
              state.loaded > 0 ? `${bytes(state.loaded)}${state.total ? ` of ${bytes(state.total)}` : ''}` : undefined
            }
          />
          <Button kind="quiet" icon="cross" label="Cancel" onClick={close} />
        </div>
      )}
      {state.state === 'failed' && (
        <p class="trouble model-failed" role="alert">
          <Icon name="alert" />
          {state.message}
        </p>
      )}
      <AddressForm />
      <p class="model-private gap-10 muted small">
        <Icon name="check" />
        <span>
          Nothing is uploaded. This page reads the files on this device, and its own rules keep it from talking to any
          other host.
        </span>
      </p>
    </section>
  );
}

function AddressForm(): JSX.Element {
  const [address, setAddress] = useState('');
  return (
    <form
      class="model-address"
      onSubmit={(event) => {
        event.preventDefault();
        void openAddress(address);
      }}
    >
      <Field
        label="Or an address on this site"
        hint="Of a model folder on this site, for example models/digits. The page cannot reach other hosts."
      >
        {(ids) => (
          <div class="field-row">
            <input
              {...ids}
              class="input"
              type="text"
              inputMode="url"
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              placeholder="models/digits"
              value={address}
              onInput={({ currentTarget }) => setAddress(currentTarget.value)}
            />
            <Button type="submit">Open</Button>
          </div>
        )}
      </Field>
    </form>
  );
}

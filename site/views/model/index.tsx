/** Your model: a folder of the visitor's own, opened on this device and taken to the sampling view. */
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button, Icon } from '../../components/button.tsx';
import { Card, Progress, Trouble } from '../../components/card.tsx';
import { Field } from '../../components/field.tsx';
import { copyText } from '../../components/toast.tsx';
import { announce } from '../../state/store.ts';
import { type Dropped, FilesButton, filesOfDrop } from './files.tsx';
import { Found } from './found.tsx';
import { close, openAddress, openFiles, opening } from './state.ts';
import { bytes } from './words.ts';
import './model.css';

/** Opens a model: dropped, chosen or by its address. */

/** Browsers report a drag over the page several times a second, but not reliably its end. */
const STILL_OVER = 800; // ms

/** A drop anywhere in the view counts: elsewhere the browser would open the file in place of the page. */
function useDrop(): boolean {
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

function DropZone({ over }: { over: boolean }) {
  const state = opening.value;
  return (
    <section class="card model-open grid gap-20" aria-label="Open a model">
      <div class="model-zone grid gap-4" data-over={over}>
        <span class="model-zone-icon grid">
          <Icon name="folder" />
        </span>
        <p class="heading">{over ? 'Let go to open it' : 'Drop a model folder here'}</p>
        <p class="muted">or the files in it, or its zip file</p>
        <div class="model-zone-buttons gap-8">
          <FilesButton folder label="Choose a folder" onFiles={openFiles} />
          <FilesButton label="Choose files" onFiles={openFiles} />
        </div>
      </div>
      {state.state === 'reading' && (
        <div class="model-reading grid gap-12">
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
      {state.state === 'failed' && <Trouble words={state.message} />}
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

function AddressForm() {
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

/** How to make a model, in four steps. */

const TRAIN = 'npx pipeline train --data photos --preset small --minutes 30 --out runs/photos';
const EXPORT = 'npx pipeline export --run runs/photos --out models/photos';

function HowTo() {
  return (
    <Card title="Make one" class="model-how">
      <ol class="model-steps grid gap-20">
        <Step title="Collect pictures">
          Put them into a folder, <code>photos</code>. With a folder inside it for each class, you can ask the model for
          a class.
        </Step>
        <Step title="Train" command={TRAIN}>
          In the project's folder, after <code>npm ci</code>. You can stop it, and continue with <code>--resume</code>.
        </Step>
        <Step title="Export" command={EXPORT}>
          Makes a folder with the network as ONNX and everything that sampling needs.
        </Step>
        <Step title="Drop it here">
          The folder <code>models/photos</code>, as it is, or as a zip file.
        </Step>
      </ol>
    </Card>
  );
}

interface StepProps {
  title: string;
  command?: string;
  children: ComponentChildren;
}

function Step({ title, command, children }: StepProps) {
  return (
    <li>
      <h3>{title}</h3>
      <p class="muted">{children}</p>
      {command && <Command text={command} />}
    </li>
  );
}

/** A line may break before an option, not within it or between it and its value. */
const words = (command: string): string[] => command.split(/ (?=--)/);

const COPIED_FOR = 2000; // ms

function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_FOR);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    if (!(await copyText(text, 'mark the command and copy it'))) return;
    setCopied(true);
    announce('The command is in the clipboard.');
  };
  return (
    <div class="model-command">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <pre tabIndex={0}>
        <code>
          {words(text).map((word) => (
            <span key={word}>{word} </span>
          ))}
        </code>
      </pre>
      <Button kind="quiet" icon={copied ? 'check' : undefined} onClick={copy} aria-label={`Copy: ${text}`}>
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  );
}

export default function ModelView() {
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

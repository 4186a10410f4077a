/**
 * The chosen model and its device: the choices, loading progress, which device was chosen and why, and errors with a
 * button to recover. A view that samples shows this bar, and calls `useModel` itself when it needs the model.
 */
import type { LoadProgress, ModelInfo } from '@onnoise/runtime-web';
import type { MainFigure } from '@onnoise/scheduler/evaluation';
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { current, type DeviceChoice, device, loaded, models, samplingWorker, useModel } from '../state/store.ts';
import { atFirstSign } from '../state/tasks.ts';
import { Icon } from './button.tsx';
import { Progress, Trouble } from './card.tsx';
import { Segmented, Select } from './field.tsx';
import { describeDevice, describeProgress } from './model-words.ts';

/** Why WebGPU cannot be used here; null if it can, undefined before the browser was asked. */
const noWebGpu = signal<string | null | undefined>(undefined);

interface ModelBarProps {
  /** True while a view samples with the model. */
  disabled?: boolean | undefined;
}

export function ModelBar({ disabled = false }: ModelBarProps) {
  useEffect(() => atFirstSign(askDevices, LATEST), []);
  const reason = noWebGpu.value;
  return (
    <section class="model-bar" aria-label="Model and device">
      <Select
        label="Model"
        value={current.value.id}
        disabled={disabled}
        options={models.value.map(({ id, title, note }) => ({ value: id, label: note ? `${title} (${note})` : title }))}
        onChange={(id) => {
          const entry = models.peek().find((one) => one.id === id);
          if (entry) useModel(entry).catch(() => {});
        }}
      />
      <Segmented<DeviceChoice>
        label="Runs on"
        value={device.value}
        disabled={disabled}
        options={[
          { value: 'auto', label: 'Auto', title: 'WebGPU where there is a graphics card for it, else WebAssembly' },
          { value: 'webgpu', label: 'WebGPU', disabled: typeof reason === 'string', title: reason ?? undefined },
          { value: 'wasm', label: 'WASM', title: 'WebAssembly, on the processor' },
        ]}
        onChange={(choice) => {
          device.value = choice;
          if (loaded.peek().state !== 'none') useModel().catch(() => {});
        }}
      />
      <div class="model-bar-status">
        <Status />
      </div>
      <Figures figures={current.value.figures} />
      <Licence text={current.value.licence} />
    </section>
  );
}

/** Whose images a model learnt from: some licences ask for it wherever the model is used. */
function Licence({ text }: { text: string | undefined }) {
  return text === undefined ? null : <p class="model-bar-licence">Licence of the training images: {text}.</p>;
}

function Status() {
  const now = loaded.value;
  if (now.state === 'loading') return <Loading progress={now.progress} />;
  if (now.state === 'failed') return <Trouble words={now.message} onRetry={() => useModel().catch(() => {})} />;
  if (now.state === 'ready') return <Ready info={now.info} />;
  return <p>The model is loaded when it is needed.</p>;
}

function Loading({ progress }: { progress: LoadProgress }) {
  const { label, bytes, share } = describeProgress(progress);
  return <Progress label={label} value={share} aside={bytes} />;
}

function Ready({ info }: { info: ModelInfo }) {
  const { name, why } = describeDevice(info);
  return (
    <p class="model-bar-ready">
      <Icon name="chip" />
      <span>
        <strong>{name}.</strong> {why}
      </span>
    </p>
  );
}

/** Milliseconds after which the browser is asked although the visitor has done nothing. */
const LATEST = 4000;

/** Runs once per page. */
function askDevices(): void {
  if (noWebGpu.peek() !== undefined) return;
  noWebGpu.value = null;
  samplingWorker.devices().then(
    ({ webgpu }) => {
      noWebGpu.value = webgpu;
    },
    () => {
      noWebGpu.value = undefined; // loading will report the error
    },
  );
}

/** Nothing for a model that was not evaluated. */
function Figures({ figures = [] }: { figures?: readonly MainFigure[] | undefined }) {
  if (figures.length === 0) return null;
  return (
    <dl class="model-bar-figures" aria-label="How good it is">
      {figures.map(({ name, value, anchors }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="number">
            <strong>{value}</strong>
            {anchors && <span> ({anchors})</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A summary of the open model, and a button to sample it. */

import type { SchedulerConfig } from '@onnoise/scheduler';
import { type ConditionImage, type ImageShape, nameChannels } from '@onnoise/scheduler/model';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Icon } from '../../components/button.tsx';
import { Notice } from '../../components/card.tsx';

import { predictedQuantity } from '../../components/model-words.ts';
import { noticeOf } from '../../state/phantoms.ts';
import type { Inspection } from './inspect.ts';
import { close, sampleIt } from './state.ts';
import { bytes, whole } from './words.ts';

export function Found({ found }: { found: Inspection }) {
  const { title, shape, classes, classNames, channelNames, conditions, scheduler, figures, samples, warnings } = found;
  const { conditionImage, latents, maskOutput } = found;
  const [channels, height, width] = shape;
  const told = conditions.length > 0 || conditionImage !== undefined;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [found]); // the focused element is gone
  const facts: [name: string, value: JSX.Element | string][] = [
    ['Pictures', `${width} × ${height}, ${nameChannels(channels, channelNames).replace('RGB', 'colour')}`],
    ['Classes', classes > 0 ? namedClasses(classes, classNames) : told ? 'none' : UNCONDITIONAL],
    ...conditions.map(({ name, min, max }): [string, string] => ['Condition', `${name}, ${min} to ${max}`]),
    ...(conditionImage ? [['It is told', toldWords(conditionImage)] as [string, string]] : []),
    ...(maskOutput ? [['It also draws', `a mask of ${classesOf(maskOutput.classes)}`] as [string, string]] : []),
    ...(latents ? [['It paints', latentsWords(latents)] as [string, string]] : []),
    ['Network', <code key="network">{found.network}</code>],
    [
      'Parameters',
      [found.parameters, bytes(found.bytes), ...(found.format === 'float32' ? [] : [found.format])].join(', '),
    ],
    [
      'Predicts',
      <>
        {predictedQuantity(scheduler.prediction_type)}, <code>{scheduler.prediction_type}</code>
      </>,
    ],
    ['Schedule', scheduleOf(scheduler)],
    ['Timesteps', `T = ${whole(scheduler.num_train_timesteps)}`],
    ...figures.map(({ name, value, anchors }): [string, string] => [name, anchors ? `${value} (${anchors})` : value]),
  ];
  return (
    <section class="card model-found grid gap-16" aria-labelledby="model-found">
      <header class="model-found-head between">
        <div>
          <p class="model-found-over fine">Opened, on this device only</p>
          <h2 id="model-found" class="model-found-title" ref={heading} tabIndex={-1}>
            {title}
          </h2>
        </div>
        <div class="model-found-buttons gap-8">
          <Button kind="primary" icon="play" onClick={() => sampleIt(found)}>
            Sample it
          </Button>
          <Button onClick={close}>Open another</Button>
        </div>
      </header>
      {warnings.map((warning) => (
        <p key={warning} class="model-warning">
          <Icon name="alert" />
          {warning}
        </p>
      ))}
      <div class="model-found-body grid" data-pictured={samples !== undefined}>
        <dl class="model-facts">
          {facts.map(([name, value]) => (
            <div key={`${name} ${value}`}>
              <dt>{name}</dt>
              <dd class="number">{value}</dd>
            </div>
          ))}
        </dl>
        {samples && <Samples file={samples} />}
      </div>
      <Notice text={noticeOf(found)} />
    </section>
  );
}

const UNCONDITIONAL = 'none: the model is unconditional';

/** The sheet of pictures that comes with it. */
function Samples({ file }: { file: Blob }) {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    // A fetched Blob has no type, and an image needs one.
    const made = URL.createObjectURL(file.type ? file : new Blob([file], { type: 'image/png' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  if (url === undefined) return null;
  return (
    <figure class="model-samples grid">
      <img src={url} draggable={false} alt="Samples that the model folder holds" onError={() => setUrl(undefined)} />
      <figcaption>Samples that come with it</figcaption>
    </figure>
  );
}

function scheduleOf({
  beta_schedule: name,
  beta_start,
  beta_end,
  trained_betas: own,
}: SchedulerConfig): JSX.Element | string {
  if (own) return 'its own betas';
  const ends =
    name === 'cosine' || name === 'squaredcos_cap_v2' ? ', a cosine' : `, β from ${beta_start} to ${beta_end}`;
  return (
    <>
      <code>{name}</code>
      {name === 'cosine' ? '' : ends}
    </>
  );
}

const MOST_NAMES = 12;

const namedClasses = (count: number, names: readonly string[] | undefined): string =>
  names ? `${count}: ${listed(names)}` : `${count}, without names`;

/** `3 classes: background, soft tissue, bone` */
const classesOf = (names: readonly string[]): string => `${names.length} classes: ${listed(names)}`;

function listed(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return `${names.slice(0, MOST_NAMES).join(', ')}${more}`;
}

/** Height, width, channels: as numbers of a picture are counted. */
const latentsWords = ([channels, height, width]: ImageShape): string =>
  `latents, ${width} × ${height} × ${channels}, of which its autoencoder makes the picture`;

const toldWords = ({ shape: [channels], mask }: ConditionImage): string =>
  mask ? `a mask of ${classesOf(mask.classes)}` : `a picture, ${channels === 3 ? 'in colour' : nameChannels(channels)}`;

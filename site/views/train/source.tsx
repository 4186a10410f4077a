/** What it learns from: the shipped digits, files, or the camera. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { CameraDialog } from '../../components/camera-dialog.tsx';
import { Card, Progress } from '../../components/card.tsx';
import { Segmented } from '../../components/field.tsx';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import type { Rgba } from '../../state/picture.ts';
import { readFrame } from '../../state/read-picture.ts';
import type { Incoming } from '../model/arrange.ts';
import { type DropLimits, type Dropped, FilesButton, type Listed, listDrop, openAll } from '../model/files.tsx';

import { showTrouble, takeFiles, takeFrame, upload } from './actions.ts';
import { asTrained, learntWords, picturesOf, prepare, SIDE, sizeWords } from './pictures.ts';
import {
  busy,
  chosenOf,
  info,
  lack,
  learntOwn,
  own,
  reading,
  type SourceKind,
  shape,
  source,
  waiting,
} from './state.ts';

const SHOWN = 24;
/** Only names are read before the choice; a whole disk has more. */
const LIMITS: DropLimits = { action: 'read the pictures', rule: 'they must be one folder of pictures', most: 100_000 };

export function Source({ locked }: { locked: boolean }) {
  const [camera, setCamera] = useState(false);
  useDroppedPictures(locked);
  return (
    <Card title={info.value || waiting.value ? 'What it learns from' : 'What do you want to draw?'}>
      <div class="grid gap-14">{locked ? <Learnt /> : <Choice onCamera={() => setCamera(true)} />}</div>
      <CameraDialog
        open={camera}
        title="Pictures from the camera"
        class="train-mirror"
        onClose={() => setCamera(false)}
        onTrouble={showTrouble}
      >
        {(video, ready) => <Shutter video={video} ready={ready} onClose={() => setCamera(false)} />}
      </CameraDialog>
    </Card>
  );
}

/** Of the open training, in its own shape. */
function Learnt() {
  if (!info.value) return null;
  return (
    <>
      <p>{learntWords(info.value)}</p>
      <Thumbs pictures={learntOwn.value} />
      <p class="field-hint">Start over to choose others. Nothing leaves this page.</p>
    </>
  );
}

function Choice({ onCamera }: { onCamera(): void }) {
  return (
    <>
      <Segmented<SourceKind>
        label="Pictures"
        hideLabel
        value={source.value}
        options={{ digits: 'Digits', files: 'My pictures', camera: 'Camera' }}
        onChange={(value) => {
          if (source.peek() !== value) [own.value, chosenOf.value] = [[], null];
          source.value = value;
        }}
      />
      {source.value === 'digits' && (
        <p class="field-hint">
          2,000 handwritten digits of the MNIST data set, {SIDE} × {SIDE} pixels, each with its number.
        </p>
      )}
      {source.value === 'files' && <Files />}
      {source.value === 'camera' && (
        <>
          <div class="train-buttons gap-8">
            <Button icon="camera" onClick={onCamera}>
              Take pictures
            </Button>
          </div>
          <p class="field-hint">
            Your drawing, a hand, a mug: a hundred pictures of one thing, moved a little each time.
          </p>
        </>
      )}
      {source.value !== 'digits' && <OwnPictures />}
      <p class="field-hint">Nothing leaves this page.</p>
    </>
  );
}

function Files() {
  return (
    <>
      <div class="train-buttons gap-8">
        <FilesButton folder label="Choose a folder" onFiles={takeChosen} />
        <FilesButton label="Choose pictures" accept="image/*" onFiles={takeChosen} />
      </div>
      <p class="field-hint">Or drop a folder here. Each picture is cut to its middle, {sizeWords(shape.value)}.</p>
      {reading.value !== null && <Progress label="Reading the pictures" value={reading.value} />}
    </>
  );
}

function Thumbs({ pictures }: { pictures: readonly Rgba[] }) {
  const { value: as } = shape;
  const shown = useMemo(() => pictures.slice(0, SHOWN).map((picture) => asTrained(picture, as)), [pictures, as]);
  if (pictures.length === 0) return null;
  return (
    <ul class="train-own gap-4">
      {shown.map((pixels, i) => (
        <li key={i}>
          <PictureCanvas pixels={pixels} shape={as} label={`Picture ${i + 1}`} />
        </li>
      ))}
    </ul>
  );
}

function OwnPictures() {
  const pictures = own.value;
  return (
    <>
      <Thumbs pictures={pictures} />
      <p class={lack.value === null ? 'field-hint number' : 'field-error number'}>
        {lack.value ?? `${picturesOf(pictures.length, chosenOf.value)}.`}
        {pictures.length > SHOWN && ` The first ${SHOWN} are shown.`}
      </p>
    </>
  );
}

/** Goes on from a Node run or from a download of this page. */
export function UploadButtons({ locked }: { locked: boolean }) {
  return <FilesButton locked={locked} label="Go on from a file" accept=".zip" onFiles={upload} />;
}

/** Without this the browser would open a dropped file in place of the page. */
function useDroppedPictures(locked: boolean): void {
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    addEventListener('dragover', (event) => event.preventDefault(), { signal });
    const drop = (event: DragEvent) => {
      event.preventDefault();
      const { dataTransfer } = event;
      if (!dataTransfer || locked || busy.peek()) return;
      listDrop(dataTransfer as Dropped, LIMITS)
        .then(take)
        .catch(showTrouble);
    };
    addEventListener('drop', drop, { signal });
    return () => listening.abort();
  }, [locked]);
}

/** A training is a zip file, or a folder with a step; everything else is pictures. */
async function take(files: readonly Listed[]): Promise<void> {
  const isTraining = files.some(({ path }) => /(\.zip|(^|\/)train\/step\.json)$/.test(path));
  await (isTraining ? upload(await openAll(files)) : takeFiles(files));
}

const takeChosen = (files: Incoming[]) => takeFiles(files.map(({ path, file }) => ({ path, open: async () => file })));

const SERIES = 20;
/** Milliseconds between the pictures of a series: enough to move a little. */
const PAUSE = 250;

interface ShutterProps {
  video(): HTMLVideoElement;
  ready: boolean;
  onClose(): void;
}

/** The buttons below the camera: they take picture after picture. */
function Shutter({ video, ready, onClose }: ShutterProps) {
  const [series, setSeries] = useState(0);
  const take = () => takeFrame(prepare(readFrame(video())));

  useEffect(() => {
    if (series === 0) return;
    const timer = setTimeout(() => {
      take();
      setSeries(series - 1);
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [series]);

  return (
    <>
      <p class="field-hint">
        Each picture is cut to its middle, {sizeWords(shape.value)}. Fill that, and move a little between pictures.
      </p>
      <p class="number" role="status">
        {picturesOf(own.value.length, null)}
      </p>
      <div class="train-buttons gap-8">
        <Button kind="primary" icon="camera" disabled={!ready || series > 0} onClick={take}>
          {ready ? 'Take one' : 'Waiting for the camera'}
        </Button>
        <Button disabled={!ready || series > 0} onClick={() => setSeries(SERIES)}>
          {series > 0 ? `${series} to come` : `Take ${SERIES}`}
        </Button>
        <Button onClick={onClose}>Done</Button>
      </div>
    </>
  );
}

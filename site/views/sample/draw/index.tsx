/** What the network is told of all pictures: a drawing to make here, or a picture of the visitor's. */

import { classColours } from '@onnoise/scheduler/model';
import { useMemo } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { cssColours, Swatch } from '../../../components/class-colours.tsx';
import { Segmented, Slider } from '../../../components/field.tsx';
import { PictureCanvas, PixelCanvas } from '../../../components/picture-canvas.tsx';
import { FileButton, PictureFileButton, useDropTarget } from '../../../components/picture-file.tsx';
import { readFile } from '../../../state/read-picture.ts';
import { announce, current, sentence } from '../../../state/store.ts';
import { saveFile } from '../files/download.ts';
import { labelMapPng } from '../files/png.ts';
import type { MaskSpec } from '../masks/label-masks.ts';
import { fillArea, type Mask, type MaskSize, type Place, pixelsOfClass, stroke } from '../masks/mask.ts';
import { PaintSurface } from '../start/mask-pad.tsx';
import { change, draft } from '../state/state.ts';
import {
  brushSize,
  canUndoStroke,
  drawing,
  drawnClasses,
  examples,
  hasExamples,
  inHand,
  paintDrawing,
  takeClass,
  toldFile,
  toldPicture,
  toldSpec,
  toldTrouble,
  tool,
  undoStroke,
} from '../state/told-state.ts';
import './draw.css';

/** Of the drawing that the chosen model takes, in pixels. */
function sizeOfDrawing(): MaskSize {
  const [, height, width] = toldSpec.value!.shape;
  return { width, height };
}

/** Changes of the drawing. A drawing that is changed is no more the link's. */

function draw(next: Mask, more = false): void {
  paintDrawing(next, more);
  ownIt();
}

function undo(): void {
  undoStroke();
  ownIt();
}

function ownIt(): void {
  toldTrouble.value = null;
  if (draft.peek().drawing !== '') change({ drawing: '' });
}

/** The visitor's label map. */
async function takeLabelMap(file: File): Promise<void> {
  try {
    const { drawingOfFile } = await import('../masks/label-masks.ts'); // by itself: examples need it, too
    draw(await drawingOfFile(file, file.name, toldSpec.peek() as MaskSpec));
    announce(`${file.name} is drawn.`);
  } catch (error) {
    toldTrouble.value = sentence(error);
  }
}

/** The drawing, to be painted on. */

function Pad() {
  const size = sizeOfDrawing();
  const now = drawing.value!;
  const classes = drawnClasses.value!;
  const onStroke = (from: Place, to: Place, more: boolean) => {
    const mask = drawing.peek()!;
    if (tool.peek() === 'brush') draw(stroke(mask, size, from, to, brushSize.peek(), inHand.peek()), more);
    else if (!more) draw(fillArea(mask, size, to, inHand.peek()));
  };
  return (
    <div class="draw-pad grid top slim gap-8">
      <PaintSurface
        size={size}
        largest={384}
        label={`Your drawing, ${size.width} by ${size.height} pixels`}
        hint="Draw with a finger or the mouse, or move with the arrow keys and press space."
        onStroke={onStroke}
        wordsAt={(x, y) => classes[now[y * size.width + x]!]}
        done={`${tool.value === 'brush' ? 'Painted' : 'Filled with'} ${classes[inHand.value]}`}
      >
        {() => <Drawing mask={now} class="draw-canvas" />}
      </PaintSurface>
    </div>
  );
}

function Drawing({ mask, class: look }: { mask: Mask; class: string }) {
  const classes = drawnClasses.value!.length;
  const draw = (rgba: Uint8ClampedArray) => {
    const colours = classColours(classes);
    for (const [i, value] of mask.entries()) rgba.set([...(colours[value] ?? colours[0]!), 255], 4 * i);
  };
  return <PixelCanvas {...sizeOfDrawing()} class={look} draw={draw} of={[mask, classes]} />;
}

/** The picture that the network is told, for models that are told one. */

/** Of the picture's sides, CSS pixels. */
const LONGEST = 224;

function PictureField() {
  const [channels, height, width] = toldSpec.value!.shape;
  const target = useDropTarget(({ files: [file] }) => {
    if (file) void take(file);
  });
  const chosen = toldPicture.value;
  if (channels !== 1 && channels !== 3) return null; // what is missing says the card
  return (
    <section class="draw-picture grid top gap-16" aria-label="The picture to tell it" {...target}>
      {chosen ? (
        <PictureCanvas
          class="start-picture"
          pixels={chosen.pixels}
          shape={chosen.shape}
          scale={LONGEST / Math.max(height, width)}
          label={`What the network is told: ${chosen.name}`}
        />
      ) : (
        <div class="draw-nothing" style={{ width: `${LONGEST}px`, aspectRatio: `${width} / ${height}` }} />
      )}
      <div class="grid top slim gap-8">
        <PictureFileButton onFile={take} />
        <p class="field-hint">
          Cut and scaled to {width} × {height} pixels{channels === 1 ? ', in gray' : ''}. It stays on this page.
        </p>
        {toldTrouble.value && (
          <p class="field-error" role="alert">
            {toldTrouble.value}
          </p>
        )}
      </div>
    </section>
  );
}

async function take(file: File): Promise<void> {
  try {
    toldFile.value = { name: file.name, image: await readFile(file, file.name) };
    toldTrouble.value = null;
    announce(`${file.name} is shown.`);
  } catch (error) {
    toldTrouble.value = sentence(error);
  }
}

/** The drawing as a label map, in the numbers that the model's files have: `pipeline sample --masks` takes it, and so does this page. */

async function saveDrawing(): Promise<void> {
  const bytes = await labelMapPng(drawing.peek()!, sizeOfDrawing(), toldSpec.peek()!.mask!);
  saveFile(new Blob([bytes], { type: 'image/png' }), 'drawing.png');
}

/** The classes to paint, the brush, what to start from, undo, clear, and files. */

function Tools() {
  const { width, height } = sizeOfDrawing();
  return (
    <div class="draw-tools grid top slim gap-16">
      <Palette />
      <div class="draw-brush grid">
        <Segmented
          label="Tool"
          value={tool.value}
          options={{ brush: 'Brush', fill: 'Bucket' }}
          onChange={(chosen) => {
            tool.value = chosen;
          }}
        />
        <Slider
          label="Brush size"
          value={brushSize.value}
          min={1}
          max={Math.max(2, Math.round(Math.max(height, width) / 4))}
          disabled={tool.value === 'fill'}
          format={(size) => (size === 1 ? '1 pixel' : `${size} pixels`)}
          onInput={(size) => {
            brushSize.value = size;
          }}
        />
      </div>
      <div class="row gap-8">
        <Button disabled={!canUndoStroke.value} onClick={undo}>
          Undo
        </Button>
        <Button onClick={() => draw(new Uint8Array(width * height))}>Clear</Button>
        <FileButton label="Open a mask" accept="image/png" onFile={takeLabelMap} />
        <Button icon="download" onClick={() => void saveDrawing()}>
          Save
        </Button>
      </div>
      {toldTrouble.value && (
        <p class="field-error" role="alert">
          {toldTrouble.value}
        </p>
      )}
    </div>
  );
}

/** The classes, as radio buttons: the first one, the background, takes away. */
function Palette() {
  const classes = drawnClasses.value!;
  const colours = useMemo(() => cssColours(classes.length), [classes]);
  const chosen = inHand.value;
  const pixels = pixelsOfClass(drawing.value!, chosen);
  return (
    <fieldset class="draw-palette">
      <legend>Paint with</legend>
      <div class="row gap-8">
        {classes.map((name, k) => (
          <label key={name} class="draw-class">
            <input type="radio" name="draw-class" value={k} checked={k === chosen} onChange={() => takeClass(k)} />
            <span class="draw-class-face small gap-8">
              <Swatch colour={colours[k]!} />
              {name}
              {k === 0 && <span class="muted">(eraser)</span>}
            </span>
          </label>
        ))}
      </div>
      <p class="field-hint number" role="status">
        {classes[chosen]}: {pixels} of {drawing.value!.length} pixels.
      </p>
    </fieldset>
  );
}

/** Drawings that came with the model. */
export function Examples() {
  const all = examples.value;
  if (all === null ? !hasExamples(current.value) : all.length === 0) return null;
  return (
    <fieldset class="draw-examples">
      <legend>Examples to change</legend>
      <div class="row gap-8">
        {all?.map((mask, i) => (
          <button
            key={String(i)}
            type="button"
            class="start-thumb"
            aria-label={`Example ${i + 1}`}
            title={`Example ${i + 1}`}
            onClick={() => draw(mask)}
          >
            <Drawing mask={mask} class="draw-small" />
          </button>
        ))}
      </div>
    </fieldset>
  );
}

export default function Draw() {
  if (drawnClasses.value === null) return <PictureField />;
  return (
    <div class="draw-body grid">
      <Examples />
      <Pad />
      <Tools />
    </div>
  );
}

/** The classes to paint, the brush, what to start from, undo, clear, and files. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { cssColours, Swatch } from '../../../components/class-colours.tsx';
import { FileButton } from '../../../components/picture-file.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { Slider } from '../../../components/slider.tsx';
import { current } from '../../../state/store.ts';
import { pixelsOfClass } from '../masks/mask.ts';
import {
  brushSize,
  canUndoStroke,
  drawing,
  drawnClasses,
  examples,
  hasExamples,
  inHand,
  takeClass,
  toldTrouble,
  tool,
} from '../state/told-state.ts';
import { SmallDrawing } from './pad.tsx';
import { saveDrawing } from './save.ts';
import { sizeOfDrawing } from './size.ts';
import { draw, takeLabelMap, undo } from './strokes.ts';

export function Tools(): JSX.Element {
  const { width, height } = sizeOfDrawing();
  return (
    <div class="draw-tools grid top slim gap-16">
      <Palette />
      <div class="draw-brush">
        <Segmented
          label="Tool"
          value={tool.value}
          options={[
            { value: 'brush', label: 'Brush' },
            { value: 'fill', label: 'Bucket' },
          ]}
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
function Palette(): JSX.Element {
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
            <span class="draw-class-face">
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
export function Examples(): JSX.Element | null {
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
            <SmallDrawing mask={mask} />
          </button>
        ))}
      </div>
    </fieldset>
  );
}

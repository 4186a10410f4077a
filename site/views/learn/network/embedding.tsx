/** The time embedding of every t as a heat map, with the row of the current t lit. */
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import type { Lesson } from '../lesson.ts';
import { embeddingOf } from './embedding.ts';
import { t } from './state.ts';
import { tiles } from './tiles.ts';

/** Rows of the heat map; each stands for a few t. */
const ROWS = 100;

export function Embedding({ lesson }: { lesson: Lesson }): JSX.Element {
  const { T } = lesson.schedule;
  const all = useMemo(
    () => Array.from({ length: ROWS }, (_, i) => embeddingOf(Math.round((i * (T - 1)) / (ROWS - 1)), lesson.unet)),
    [lesson],
  );
  const row = embeddingOf(t.value, lesson.unet);
  return (
    <Card title="How it is told t" class="grid gap-16">
      <p>
        The same network works at every t, and the noise is different at each. So t goes in as well: not as one number,
        but as {row.length} sines and cosines, fast ones on the left of each half and slow ones on the right. Like the
        hands of a clock, together they say exactly which t it is. Two small layers then turn the row into a shift for
        every channel of every block.
      </p>
      <div class="learn-heat">
        <Heat rows={all} label={`The time embedding of all t, 0 at the top, ${T - 1} at the bottom`} />
        <Lit share={t.value / (T - 1)} />
      </div>
      <div class="learn-heat-row">
        <Heat rows={[row]} label={`The time embedding of t = ${t.value}`} />
      </div>
      <p class="field-hint">
        Above: one row for every tenth t, from 0 to {T - 1}. Below: the row of t = {t.value}. Move t at the top of the
        page, and watch which columns change.
      </p>
    </Card>
  );
}

function Lit({ share }: { share: number }): JSX.Element {
  const line = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    line.current!.style.top = `${share * 100}%`;
  }, [share]);
  return <span class="learn-heat-lit" ref={line} />;
}

function Heat({ rows, label }: { rows: readonly Float32Array[]; label: string }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const width = rows[0]!.length;
    const values = Float32Array.from(rows.flatMap((one) => [...one]));
    const sheet = tiles(values, { count: 1, height: rows.length, width, columns: 1 });
    canvas.current!.width = sheet.width;
    canvas.current!.height = sheet.height;
    const image = new ImageData(sheet.width, sheet.height);
    image.data.set(sheet.rgba);
    canvas.current!.getContext('2d')!.putImageData(image, 0, 0);
  }, [rows]);
  return <canvas ref={canvas} class="picture" role="img" aria-label={label} />;
}

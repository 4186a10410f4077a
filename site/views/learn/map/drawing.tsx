/** The drawing of the overview at a moment. */
import type { JSX } from 'preact';
import { readable } from '../../forward/state/numbers.ts';
import { CHAPTERS, type ChapterId } from '../chapters.ts';
import type { Images } from './images.ts';
import { along, type Layout, type Point } from './layout.ts';
import type { Line, Moment, Packet } from './moment.ts';
import { Part } from './part.tsx';
import { Arrow, Tile } from './pieces.tsx';

export interface DrawingProps {
  layout: Layout;
  training: Moment;
  sampling: Moment;
  /** null: not there yet. */
  images: Images | null;
  onPoint(id: ChapterId | undefined): void;
}

/** Whose names stand elsewhere than at the bottom. */
const MIDDLE: readonly ChapterId[] = ['why'];

export function Drawing({ layout, training, sampling, images, onPoint }: DrawingProps): JSX.Element {
  const { size, tiles, names, lines, layers, titles, parts, plus, curve, under, tile } = layout;
  const [width, height] = size;
  const wide = width > height;
  const lesson = images?.lessons[training.index % images.lessons.length];
  const step = images?.way.steps[sampling.index];
  const picture = (at: Point, image: string | undefined, side = tile) => <Tile at={at} side={side} image={image} />;
  const small = tile * 0.78;
  const words: Record<keyof typeof names, string> = {
    epsilon: 'ε',
    noisy: lesson ? `xₜ, t = ${lesson.timestep}` : 'xₜ',
    guess: 'ε̂',
    start: 'pure noise',
    x: step ? `xₜ, t = ${Math.round(step.timestep)}` : 'xₜ',
    x0: 'x̂₀',
  };
  return (
    <svg
      class="learn-map-drawing"
      viewBox={`0 0 ${width} ${height}`}
      aria-label="The whole of diffusion. Each part is a link to its chapter"
    >
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus */}
      <g aria-hidden="true">
        <text class="learn-map-title" x={titles[0][0]} y={titles[0][1]}>
          Training
        </text>
        <text class="learn-map-title" x={titles[1][0]} y={titles[1][1]}>
          Sampling
        </text>
      </g>
      {CHAPTERS.map(({ id }) => (
        <Part
          key={id}
          id={id}
          box={parts[id]}
          bottom={id === 'network' ? under : MIDDLE.includes(id) ? parts[id][1] + 24 : undefined}
          onPoint={onPoint}
        />
      ))}
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: nothing in it takes the focus */}
      <g aria-hidden="true" class="learn-map-inside">
        {Object.entries(lines).map(([name, points]) => (
          <Arrow key={name} points={points} back={name === 'loss-network' || name === 'step-x'} />
        ))}
        {layers.map(([x, y, w, h], i) => (
          <rect
            key={i}
            class={
              isLit(i, layers.length, training) || isLit(i, layers.length, sampling)
                ? 'learn-map-layer learn-map-lit'
                : 'learn-map-layer'
            }
            x={x}
            y={y}
            width={w}
            height={h}
            rx={3}
          />
        ))}
        <circle class="learn-map-plus" cx={plus[0]} cy={plus[1]} r={12} />
        <path class="learn-map-sign" d={`M${plus[0] - 6} ${plus[1]}h12M${plus[0]} ${plus[1] - 6}v12`} />
        <path
          class="learn-map-line"
          d={`M${tiles.epsilon[0]} ${tiles.epsilon[1]}L${plus[0] - (wide ? 0 : 12)} ${plus[1] - (wide ? 12 : 0)}`}
        />
        {[8, 4, 0].map((off) => (
          <g key={off}>
            {picture([tiles.real[0] + off, tiles.real[1] - off], off === 0 ? lesson?.frames[0] : undefined)}
          </g>
        ))}
        {picture(tiles.epsilon, lesson?.epsilon, small)}
        {picture(tiles.noisy, training.there.x ? lesson?.frames.at(-1) : undefined)}
        {picture(tiles.guess, training.there.guess ? lesson?.guess : undefined)}
        {picture(tiles.start, images?.way.steps[0]?.x)}
        {picture(tiles.x, sampling.there.x ? step?.x : undefined)}
        {picture(tiles.x0, sampling.there.guess ? step?.x0 : images?.way.steps[sampling.index - 1]?.x0)}
        {picture(tiles.end, sampling.there.result ? images?.way.picture : undefined, layout.end)}
        {Object.entries(names).map(([name, [x, y, anchor]]) => (
          <text key={name} class="learn-map-symbol" x={x} y={y} text-anchor={anchor}>
            {words[name as keyof typeof names]}
          </text>
        ))}
        <path class="learn-map-line learn-map-back" d={`M${curve[0] - 28} ${curve[1] - 22}q2 38 56 42`} />
        <path class="learn-map-line" d={`M${curve[0] - 28} ${curve[1] - 22}q8 24 56 26`} />
        <text class="learn-map-number" x={middle(parts.learning)} y={parts.learning[1] + layout.middle}>
          {lesson && training.there.result ? `loss ${readable(lesson.loss, 2)}` : '‖ε − ε̂‖²'}
        </text>
        <text class="learn-map-number" x={middle(parts.sampling)} y={parts.sampling[1] + layout.middle}>
          {images && `step ${sampling.index + 1} of ${images.way.steps.length}`}
        </text>
        {images &&
          [...training.packets, ...sampling.packets].map((packet) => (
            <Moving
              key={`${packet.picture} ${packet.line}`}
              packet={packet}
              layout={layout}
              image={imageOf(packet, images, training.index)}
            />
          ))}
      </g>
    </svg>
  );
}

const middle = ([x, , width]: Layout['parts'][ChapterId]) => x + width / 2;

const isLit = (layer: number, count: number, { inside }: Moment) =>
  inside !== null && Math.floor(inside * count) === layer;

function imageOf({ picture, index }: Packet, { lessons, way }: Images, at: number): string | undefined {
  const lesson = lessons[at % lessons.length]!;
  switch (picture) {
    case 'real':
      return lesson.frames[0];
    case 'frame':
      return lesson.frames[index];
    case 'epsilon':
      return lesson.epsilon;
    case 'guess':
      return lesson.guess;
    case 'x':
      return way.steps[index]?.x;
    case 'x0':
      return way.steps[index]?.x0;
    case 'end':
      return way.picture;
    case 'correction':
      return undefined;
  }
}

function Moving({ packet, layout, image }: { packet: Packet; layout: Layout; image: string | undefined }): JSX.Element {
  const at = along(layout.lines[packet.line as Line], packet.share);
  if (image === undefined) return <circle class="learn-map-correction" cx={at[0]} cy={at[1]} r={8} />;
  return (
    <g class="learn-map-packet">
      <Tile at={at} side={layout.tile * 0.6} image={image} />
    </g>
  );
}

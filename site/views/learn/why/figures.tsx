/** The figures of the chapter. The trilemma as a triangle: the nearer to a corner, the more of it. The marked point can be dragged; its points were measured of the
 * shipped digits at few and many steps: scripts/learn/trilemma.ts at commit 8931a9fe. */
import { Card } from '../../../components/card.tsx';
import { Chart } from '../../../components/chart.tsx';
import { Cite } from '../parts.tsx';
import measured from './measured.json' with { type: 'json' };
import made from './uses.json' with { type: 'json' };

export interface Measure {
  value: number;
  /** 95 %. */
  interval: number[];
  /** What other real digits reach. */
  real: number;
}

interface Point {
  /** Network calls a picture. */
  steps: number;
  /** Share of its pictures that lie among real ones. */
  precision: Measure;
  /** Share of the real pictures that lie among its own. */
  recall: Measure;
}

export const POINTS: readonly Point[] = measured.points;
export const { command: COMMAND, count: COUNT } = measured;

/** As a share of what other real pictures reach, at most all of it. */
export const shareOf = ({ value, real }: Measure): number => Math.min(1, value / real);

/** As many steps as the network was trained with: the slowest that there is. */
const SLOWEST = 1000;

/** 1 for a single step, 0 for the slowest; equal factors are equal distances. */
export const speedOf = (steps: number): number => Math.log(SLOWEST / steps) / Math.log(SLOWEST);

/** Shares of the three corners, which sum to 1. */
function cornersOf({ steps, precision, recall }: Point): { quality: number; speed: number; coverage: number } {
  const [quality, speed, coverage] = [shareOf(precision), speedOf(steps), shareOf(recall)];
  const sum = quality + speed + coverage;
  return { quality: quality / sum, speed: speed / sum, coverage: coverage / sum };
}

const [WIDTH, HEIGHT] = [360, 300];
const TOP = [180, 44] as const;
const LEFT = [40, 256] as const;
const RIGHT = [320, 256] as const;

/** Where the families of models are said to be: Xiao et al. 2021. Next to the edge between two corners; students aim at the middle. */
const FAMILIES = [
  { name: 'GANs', x: 74, y: 146 },
  { name: 'Diffusion', x: 288, y: 146 },
  { name: 'VAEs, flows', x: 180, y: 276 },
  { name: 'Students', x: 176, y: 196 },
] as const;

function placeOf(point: Point): [x: number, y: number] {
  const { quality, speed, coverage } = cornersOf(point);
  const mix = (i: 0 | 1) => quality * TOP[i] + speed * LEFT[i] + coverage * RIGHT[i];
  return [mix(0), mix(1)];
}

function nearest(x: number, y: number): Point {
  const away = (point: Point) => {
    const [px, py] = placeOf(point);
    return Math.hypot(px - x, py - y);
  };
  return POINTS.reduce((best, point) => (away(point) < away(best) ? point : best));
}

interface TriangleProps {
  chosen: Point;
  onChoose(point: Point): void;
}

export function Triangle({ chosen, onChoose }: TriangleProps) {
  const places = POINTS.map((point) => placeOf(point));
  const [x, y] = placeOf(chosen);
  return (
    <Chart
      class="learn-triangle"
      label={`The trilemma: with ${chosen.steps} steps this model is at the marked point`}
      size={[WIDTH, HEIGHT]}
      x={{ from: 0, to: WIDTH }}
      y={{ from: HEIGHT, to: 0 }}
      onPick={(x, y) => onChoose(nearest(x, y))}
    >
      {({ line }) => (
        <>
          <path class="learn-triangle-edge" d={`${line([TOP, RIGHT, LEFT])}Z`} />
          <text class="learn-triangle-corner" x={TOP[0]} y={TOP[1] - 14} text-anchor="middle">
            Good pictures
          </text>
          <text class="learn-triangle-corner" x={LEFT[0] - 34} y={LEFT[1] + 34}>
            Fast sampling
          </text>
          <text class="learn-triangle-corner" x={RIGHT[0] + 34} y={RIGHT[1] + 34} text-anchor="end">
            All of the data
          </text>
          {FAMILIES.map((family) => (
            <text key={family.name} class="learn-triangle-family" x={family.x} y={family.y} text-anchor="middle">
              {family.name}
            </text>
          ))}
          <path class="learn-triangle-way" d={line(places)} />
          {POINTS.map((point, i) => (
            <circle key={point.steps} class="learn-triangle-point" cx={places[i]![0]} cy={places[i]![1]} r={4} />
          ))}
          <circle class="learn-triangle-chosen" cx={x} cy={y} r={9} />
        </>
      )}
    </Chart>
  );
}

/** What medicine uses diffusion for, each with pictures: phantoms, and what the model of hands makes of them: scripts/learn/uses
 * at commit 8931a9fe. */

const SIDE = 64;

interface Use {
  id: string;
  name: string;
  /** What it is for, and how. */
  words: string;
  /** Of each picture of the strip, in its order. */
  pictures: readonly string[];
}

const { ages, dice, factor, lines, learnt, steps, command } = made;
const years = ages.map((months) => `${months / 12} years`);
const parts = Object.entries(dice).filter(([name]) => name !== 'background');
const worst = Math.min(...parts.map(([, value]) => value));
const best = Math.max(...parts.map(([, value]) => value));

const USES: readonly Use[] = [
  {
    id: 'synthesis',
    name: 'New pictures',
    words:
      'For what is scarce, rare or private. The model is told sex and age, so it draws a case on demand. Here one noise becomes one hand at four ages.',
    pictures: years,
  },
  {
    id: 'anomaly',
    name: 'Find what is unusual',
    words:
      'It has only seen healthy hands. A picture gets a little noise and is drawn again; what the model does not know comes back differently. No label is needed.',
    pictures: ['a short bone', 'drawn again', 'difference'],
  },
  {
    id: 'segmentation',
    name: 'Say which pixel is what',
    words: `To name the noise, the U-Net has to know where bones are. A linear classifier on its feature maps, taught on ${learnt} hands, finds fingers, metacarpals and wrist (Dice ${worst} to ${best}). Other models draw the mask itself, from noise.`,
    pictures: ['picture', 'found', 'truth'],
  },
  {
    id: 'resolution',
    name: 'Sharpen',
    words: `A scan may be coarse or fast, and the model draws the fine one that belongs to it: super-resolution. Here ${SIDE / factor} × ${SIDE / factor} pixels. Both answers agree with every one of them, and their details differ: these are guessed.`,
    pictures: ['measured', 'one answer', 'another', 'truth'],
  },
  {
    id: 'translation',
    name: 'Translate',
    words:
      'From a scan of another kind to one of this kind: CT from MR, say. The other kind is made up here: air is black in it, soft tissue bright and bone dark, as in many MR pictures. So one gray may be bone or the rim of the skin. The model knows hands, and so it mostly knows which.',
    pictures: ['other kind', 'one answer', 'another', 'truth'],
  },
  {
    id: 'reconstruction',
    name: 'Reconstruct a scan',
    words: `A magnetic resonance scanner measures lines of the picture’s Fourier transform. ${lines[0]} of ${lines[1]} take a third of the time and give ghosts. The model fills in the others, and at each step what was measured is put back.`,
    pictures: ['measured', 'one answer', 'another', 'truth'],
  },
];

export function Uses() {
  return (
    <Card title="What it does in medicine" class="grid gap-18">
      <ul class="learn-uses">
        {USES.map(({ id, name, words, pictures }) => (
          <li key={id} class="learn-use grid">
            <div class="grid top gap-4">
              <h3>{name}</h3>
              <p class="muted small">{words}</p>
            </div>
            <figure class="learn-use-strip grid top gap-4">
              <img
                src={`./learn/uses/${id}.webp`}
                width={pictures.length * SIDE}
                height={SIDE}
                style={{ aspectRatio: `${pictures.length} / 1` }}
                loading="lazy"
                decoding="async"
                alt={`Phantoms of hands: ${pictures.join(', ')}`}
              />
              <figcaption class="muted fine">
                {pictures.map((picture) => (
                  <span key={picture}>{picture}</span>
                ))}
              </figcaption>
            </figure>
          </li>
        ))}
      </ul>
      <p class="field-hint">
        None of these is a person: the hands are phantoms, and all answers come from one small model of phantoms, which
        was trained for the first use alone. A good-looking answer is no finding.
      </p>
      <details class="learn-how">
        <summary>How these were made</summary>
        <p>
          By the model “hands” and phantoms that it has not seen. Anomaly: Wyatt et al. 2022. Segmentation by feature
          maps: <Cite of="baranchuk2021" />. Agreement with a measurement, {steps} steps: <Cite of="wang2022" />.
          Translation is the same, but of the two grays that a pixel may stand for, the one nearer to the guess is
          taken. The command:
        </p>
        <p>
          <code>{command}</code>
        </p>
      </details>
    </Card>
  );
}

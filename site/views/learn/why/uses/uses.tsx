/** What medicine uses diffusion for, each with pictures: phantoms, and what the model of hands makes of them. See scripts/learn/uses. */

import type { JSX } from 'preact';
import { Card } from '../../../../components/card.tsx';
import { Cite } from '../../cite.tsx';
import measured from './measured.json' with { type: 'json' };
import './uses.css';

const SIDE = 64;

interface Use {
  id: string;
  name: string;
  /** What it is for, and how. */
  words: string;
  /** Of each picture of the strip, in its order. */
  pictures: readonly string[];
}

const { ages, dice, factor, lines, learnt, steps, command } = measured;
const years = ages.map((months) => `${months / 12} years`);
const parts = Object.entries(dice).filter(([name]) => name !== 'background');
const worst = Math.min(...parts.map(([, value]) => value));
const best = Math.max(...parts.map(([, value]) => value));

export const USES: readonly Use[] = [
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
    pictures: /* text */ ['a short bone', 'drawn again', 'difference'],
  },
  {
    id: 'segmentation',
    name: 'Say which pixel is what',
    words: `To name the noise, the U-Net has to know where bones are. A linear classifier on its feature maps, taught on ${learnt} hands, finds fingers, metacarpals and wrist (Dice ${worst} to ${best}). Other models draw the mask itself, from noise.`,
    pictures: /* text */ ['picture', 'found', 'truth'],
  },
  {
    id: 'resolution',
    name: 'Sharpen',
    words: `A scan may be coarse or fast, and the model draws the fine one that belongs to it: super-resolution. Here ${SIDE / factor} × ${SIDE / factor} pixels. Both answers agree with every one of them, and their details differ: these are guessed.`,
    pictures: /* text */ ['measured', 'one answer', 'another', 'truth'],
  },
  {
    id: 'translation',
    name: 'Translate',
    words:
      'From a scan of another kind to one of this kind: CT from MR, say. The other kind is made up here: air is black in it, soft tissue bright and bone dark, as in many MR pictures. So one gray may be bone or the rim of the skin. The model knows hands, and so it mostly knows which.',
    pictures: /* text */ ['other kind', 'one answer', 'another', 'truth'],
  },
  {
    id: 'reconstruction',
    name: 'Reconstruct a scan',
    words: `A magnetic resonance scanner measures lines of the picture’s Fourier transform. ${lines[0]} of ${lines[1]} take a third of the time and give ghosts. The model fills in the others, and at each step what was measured is put back.`,
    pictures: /* text */ ['measured', 'one answer', 'another', 'truth'],
  },
];

export function Uses(): JSX.Element {
  return (
    <Card title="What it does in medicine" class="grid gap-18">
      <ul class="learn-uses">
        {USES.map(({ id, name, words, pictures }) => (
          <li key={id} class="learn-use">
            <div class="grid top gap-4">
              <h3>{name}</h3>
              <p class="muted small">{words}</p>
            </div>
            <figure class="learn-use-strip">
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

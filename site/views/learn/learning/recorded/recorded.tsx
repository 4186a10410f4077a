/** Training time against t: a grid of one recorded training, for those whose machine cannot train while they watch. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Card } from '../../../../components/card.tsx';
import { Formula, sub } from '../../../../components/math.tsx';
import { Segmented } from '../../../../components/segmented.tsx';
import { Slider } from '../../../../components/slider.tsx';
import { grouped, readable } from '../../../forward/state/numbers.ts';
import { Task, Trouble } from '../../parts.tsx';
import { hat } from '../../symbols.tsx';
import { Grid, Large } from './pictures.tsx';
import './recorded.css';
import { fetchSheet, RECORDING, sheet, type Trained } from './recording.ts';

const { command, digits, timesteps, trained } = RECORDING;

const stepsOf = ({ step }: Trained) => `${grouped(step)} steps`;
const timeOf = ({ seconds }: Trained) =>
  seconds < 60 ? `${readable(seconds, 2)} s` : `${readable(seconds / 60, 2)} min`;

export function Recorded(): JSX.Element {
  useEffect(() => void fetchSheet(), []);
  const [digit, setDigit] = useState(1);
  const [row, setRow] = useState(1);
  const [column, setColumn] = useState(timesteps.length - 1);
  const [moved, setMoved] = useState({ row: false, column: false });
  const chooseRow = (to: number) => {
    setRow(to);
    setMoved((before) => ({ ...before, row: true }));
  };
  const chooseColumn = (to: number) => {
    setColumn(to);
    setMoved((before) => ({ ...before, column: true }));
  };
  const now = trained[row]!;
  const t = timesteps[column]!;
  const state = sheet.value;
  const pictures = state instanceof ImageBitmap ? state : null;
  const place = { digit, row, column };
  return (
    <>
      <Task label="Try it with digits" done={moved.row && moved.column}>
        Drag <em>Training</em> until you can read the digit. Then drag <em>Time t</em> back towards the noise: how early
        can you read it there?
      </Task>
      <Card title="A training, recorded" class="learn-recorded">
        <p>
          One run on small digits, 16 × 16 pixels. Each row is the network after more training; it starts from the same
          noise every time. Along a row it samples. In each cell is the picture that it guesses at that moment.
        </p>
        {state && 'failed' in state && <Trouble words={state.failed} onRetry={fetchSheet} />}
        <Segmented
          label="Asked for"
          value={String(digit)}
          options={digits.map((name, i) => ({ value: String(i), label: `A ${name}` }))}
          onChange={(value) => setDigit(Number(value))}
        />
        <div class="learn-recorded-row">
          <div class="learn-recorded-table grid muted fine number">
            <span class="learn-recorded-corner" aria-hidden="true">
              after
            </span>
            <span class="learn-recorded-head" aria-hidden="true">
              <span>t = {timesteps[0]}, noise</span>
              <span>sampling →</span>
              <span>t = {timesteps.at(-1)}</span>
            </span>
            <Grid
              sheet={pictures}
              {...place}
              label={`Guesses after 0 to ${stepsOf(trained.at(-1)!)} of training, from t = ${timesteps[0]} to ${timesteps.at(-1)}`}
              names={trained.map(stepsOf)}
              onPick={(r, c) => {
                chooseRow(r);
                chooseColumn(c);
              }}
            />
          </div>
          <div class="learn-recorded-controls">
            <Slider
              label="Training"
              value={row}
              min={0}
              max={trained.length - 1}
              format={(value) => `${stepsOf(trained[value]!)}, ${timeOf(trained[value]!)}`}
              onInput={chooseRow}
            />
            <Slider
              label="Time t"
              value={column}
              min={0}
              max={timesteps.length - 1}
              format={(value) => String(timesteps[value])}
              onInput={chooseColumn}
            />
            <div class="learn-recorded-pair">
              <Large
                sheet={pictures}
                cell={{ ...place, what: 'x' }}
                title={<Formula>{sub('x', String(t))}</Formula>}
                words="what it sees"
              />
              <Large
                sheet={pictures}
                cell={{ ...place, what: 'x0' }}
                title={<Formula>{hat('x', '0')}</Formula>}
                words="what it guesses"
              />
            </div>
            <p class="field-hint">
              {now.heldOut === null
                ? 'Nothing is learnt yet: the guess is noise.'
                : `Loss on digits that it never saw: ${readable(now.heldOut, 2)}.`}
            </p>
          </div>
        </div>
        <p>
          <strong>Each row has trained longer, each column has sampled further.</strong> Sampling sharpens a guess, but
          it cannot add what training has not learnt.
        </p>
        <details class="learn-how">
          <summary>How this was recorded</summary>
          <p>On two cores, with the network of the view Train: 20 steps of DDIM, the averaged weights. The command:</p>
          <p>
            <code>{command}</code>
          </p>
        </details>
      </Card>
    </>
  );
}

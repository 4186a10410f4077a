/** x_t by both schedules, side by side, with the same epsilon. */
import { useMemo } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Card, Notice } from '../../components/card.tsx';
import { useInTurn } from '../../components/later.tsx';
import { ClosedNumbers, epsilon, Formula, X0 } from '../../components/math.tsx';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import { toBytes } from '../../state/picture.ts';
import { percent } from './state/numbers.ts';
import { evenTimes, halfTime, KINDS, type Kind, valuesAt } from './state/schedules.ts';
import { choice, MAX_SEED, moveTo, noise, noised, noisy, notice, picture, schedules, seed, t } from './state/state.ts';

export function Stage() {
  return (
    <Card title="Two schedules, the same noise" class="forward-stage grid gap-16">
      <div class="forward-pair grid">
        <Ingredients />
        {KINDS.map((kind) => (
          <Noised key={kind} kind={kind} />
        ))}
      </div>
      <Notice text={notice.value} />
      <Filmstrip />
      <Comparison />
    </Card>
  );
}

/** x_0 and epsilon, small, and a dice for another epsilon. */
function Ingredients() {
  const image = picture.value;
  const drawn = noise.value;
  const bytes = useMemo(() => image && toBytes(image.x0), [image]);
  const grain = useMemo(() => drawn && toBytes(drawn.map((v) => v / 2)), [drawn]);
  return (
    <div class="forward-ingredients line gap-16">
      <span class="forward-ingredient line gap-8">
        <Formula>{X0}</Formula>
        <span class="forward-tiny">
          {image && bytes && <PictureCanvas pixels={bytes} shape={image.shape} label={`x 0: ${image.name}`} />}
        </span>
      </span>
      <span class="forward-ingredient line gap-8">
        <Formula>{epsilon}</Formula>
        <span class="forward-tiny">
          {image && grain && (
            <PictureCanvas pixels={grain} shape={image.shape} label={`epsilon: the noise of seed ${seed.value}`} />
          )}
        </span>
      </span>
      <Button
        icon="dice"
        class="forward-dice fine"
        title="Other noise, for both"
        onClick={() => {
          seed.value = Math.floor(Math.random() * (MAX_SEED + 1));
        }}
      >
        Reseed
      </Button>
    </div>
  );
}

function Noised({ kind }: { kind: Kind }) {
  const image = picture.value;
  const x = noised[kind].value;
  const bytes = useMemo(() => x && toBytes(x), [x]);
  const { alphaBar, signal, noise: sigma } = valuesAt(schedules.value[kind], t.value);
  const label = image && `${image.name} at t = ${t.value}, ${kind} schedule: ${percent(alphaBar)} of the variance left`;
  return (
    <figure class={`forward-noised grid slim gap-8 forward-${kind}`}>
      <figcaption class="forward-kind line gap-8">{kind === 'linear' ? 'Linear' : 'Cosine'}</figcaption>
      <div class="forward-frame">
        {image && bytes && <PictureCanvas pixels={bytes} shape={image.shape} label={label ?? ''} />}
      </div>
      <p class="forward-numbers">
        <ClosedNumbers t={t.value} signal={signal.toFixed(2)} noise={sigma.toFixed(2)} />
      </p>
      <meter
        class="forward-meter"
        min={0}
        max={1}
        value={alphaBar}
        aria-label={`Share of the picture, ${kind}`}
        title={`${percent(alphaBar)} of the variance is the picture, ${percent(1 - alphaBar)} is noise`}
      />
    </figure>
  );
}

/** What the two schedules do to a picture over T steps. */
function Comparison() {
  const [linear, cosine] = KINDS.map((kind) => {
    const half = halfTime(schedules.value[kind]);
    return half === undefined ? 'at no t' : `from t = ${half}`;
  });
  const rest = valuesAt(schedules.value.linear, choice.value.T).signal;
  return (
    <p class="forward-remark muted">
      Noise outweighs the picture {linear} with the linear schedule and {cosine} with the cosine.{' '}
      {rest > 0.05
        ? `At t = T the linear one still keeps ${percent(rest)} of the picture’s strength: its steps are too few or too small to destroy it.`
        : 'At t = T neither keeps anything that you could see.'}{' '}
      The cosine is made for its T: it always ends in noise.
    </p>
  );
}

const FRAMES = 9;

/** The way from x_0 to x_T at a glance; a click on a column moves t there. */
function Filmstrip() {
  const [given, grain] = [picture.value, noise.value];
  const shown = useInTurn(
    useMemo(() => (given && grain ? { image: given, epsilon: grain } : undefined), [given, grain]),
  );
  const { image, epsilon } = shown ?? {};
  const pair = schedules.value;
  const stops = useMemo(() => evenTimes(pair.linear.T, FRAMES), [pair]);
  const columns = useMemo(
    () =>
      stops.map((stop) => image && epsilon && KINDS.map((kind) => toBytes(noisy(pair[kind], image.x0, epsilon, stop)))),
    [stops, image, epsilon, pair],
  );
  const nearest = Math.round((t.value / pair.linear.T) * (FRAMES - 1));
  return (
    <fieldset class="forward-film grid slim gap-4">
      <legend class="hidden">Go to a time</legend>
      {stops.map((stop, i) => (
        <button
          key={i}
          type="button"
          class={`forward-film-stop grid slim gap-4${i % 2 ? ' forward-film-odd' : ''}`}
          aria-label={`t = ${stop}`}
          aria-current={i === nearest ? 'step' : undefined}
          onClick={() => moveTo(stop)}
        >
          {KINDS.map((kind, row) => (
            <span key={kind} class="forward-film-frame" aria-hidden="true">
              {image && columns[i] && <PictureCanvas pixels={columns[i][row]!} shape={image.shape} label="" />}
            </span>
          ))}
          <span class="forward-film-time muted">{stop}</span>
        </button>
      ))}
    </fieldset>
  );
}

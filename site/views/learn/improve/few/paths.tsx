/** Paths from noise to data, side by side: of diffusion, of flow matching, and of a student. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Button } from '../../../../components/button.tsx';
import { Card } from '../../../../components/card.tsx';
import { Progress } from '../../../../components/progress.tsx';
import { Segmented } from '../../../../components/segmented.tsx';
import { Slider } from '../../../../components/slider.tsx';
import { SHAPES, type Shape } from '../../learning/shapes.ts';
import { NetworkStatus } from '../../network-status.tsx';
import { spread } from './draw.ts';
import { picker } from './lessons.ts';
import { counted, Numbers, TITLES, twoDecimals } from './numbers.tsx';
import { Plane } from './plane.tsx';
import { mixing } from './process.ts';
import { type Show, STEPS } from './settings.ts';
import {
  asked,
  choose,
  FINE,
  learn,
  learning,
  learnt,
  NAMES,
  type Name,
  noise,
  PROCESS,
  points,
  results,
  type Stage,
  shape,
  show,
  stage,
  steps,
} from './state.ts';

/** As many paths as the eye can follow. */
const DRAWN = spread(noise, 24);
/** Of the pairs on show before anything is learnt. */
const PAIR_SEED = 5;

const SHAPE_NAMES: Record<Shape, string> = { moons: 'Moons', ring: 'Ring', spiral: 'Spiral' };
const WORDS: Record<Name, string> = {
  diffusion: 'keeps the variance',
  flow: 'on straight lines',
  student: 'of flow matching',
};
const WORK: Record<Stage['work'], string> = { learning: 'learns', pairs: 'gets pairs of its teacher', paths: 'draws' };

export function Paths(): JSX.Element {
  const now = stage.value;
  const begun = NAMES.some((name) => results.value[name]);
  return (
    <Card title="Why a straight path needs few steps" class="grid gap-16">
      <p>
        Points in the plane again, and three small networks that learn in this tab. Sampling moves each point from noise
        to the data. At every step the network says where to go, and until the next one this direction is kept.
      </p>
      <div class="row gap-8">
        <Button
          kind={learning.value ? 'plain' : 'primary'}
          icon={learning.value ? 'pause' : learnt.value ? 'check' : 'play'}
          disabled={learnt.value}
          onClick={() => {
            if (learning.peek()) learning.value = false;
            else void learn();
          }}
        >
          {learning.value ? 'Pause' : learnt.value ? 'Learnt' : begun ? 'Learn on' : 'Learn'}
        </Button>
      </div>
      {now && <Progress label={`${TITLES[now.name]} ${WORK[now.work]} …`} value={now.share} />}
      {asked.value === 'plane' && <NetworkStatus byPress />}
      <div class="learn-few-choices">
        <Segmented<Shape>
          label="Data"
          value={shape.value}
          options={SHAPES.map((value) => ({ value, label: SHAPE_NAMES[value] }))}
          onChange={choose}
        />
        <Segmented<Show>
          label="Show"
          value={begun ? show.value : 'pairs'}
          disabled={!begun}
          options={[
            { value: 'paths', label: 'Paths' },
            { value: 'pairs', label: 'Learnt from' },
          ]}
          onChange={(value) => {
            show.value = value;
          }}
        />
      </div>
      <div class="learn-few-planes">
        {NAMES.map((name) => (
          <One key={name} name={name} showPaths={begun && show.value === 'paths'} />
        ))}
      </div>
      <Legend showPaths={begun && show.value === 'paths'} />
      <Slider
        label="Steps"
        value={STEPS.indexOf(steps.value)}
        min={0}
        max={STEPS.length - 1}
        format={(at) => counted(STEPS[at]!)}
        onInput={(at) => {
          steps.value = STEPS[at]!;
        }}
      />
      <Numbers />
    </Card>
  );
}

function One({ name, showPaths }: { name: Name; showPaths: boolean }): JSX.Element {
  const result = results.value[name];
  const ends = results.value.flow?.fine.at(-1);
  const data = points.value;
  const pairs = useMemo(() => {
    const x0 = name === 'student' ? ends : picker(data.length / 2, PAIR_SEED, 0)(data);
    return x0 && mixing(PROCESS[name], x0, noise);
  }, [name, data, name === 'student' && ends]);
  if (!showPaths) {
    const waits = name === 'student' && !ends;
    const label = waits
      ? 'The data. The student waits for its teacher'
      : `${TITLES[name]}: pairs of noise and data, and the way on which they are mixed`;
    return (
      <Plane
        title={TITLES[name]}
        words={waits ? 'waits for its teacher' : WORDS[name]}
        label={label}
        data={data}
        drawn={DRAWN}
        paths={pairs}
      />
    );
  }
  const count = steps.value;
  const missed = result && twoDecimals(result.missed.get(count)!);
  const off = () => (count === 1 ? `1 step ends ${missed} off` : `${count} steps end ${missed} off`);
  const words = missed ? off() : 'has not learnt yet';
  return (
    <Plane
      title={TITLES[name]}
      words={words}
      label={`${TITLES[name]}: paths of ${DRAWN.length} points from noise to data; ${words}`}
      data={data}
      drawn={DRAWN}
      paths={result?.fine}
      steps={result?.few.get(count)}
    />
  );
}

function Legend({ showPaths }: { showPaths: boolean }): JSX.Element {
  return (
    <p class="learn-lines muted fine">
      <span class="learn-few-fine">
        {showPaths ? `the path in ${FINE} steps` : 'from the noise of a pair (circle) to its point (dot)'}
      </span>
      {showPaths && <span class="learn-few-steps">in {counted(steps.value)}</span>}
      {showPaths && <span class="learn-few-miss">how far these are off</span>}
    </p>
  );
}

/** What to make, and the buttons that go through the algorithm. */
import type { JSX } from 'preact';
import { Button } from '../../../components/button.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { Select } from '../../../components/select.tsx';
import type { Lesson } from '../lesson.ts';
import { asking, begin, nextLine, play, playing, setup, walk, wholeStep } from './state.ts';

const STEPS = ['10', '20', '50'] as const;

/** Errors are in `trouble`, which the chapter shows. */
const quietly = (run: Promise<void>) => run.catch(() => {});

export function Controls({ lesson }: { lesson: Lesson | undefined }): JSX.Element {
  const { steps, label, seed } = setup.value;
  const now = walk.value;
  const over = now?.line === 'end';
  const waits = !lesson || !now || asking.value;
  const change = (to: Partial<typeof setup.value>) => {
    setup.value = { ...setup.peek(), ...to };
    if (lesson) begin(lesson);
  };
  const classes = lesson?.classes ?? 10;
  return (
    <div class="grid gap-14">
      <div class="learn-walk-choice">
        <Select
          label="Digit to make"
          value={String(label)}
          options={Array.from({ length: classes }, (_, i) => ({
            value: String(i),
            label: lesson?.classNames?.[i] ?? String(i),
          }))}
          onChange={(value) => change({ label: Number(value) })}
        />
        <Segmented
          label="Steps"
          value={String(steps)}
          options={STEPS.map((value) => ({ value, label: value }))}
          onChange={(value) => change({ steps: Number(value) })}
        />
        <Button
          icon="dice"
          onClick={() => change({ seed: Math.floor(Math.random() * 2 ** 32) })}
          title={`Seed ${seed}`}
        >
          Other noise
        </Button>
      </div>
      <div class="row gap-8">
        {over ? (
          <Button kind="primary" icon="first" onClick={() => lesson && begin(lesson)}>
            Start again
          </Button>
        ) : (
          <Button
            kind="primary"
            icon="next"
            disabled={waits || playing.value}
            onClick={() => quietly(nextLine(lesson!))}
          >
            Next line
          </Button>
        )}
        <Button disabled={waits || over || playing.value} onClick={() => quietly(wholeStep(lesson!))}>
          Whole step
        </Button>
        <Button
          icon={playing.value ? 'pause' : 'play'}
          disabled={!lesson || over}
          onClick={() => {
            if (playing.peek()) playing.value = false;
            else if (lesson) void quietly(play(lesson));
          }}
        >
          {playing.value ? 'Pause' : 'To the end'}
        </Button>
        <p class="number muted" aria-live="off">
          {now ? `step ${Math.min(now.index + 1, now.table.rows.length)} of ${now.table.rows.length}` : ''}
        </p>
      </div>
    </div>
  );
}

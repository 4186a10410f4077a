/** Pictures of a shipped teacher and its student, from the same noise. */
import { picturesCalled } from '@onnoise/scheduler';
import { completeRequest } from '@onnoise/scheduler/model';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../../components/button.tsx';
import { PictureCanvas } from '../../../../components/picture-canvas.tsx';
import { Segmented } from '../../../../components/segmented.tsx';
import { sizeOf, toBytes } from '../../../../state/pixels.ts';
import { announce } from '../../../../state/store.ts';
import { type Lesson, readLesson } from '../../lesson.ts';
import { NetworkStatus } from '../../network-status.tsx';
import { tell } from '../../trouble.ts';
import { drawPictures, sharedNoise } from './draw-pictures.ts';
import { DRAWINGS, type Drawing, optionsOf, PICTURE_SEEDS } from './pair-options.ts';
import { calledWords } from './plane-pair.tsx';
import { asked, student } from './state.ts';
import type { Pair } from './students.ts';

interface Lessons {
  teacher: Lesson;
  student: Lesson;
}

/** What is drawn of one pair; a drawing is absent until its first step. */
interface Drawn {
  lessons: Lessons;
  pictures: Partial<Record<Drawing, Float32Array>>;
}

const TITLES: Record<Drawing, string> = { many: 'Teacher', few: 'Teacher', student: 'Student' };
/** Values of the noise are divided by it, to be shown as pictures. */
const NOISE_RANGE = 2;

export function PicturePair({ pairs }: { pairs: readonly [Pair, ...Pair[]] }): JSX.Element {
  const chosen = pairs.find((pair) => pair.student.id === student.value) ?? pairs[0];
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const [busy, setBusy] = useState(false);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => {
    setDrawn(null);
    return () => abort.current?.abort();
  }, [chosen.student.id]);

  const draw = async () => {
    const controller = new AbortController();
    const { signal } = controller;
    abort.current = controller;
    asked.value = 'pictures';
    setBusy(true);
    try {
      const lessons = { teacher: await readLesson(chosen.teacher), student: await readLesson(chosen.student) };
      signal.throwIfAborted();
      setDrawn({ lessons, pictures: {} });
      for (const drawing of DRAWINGS) {
        const show = (x: Float32Array) =>
          setDrawn((before) => before && { lessons, pictures: { ...before.pictures, [drawing]: x.slice() } });
        const options = { signal, onStep: ({ x }: { x: Float32Array }) => show(x) };
        await drawPictures(
          drawing === 'student' ? lessons.student : lessons.teacher,
          optionsOf(lessons, drawing),
          options,
        );
      }
      announce('The pictures are done.');
    } catch (error) {
      if (!signal.aborted) tell('network', error);
    } finally {
      if (abort.current === controller) setBusy(false);
    }
  };
  return (
    <>
      {pairs.length > 1 && (
        <Segmented
          label="Student"
          value={chosen.student.id}
          options={pairs.map(({ teacher, student }) => ({
            value: student.id,
            label: `${teacher.title}, ${calledWords(student.distilled.calls)}`,
          }))}
          onChange={(value) => {
            student.value = value;
          }}
        />
      )}
      <div class="row gap-8">
        <Button
          icon={busy ? 'stop' : 'play'}
          onClick={({ detail }) => {
            if (!busy) void draw();
            else if (detail < 2) abort.current?.abort(); // a double click means start
          }}
        >
          {busy ? 'Stop' : `Draw ${PICTURE_SEEDS.length} pictures`}
        </Button>
      </div>
      {asked.value === 'pictures' && <NetworkStatus byPress />}
      {drawn && (
        <div class="grid gap-12">
          <Strip
            lessons={drawn.lessons}
            title="The noise"
            words="the same for all"
            x={sharedNoise(drawn.lessons.teacher)}
            range={NOISE_RANGE}
          />
          {DRAWINGS.map((drawing) => (
            <Strip
              key={drawing}
              lessons={drawn.lessons}
              title={TITLES[drawing]}
              words={callsOf(drawn.lessons, drawing)}
              x={drawn.pictures[drawing]}
            />
          ))}
        </div>
      )}
    </>
  );
}

/** Calls on the network for a picture: guidance makes two at a step. */
function callsOf(lessons: Lessons, drawing: Drawing): string {
  const lesson = drawing === 'student' ? lessons.student : lessons.teacher;
  const { table, guidance } = completeRequest(lesson, optionsOf(lessons, drawing));
  const calls = calledWords(picturesCalled(table.rows, guidance));
  return guidance ? `in ${table.rows.length} steps, guided: ${calls}` : `in ${calls}`;
}

interface StripProps {
  lessons: Lessons;
  title: string;
  words: string;
  /** [N, C, H, W] */
  x: Float32Array | undefined;
  range?: number;
}

function Strip({ lessons, title, words, x, range = 1 }: StripProps): JSX.Element {
  const { shape } = lessons.teacher;
  const size = sizeOf(shape);
  return (
    <figure class="grid gap-4">
      <figcaption>
        <strong>{title}</strong> <span class="muted number">{words}</span>
      </figcaption>
      <div class="learn-few-pictures">
        {x &&
          PICTURE_SEEDS.map((seed, i) => (
            <PictureCanvas
              key={seed}
              pixels={toBytes(x.slice(i * size, (i + 1) * size).map((value) => value / range))}
              shape={shape}
              label={`${title}, ${words}, picture ${i + 1}`}
            />
          ))}
      </div>
    </figure>
  );
}

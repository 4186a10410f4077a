/** Few calls: a shipped teacher and its student draw from the same noise, so that nothing but the student differs. */
import { denoiserOf, isStraight, picturesCalled, sampleImages, startNoise } from '@onnoise/scheduler';
import {
  type Artefact,
  completeRequest,
  conditionRows,
  type Distilled,
  extraInputs,
  nullRow,
  type PictureOptions,
  STUDENT_SAMPLER,
  usualSampling,
} from '@onnoise/scheduler/model';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Card } from '../../../components/card.tsx';
import { usualConditions } from '../../../components/condition-words.ts';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import type { ModelEntry } from '../../../state/models.ts';
import { sizeOf, toBytes } from '../../../state/picture.ts';
import { announce, models } from '../../../state/store.ts';
import { askRows, type Lesson, readLesson, tell } from '../lesson.ts';
import { Cite, NetworkStatus } from '../parts.tsx';

/** A shipped student and its teacher, and how both draw, so that nothing but the student differs. */

interface Pair<Model> {
  teacher: Model;
  student: Model;
}

type Student = ModelEntry & { distilled: Distilled };

/** The shipped student of plain pictures whose teacher is shipped, too, as `hands-2` learnt from `hands`. */
function pairOf(all: readonly ModelEntry[]): (Pair<ModelEntry> & { student: Student }) | undefined {
  for (const student of all) {
    const { id, distilled, own, conditionImage, maskOutput, shows, latents } = student;
    if (!distilled || own || conditionImage || maskOutput || shows || latents) continue;
    const name = id.replace(/-\d+$/, '');
    const teacher = all.find((model) => model.id === name && !model.distilled && !model.own);
    if (teacher && `${teacher.shape}` === `${student.shape}`) return { teacher, student: { ...student, distilled } };
  }
  return undefined;
}

/** One for each picture. */
const PICTURE_SEEDS = [11, 12, 13, 14] as const;
/** The teacher in many steps, the teacher in those of its student, and the student. */
const DRAWINGS = ['many', 'few', 'student'] as const;
type Drawing = (typeof DRAWINGS)[number];

/** What to draw: with the student's sampler, and with the guidance that the student has built in. */
export function optionsOf({ teacher, student }: Pair<Artefact>, drawing: Drawing): PictureOptions {
  const { calls, guidance } = student.distilled!;
  const common = { seeds: PICTURE_SEEDS, sampler: STUDENT_SAMPLER, conditions: usualConditions(teacher) } as const;
  if (drawing === 'student') return { ...common, steps: calls, guidance: 1 };
  return {
    ...common,
    steps: drawing === 'many' ? Math.max(usualSampling(teacher).steps, calls) : calls,
    guidance: teacher.nullCondition ? guidance : 1,
    ...(!isStraight(teacher.scheduler) && { spacing: 'trailing' }), // its student begins where the noise is pure
  };
}

type Show = (x: Float32Array) => void;

async function drawPictures(lesson: Lesson, options: PictureOptions, signal: AbortSignal, show: Show): Promise<void> {
  const { seeds, labels, conditions, guidance, table, latents } = completeRequest(lesson, options);
  const extra = extraInputs(lesson);
  const denoise = denoiserOf(
    conditionRows(extra, { labels, conditions }, seeds.length),
    { absent: nullRow(extra), guidance },
    (rows) => async (x, timesteps) => (await askRows(lesson, { x, timesteps, rows, signal })).output,
  );
  const onStep = ({ x }: { x: Float32Array }) => show(x.slice());
  await sampleImages({ table, shape: lesson.shape, seeds, latents, denoise, onStep, signal });
}

/** What is drawn; a drawing is absent until its first step. */
interface Drawn {
  lessons: Pair<Lesson>;
  pictures: Partial<Record<Drawing, Float32Array>>;
}

/** Values of the noise are divided by it, to be shown as pictures. */
const NOISE_RANGE = 2;

export function FewCalls() {
  const pair = pairOf(models.value);
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const [busy, setBusy] = useState(false);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  if (!pair) return null;

  const draw = async () => {
    const controller = new AbortController();
    const { signal } = controller;
    abort.current = controller;
    setBusy(true);
    try {
      const lessons = { teacher: await readLesson(pair.teacher), student: await readLesson(pair.student) };
      signal.throwIfAborted();
      setDrawn({ lessons, pictures: {} });
      for (const drawing of DRAWINGS) {
        await drawPictures(lessons[modelOf(drawing)], optionsOf(lessons, drawing), signal, (x) =>
          setDrawn((before) => before && { lessons, pictures: { ...before.pictures, [drawing]: x } }),
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
    <Card title="Teacher and student, from the same noise" class="learn-few grid gap-16">
      <p>
        A better network makes better pictures. A student makes them sooner: in four calls of its network, in two, or in
        one. It learns from pairs: noise, and the picture that its teacher makes of this very noise in many steps. So it
        knows the end of a path from the start, and goes straight there (<Cite of="liu2022" />, <Cite of="lipman2022" />
        ). The teacher is guided (<Cite of="guidance2022" />
        ), which asks its network twice in each step; the student has that built in.
      </p>
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
      <NetworkStatus byPress />
      {drawn && (
        <div class="grid gap-12">
          <Strip
            title="The noise"
            words="the same for all"
            shape={drawn.lessons.teacher.shape}
            x={startNoise({ seeds: PICTURE_SEEDS }, sizeOf(drawn.lessons.teacher.shape)).map((v) => v / NOISE_RANGE)}
          />
          {DRAWINGS.map((drawing) => (
            <Strip
              key={drawing}
              title={drawing === 'student' ? 'Student' : 'Teacher'}
              words={callsOf(drawn.lessons, drawing)}
              shape={drawn.lessons.teacher.shape}
              x={drawn.pictures[drawing]}
            />
          ))}
        </div>
      )}
    </Card>
  );
}

const modelOf = (drawing: Drawing) => (drawing === 'student' ? 'student' : 'teacher');

/** Calls on the network for a picture: guidance makes two at a step. */
function callsOf(lessons: Pair<Lesson>, drawing: Drawing): string {
  const { table, guidance } = completeRequest(lessons[modelOf(drawing)], optionsOf(lessons, drawing));
  const count = picturesCalled(table.rows, guidance);
  const calls = count === 1 ? '1 call' : `${count} calls`;
  return guidance ? `in ${table.rows.length} steps, guided: ${calls}` : `in ${calls}`;
}

interface StripProps {
  title: string;
  words: string;
  shape: Lesson['shape'];
  /** [N, C, H, W] */
  x: Float32Array | undefined;
}

function Strip({ title, words, shape, x }: StripProps) {
  const size = sizeOf(shape);
  return (
    <figure class="grid gap-4">
      <figcaption>
        <strong>{title}</strong> <span class="muted number">{words}</span>
      </figcaption>
      <div class="learn-few-pictures grid gap-8">
        {x &&
          PICTURE_SEEDS.map((seed, i) => (
            <PictureCanvas
              key={seed}
              pixels={toBytes(x.subarray(i * size, (i + 1) * size))}
              shape={shape}
              label={`${title}, ${words}, picture ${i + 1}`}
            />
          ))}
      </div>
    </figure>
  );
}

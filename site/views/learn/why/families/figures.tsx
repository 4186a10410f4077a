/** The moving pictures of a VAE, a flow and a diffusion model. */
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Segmented } from '../../../../components/segmented.tsx';
import { Slider } from '../../../../components/slider.tsx';
import { readable } from '../../../forward/state/numbers.ts';
import { bent, LAYERS } from './bend.ts';
import { blurred, codeOf, decoded } from './blur.ts';
import { pathOf } from './calls.ts';
import { dataOf, judge, normals } from './eight.ts';
import { Family } from './family.tsx';
import { Moment } from './moment.tsx';
import { Plane } from './plane.tsx';
import { usePlay } from './use-play.ts';

/** Points on show, and points that the numbers are counted on. */
const [SHOWN, COUNTED] = [320, 1600];
/** Seeds of the data, of new codes, and of the blur. */
const [DATA, NEW, BLUR] = [1, 2, 3];
export const data = dataOf(DATA, SHOWN);
const fresh = normals(NEW, 2 * COUNTED);
const shown = fresh.subarray(0, 2 * SHOWN);

const mapped = (points: Float64Array, to: (x: number, y: number) => readonly [number, number]): Float64Array => {
  const out = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += 2) out.set(to(points[i]!, points[i + 1]!), i);
  return out;
};
const between = (from: Float64Array, to: Float64Array, share: number): Float64Array =>
  from.map((value, i) => value + share * (to[i]! - value));
/** The share of the way between two moments. */
const within = (at: number, from: number, to: number): number => Math.min(1, Math.max(0, (at - from) / (to - from)));

/** Codes are drawn this small, in the middle of the plane. */
const SMALL = 0.3;
/** Moments at which codes are there, blurred, and replaced by new ones. */
const [ENCODED, BLURRED, RENEWED] = [0.3, 0.5, 0.6];

export function Blur(): JSX.Element {
  const play = usePlay(7);
  const [blur, setBlur] = useState(0.4);
  const { at } = play;
  const judged = useMemo(() => judge(mapped(fresh, (x, y) => decoded(x, y, blur))), [blur]);
  const { codes, noisy, pictures } = useMemo(() => {
    const epsilon = normals(BLUR, 2 * SHOWN);
    const codes = data.map((value) => codeOf(value, blur));
    return {
      codes: codes.map((value) => SMALL * value),
      noisy: codes.map((value, i) => SMALL * blurred(value, blur, epsilon[i]!)),
      pictures: mapped(shown, (x, y) => decoded(x, y, blur)),
    };
  }, [blur]);
  const dots = useMemo(() => {
    const coded = between(data, codes, within(at, 0, ENCODED));
    const old = between(coded, noisy, within(at, ENCODED, BLURRED));
    const renewed = within(at, BLURRED, RENEWED);
    const made = between(
      shown.map((value) => SMALL * value),
      pictures,
      within(at, RENEWED, 1),
    );
    return [
      { points: data, ink: 'muted', radius: 3, strength: 0.35 },
      { points: old, ink: 'accent', radius: 3.6, strength: 1 - renewed },
      { points: made, ink: 'second', radius: 4, strength: renewed },
    ] as const;
  }, [at, codes]);
  const words = (moment: number) => {
    if (moment < ENCODED) return 'to codes';
    if (moment < BLURRED) return 'the codes blur';
    return moment < RENEWED ? 'new codes' : 'to new pictures';
  };
  return (
    <Family
      name="VAE"
      plane={<Plane label={`A variational autoencoder: ${words(at)}`} dots={dots} />}
      controls={
        <>
          <Moment {...play} name="VAE" words={words} />
          <Slider
            label="Blur of the codes"
            value={blur}
            min={0.1}
            max={0.9}
            step={0.05}
            format={(value) => readable(value, 2)}
            onInput={setBlur}
          />
        </>
      }
      judged={judged}
      calls={1}
    >
      A <strong>variational autoencoder</strong> shrinks each picture to a code and blurs it, until all codes together
      are one bell. A new picture is a new code, decoded. Where blurred codes overlap, the decoder can only give the
      mean of what they stand for: fast, and all kinds, but blurry.
    </Family>
  );
}

/** Lines of the bell's plane, and points along each. */
const [LINES, ALONG, EDGE] = [17, 120, 2.4];
/** Closer in the middle, which the flow stretches. */
const lineAt = (share: number) => EDGE * (2 * share - 1) * Math.abs(2 * share - 1);
const MESH = Array.from({ length: 2 * LINES }, (_, line) => {
  const fixed = lineAt((line >> 1) / (LINES - 1));
  return Float64Array.from({ length: 2 * ALONG }, (_, i) => {
    const moving = lineAt((i >> 1) / (ALONG - 1));
    return (i & 1) === (line & 1) ? moving : fixed;
  });
});

export function Bend(): JSX.Element {
  const play = usePlay(8);
  const done = play.at * LAYERS;
  const judged = useMemo(() => judge(mapped(fresh, (x, y) => bent(x, y, LAYERS))), []);
  const { dots, lines } = useMemo(() => {
    const to = (x: number, y: number) => bent(x, y, done);
    return {
      dots: [
        { points: data, ink: 'muted', radius: 3, strength: 0.35 },
        { points: mapped(shown, to), ink: 'second', radius: 4 },
      ] as const,
      lines: MESH.map((line) => mapped(line, to)),
    };
  }, [done]);
  const words = (at: number) => (at === 0 ? 'the bell' : `layer ${Math.ceil(at * LAYERS)} of ${LAYERS}`);
  return (
    <Family
      name="Flow"
      plane={<Plane label={`A normalising flow: ${words(play.at)}`} dots={dots} lines={lines} />}
      controls={<Moment {...play} name="flow" words={words} />}
      judged={judged}
      calls={1}
    >
      A <strong>normalising flow</strong> bends a bell into the data, layer by layer. Each layer can be undone, so the
      density of every picture is known, and it learns from that. But what can be undone may not tear: the grid bends
      and never breaks, so threads remain between the kinds.
    </Family>
  );
}

const CALLS = [1, 4, 50] as const;

export function Calls(): JSX.Element {
  const play = usePlay(5);
  const [calls, setCalls] = useState<(typeof CALLS)[number]>(50);
  const [path, setPath] = useState<readonly Float64Array[]>([fresh]);
  useEffect(() => {
    let left = false;
    void pathOf(fresh, calls).then((found) => {
      if (!left) setPath(found);
    });
    return () => {
      left = true;
    };
  }, [calls]);
  const judged = useMemo(() => judge(path.at(-1)!), [path]);
  const place = play.at * (path.length - 1);
  const step = Math.min(Math.floor(place), path.length - 1);
  const dots = useMemo(() => {
    const now = between(path[step]!, path[step + 1] ?? path[step]!, place - step).subarray(0, 2 * SHOWN);
    return [
      { points: data, ink: 'muted', radius: 3, strength: 0.35 },
      { points: now, ink: 'second', radius: 4 },
    ] as const;
  }, [path, place]);
  const words = (at: number) => `${Math.ceil(at * calls)} of ${calls} calls`;
  return (
    <Family
      name="Diffusion"
      plane={<Plane label={`Diffusion: ${words(play.at)}`} dots={dots} />}
      controls={
        <>
          <Moment {...play} name="diffusion" words={words} />
          <Segmented
            label="Network calls"
            value={String(calls)}
            options={CALLS.map((value) => ({ value: String(value), label: String(value) }))}
            onChange={(value) => setCalls(CALLS.find((one) => String(one) === value)!)}
          />
        </>
      }
      judged={judged}
      calls={calls}
    >
      <strong>Diffusion</strong> asks the VAE’s question, too: what is the mean of all that could be behind this? But it
      asks again and again, with less noise each time, and goes a little way. So nothing is blurred and no kind is
      missed. It pays with calls.
    </Family>
  );
}

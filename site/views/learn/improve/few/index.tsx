/** Few calls: why sampling takes many steps, and how a student does with few. */

import type { JSX } from 'preact';
import { Card } from '../../../../components/card.tsx';
import { Later } from '../../../../components/later.tsx';
import { useAddress } from '../../../../shell/use-address.ts';
import { Cite } from '../../cite.tsx';
import { Task } from '../../parts.tsx';
import './few.css';
import { Paths } from './paths.tsx';
import { PicturePair } from './picture-pair.tsx';
import { CALLS, PlanePair } from './plane-pair.tsx';
import { formatSettings, readSettings } from './settings.ts';
import { apply, learnt, pairs, settings, steps } from './state.ts';

export function FewCalls(): JSX.Element {
  useAddress({
    view: 'learn',
    part: 'improve',
    settings,
    read: (query) =>
      readSettings(query, pairs.peek().length > 0 ? pairs.peek().map(({ student }) => student.id) : CALLS),
    format: formatSettings,
    apply,
  });
  const [first, ...others] = pairs.value;
  return (
    <>
      <section class="learn-text grid gap-12">
        <h2>Fewer calls</h2>
        <p>
          A better network makes better pictures. A student makes them sooner: in four calls of its network, in two, or
          in one.
        </p>
      </section>
      <Task label="Try it with few steps" done={learnt.value && steps.value === 1}>
        Press <em>Learn</em>, then go from 50 steps down to one. First guess: which of the three still arrives?
      </Task>
      <Paths />
      <section class="learn-text grid gap-12">
        <ul>
          <li>
            <strong>Diffusion</strong> mixes a point with noise so that the variance stays. DDIM follows its paths
            without fresh noise.
          </li>
          <li>
            <strong>Flow matching</strong> mixes them on a straight line, which each pair of a point and its noise has
            for itself. But noise is drawn apart from the data, so the lines cross. Where they cross, the network can
            only learn the mean of their directions. So its paths bend, too, and it needs as many steps.
          </li>
          <li>
            Pure noise says nothing of the data. So the first guess of both is the mean of all data, and that is where a
            single step ends.
          </li>
          <li>
            <strong>The student</strong> learns the same way, but from other pairs: noise, and the point where its
            teacher takes this very noise. These lines hardly cross, so there is hardly a mean to learn: its paths are
            straight, and one call goes nearly as far as fifty. This is one round of reflow.
          </li>
        </ul>
      </section>
      <Later>
        <Card title="Teacher and student, from the same noise" class="grid gap-16">
          {first ? <PicturePair pairs={[first, ...others]} /> : <PlanePair />}
        </Card>
      </Later>
      <details class="learn-how">
        <summary>The papers</summary>
        <p>
          DDIM: <Cite of="ddim2020" />. Flow matching: <Cite of="lipman2022" />. Reflow: <Cite of="liu2022" />.
          Progressive distillation: <Cite of="distillation2022" />.
        </p>
      </details>
    </>
  );
}

/** What is below the first screen. Its plots need a library, which the first screen does not wait for. */
import type { JSX } from 'preact';
import { Later } from '../../components/later.tsx';
import { NextStep } from '../../components/next-step.tsx';
import { formatRoute } from '../../state/router.ts';
import { ChainDemo } from './chain/demo.tsx';
import './plots/plots.css';
import './formulas.css';
import './chain/chain.css';
import './below-widths.css';
import { Card } from '#site/components/card.tsx';
import { Formulas } from './formulas.tsx';
import { SchedulePlots } from './plots/schedule-plots.tsx';
import { ScheduleTable } from './plots/table.tsx';

export default function Below(): JSX.Element {
  return (
    <>
      <Plots />
      <Later>
        <Formulas />
      </Later>
      <Later>
        <ChainDemo />
        <NextStep href={formatRoute('learn', {}, 'guess')} label="Guess the noise">
          The picture is destroyed. Can a network say which noise is in it?
        </NextStep>
      </Later>
    </>
  );
}

function Plots(): JSX.Element {
  return (
    <Card title="Linear against cosine">
      <SchedulePlots />
      <ScheduleTable />
    </Card>
  );
}

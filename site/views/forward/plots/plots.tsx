import type { JSX } from 'preact';
import { Card } from '#site/components/card.tsx';
import { SchedulePlots } from './schedule-plots.tsx';
import { ScheduleTable } from './table.tsx';

export function Plots(): JSX.Element {
  return (
    <Card title="Linear against cosine">
      <SchedulePlots />
      <ScheduleTable />
    </Card>
  );
}

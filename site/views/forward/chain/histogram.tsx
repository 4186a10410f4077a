/** The noise in x_t by both ways, and the density that the closed form promises. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import '#site/state/language.ts';
import uPlot from 'uplot';
import { axis, FRAME, short } from '../plots/options.ts';
import { type Paint, Plot, type PlotOptions } from '../plots/plot.tsx';
import type { Outcome } from './run.ts';
import { binEdges, density, emptyTally, normalDensity } from './statistics.ts';

export interface HistogramProps {
  outcome: Outcome | null;
  /** sqrt(1 - alphaBar_t) */
  deviation: number;
}

export function Histogram({ outcome, deviation }: HistogramProps): JSX.Element {
  const data = useMemo(() => {
    const tally = outcome?.chain.noise ?? emptyTally(4 * deviation, 32);
    const edges = binEdges(tally);
    const bars = (side?: Outcome['chain']) => (side ? [...density(side.noise), 0] : [...edges].map(() => null));
    return [[...edges], bars(outcome?.jump), bars(outcome?.chain), [...edges].map((x) => normalDensity(x, deviation))];
  }, [outcome, deviation]) as uPlot.AlignedData;
  const label = outcome
    ? 'Histogram of the noise in x t: chain and jump both follow the normal density of the closed form.'
    : 'The normal density of the closed form; run both to lay the histograms over it.';
  return <Plot label={label} data={data} options={histogramOptions} />;
}

function histogramOptions(paint: Paint): PlotOptions {
  const stepped = uPlot.paths.stepped!({ align: 1 });
  const spline = uPlot.paths.spline!();
  return {
    ...FRAME,
    scales: { x: { time: false, range: (_, min, max) => [min, max] }, y: { range: (_, __, max) => [0, max * 1.08] } },
    axes: [
      axis(paint, { space: 56, size: 28, values: (_, splits) => splits.map(short) }),
      axis(paint, { space: 34, size: 48, values: (_, splits) => splits.map(short) }),
    ],
    series: [
      {},
      {
        stroke: paint('cosine'),
        fill: () => `${paint('cosine')()}33`,
        width: 1.5,
        paths: stepped,
        points: { show: false },
      },
      { stroke: paint('linear'), width: 1.5, paths: stepped, points: { show: false } },
      { stroke: paint('ink'), width: 1.5, dash: [4, 4], paths: spline, points: { show: false } },
    ],
  };
}

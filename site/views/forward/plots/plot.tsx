/** uPlot in a box of fixed height, as wide as its container, made in its turn; redrawn when the page's colours change. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import '#site/state/language.ts';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useInTurn } from '#site/components/later.tsx';
import { dark } from '#site/state/theme.ts';

export interface Colours {
  ink: string;
  muted: string;
  line: string;
  paper: string;
  linear: string;
  cosine: string;
}

/** uPlot asks for its colours at each drawing, through this. */
export type Paint = (name: keyof Colours) => () => string;

export type PlotOptions = Omit<uPlot.Options, 'width' | 'height'>;

export interface PlotProps {
  /** The text alternative. */
  label: string;
  data: uPlot.AlignedData;
  /** Called once, when the plot is made. Later changes must come through `data` or be read while drawing. */
  options(paint: Paint): PlotOptions;
  /** A new value redraws the plot. */
  mark?: unknown;
  /** Called for a press or a drag, with its x. */
  onPick?(x: number): void;
}

export function Plot({ label, data, options, mark, onPick }: PlotProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const colours = useRef<Colours | null>(null);
  const pick = useRef(onPick);
  pick.current = onPick;
  const due = useInTurn(true);

  useEffect(() => {
    if (!due) return;
    const element = box.current!;
    colours.current = readColours(element);
    const size = () => ({ width: element.clientWidth, height: element.clientHeight });
    const made = new uPlot({ ...size(), ...options((name) => () => colours.current![name]) }, data, element);
    plot.current = made;
    if (pick.current) followPointer(made, (x) => pick.current?.(x));
    const observer = new ResizeObserver(() => made.setSize(size()));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [due]);

  useEffect(() => {
    if (plot.current?.data !== data) plot.current?.setData(data);
  }, [data]);

  const isDark = dark.value;
  useEffect(() => {
    colours.current = readColours(box.current!);
    plot.current?.redraw(false, true);
  }, [isDark]);

  useEffect(() => plot.current?.redraw(false, false), [mark]);

  return (
    <div ref={box} class={onPick ? 'forward-plot forward-plot-pick' : 'forward-plot'} role="img" aria-label={label} />
  );
}

function readColours(element: HTMLElement): Colours {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: read('ink'),
    muted: read('muted'),
    line: read('line'),
    paper: read('forward-surface'),
    linear: read('forward-linear'),
    cosine: read('forward-cosine'),
  };
}

function followPointer(plot: uPlot, tell: (x: number) => void): void {
  const { over } = plot;
  const told = (event: PointerEvent) => tell(plot.posToVal(event.clientX - over.getBoundingClientRect().left, 'x'));
  over.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    over.setPointerCapture(event.pointerId);
    told(event);
  });
  over.addEventListener('pointermove', (event) => {
    if (over.hasPointerCapture(event.pointerId)) told(event);
  });
}

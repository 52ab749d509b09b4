import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface Series {
  label: string;
  /** One for each time; null: unknown. */
  values: readonly (number | null)[];
}

export interface PlotProps {
  /** What it shows, in a sentence: a screen reader reads it in the place of the picture. */
  label: string;
  /** Seconds since 1970. */
  times: readonly number[];
  series: readonly Series[];
  /** Write a value at the axis and in the legend. */
  format: (value: number) => string;
  height?: number;
  /** The top of the axis; else the largest value. */
  max?: number;
}

const STROKES = ["#4c6ef5", "#0c8599", "#e8590c", "#9c36b5"] as const;

/** A line chart on a canvas. */
export default function Plot({ label, times, series, format, height = 160, max }: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const scheme = useComputedColorScheme("light");
  const names = series.map((each) => each.label).join("\n");
  const formatting = useRef(format);

  useEffect(() => {
    formatting.current = format;
  });

  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const made = new uPlot(
      options(element, names.split("\n"), (value) => formatting.current(value), height, max),
      [[]],
      element,
    );
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [names, height, max, scheme]);

  useEffect(() => {
    plot.current?.setData([[...times], ...series.map((each) => [...each.values])] as uPlot.AlignedData);
  }, [times, series, names, height, max, scheme]);

  return <div ref={host} role="img" aria-label={label} />;
}

function options(
  element: HTMLElement,
  names: string[],
  format: (value: number) => string,
  height: number,
  max: number | undefined,
): uPlot.Options {
  const style = getComputedStyle(element);
  const text = style.getPropertyValue("--mantine-color-dimmed");
  const line = style.getPropertyValue("--appos-line");
  const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  return {
    width: element.clientWidth || 300,
    height,
    legend: { show: names.length > 1 },
    cursor: { y: false },
    scales: { y: { range: (_plot, _low, high) => [0, max ?? (high > 0 ? high * 1.1 : 1)] } },
    axes: [axis, { ...axis, size: 70, values: (_plot, values) => values.map(format) }],
    series: [
      {},
      ...names.map((name, place) => ({
        label: name,
        stroke: STROKES[place % STROKES.length] ?? STROKES[0],
        width: 1.5,
        value: (_plot: uPlot, value: number | null) => (value === null ? "–" : format(value)),
      })),
    ],
  };
}

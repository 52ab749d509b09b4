import { SegmentedControl, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queries } from "@/api/queries";
import type { Metrics, MetricsRange } from "@/api/types";
import { Chart, type Series } from "@/components/chart/Chart";
import { bytes, parseDate } from "@/components/format";
import { Card } from "@/components/PageFrame";
import { Loaded } from "@/components/States";
import { useLanguage, useT, type Key } from "@/i18n";
import classes from "./Usage.module.css";

const RANGES: readonly MetricsRange[] = ["1h", "6h", "24h", "7d"];
type Measure = Exclude<keyof Metrics["points"][number], "time">;

interface Drawn {
  title: Key;
  measures: readonly { measure: Measure; label: Key }[];
  unit: "percent" | "bytes" | "rate";
  /** The top of the axis, where it is known. */
  max?: (metrics: Metrics) => number;
}

const CPU: Drawn = {
  title: "usage.cpu",
  measures: [{ measure: "cpuPercent", label: "usage.cpu" }],
  unit: "percent",
};
const MEMORY: Drawn = {
  title: "usage.memory",
  measures: [{ measure: "memoryBytes", label: "usage.memory" }],
  unit: "bytes",
};
const NETWORK: Drawn = {
  title: "usage.network",
  measures: [
    { measure: "receivedBytesPerSecond", label: "usage.received" },
    { measure: "sentBytesPerSecond", label: "usage.sent" },
  ],
  unit: "rate",
};
const DISK: Drawn = {
  title: "usage.disk",
  measures: [{ measure: "diskBytes", label: "usage.disk" }],
  unit: "bytes",
  max: (metrics) => metrics.size.diskBytes,
};
const HOST: readonly Drawn[] = [
  { ...CPU, max: () => 100 },
  { ...MEMORY, max: (metrics) => metrics.size.memoryBytes },
  NETWORK,
  DISK,
];
const APP: readonly Drawn[] = [CPU, MEMORY, NETWORK];

/** What the host uses, or an app: over the last hour, or up to a week. */
export default function Usage({ app = "" }: { app?: string }) {
  const t = useT();
  const [range, setRange] = useState<MetricsRange>("1h");
  const query = useQuery(queries.metrics(range, app));
  return (
    <section aria-label={t("usage.title")}>
      <div className={classes.head}>
        <Title order={2} size="h4">
          {t("usage.title")}
        </Title>
        <SegmentedControl
          size="xs"
          aria-label={t("usage.range")}
          value={range}
          onChange={(value) => setRange(RANGES.find((each) => each === value) ?? "1h")}
          data={RANGES.map((value) => ({ value, label: t(`usage.range.${value}`) }))}
        />
      </div>
      <Loaded query={query}>
        {(metrics) =>
          metrics.points.length > 1 ? (
            <>
              <div className={classes.charts}>
                {(app ? APP : HOST).map((drawn) => (
                  <Drawing key={drawn.title} drawn={drawn} metrics={metrics} />
                ))}
              </div>
              {metrics.forecast && <p>{metrics.forecast.message}</p>}
            </>
          ) : (
            <p>{t("usage.none")}</p>
          )
        }
      </Loaded>
    </section>
  );
}

function Drawing({ drawn, metrics }: { drawn: Drawn; metrics: Metrics }) {
  const t = useT();
  const { code } = useLanguage();
  const percent = new Intl.NumberFormat(code, { style: "percent", maximumFractionDigits: 1 });
  const format = (value: number) => {
    if (drawn.unit === "percent") return percent.format(value / 100);
    return drawn.unit === "bytes" ? bytes(value, code) : `${bytes(value, code)}/s`;
  };
  const series: Series[] = drawn.measures.map(({ measure, label }) => ({
    label: t(label),
    values: metrics.points.map((point) => point[measure]),
  }));
  const told = series.map(({ label, values }) => {
    const known = values.filter((value): value is number => value !== null);
    const last = known.at(-1);
    if (last === undefined) return t("usage.unknown", { what: label });
    const [low, high] = [Math.min(...known), Math.max(...known)];
    return t("usage.told", { what: label, now: format(last), low: format(low), high: format(high) });
  });
  return (
    <Card>
      <Title order={3} size="h5">
        {t(drawn.title)}
      </Title>
      <Chart
        label={told.join(" ")}
        times={metrics.points.map((point) => (parseDate(point.time)?.getTime() ?? 0) / 1000)}
        series={series}
        format={format}
        {...(drawn.max && { max: drawn.max(metrics) })}
      />
      <p className={classes.told}>{told.join(" ")}</p>
    </Card>
  );
}

"use client";

import { scaleBand, scaleLinear } from "@visx/scale";
import { BarStack } from "@visx/shape";
import { ActivityTable } from "@/components/activity/activity-table";
import { PERIOD_LABELS } from "@/components/activity/labels";
import { Disclosure } from "@/components/ui/disclosure";
import { useZone } from "@/components/ui/time";
import { totalOf } from "@/lib/activity/rules";
import type { ActivityBin, ActivityPeriod } from "@/lib/activity/schema";
import { formatClock, formatCount, formatDayShort, formatInstant } from "@/lib/format";

type ActivityChartProps = { bins: readonly ActivityBin[]; period: ActivityPeriod };

const KEYS = ["granted", "refused"] as const;
const FILLS = { granted: "fill-accent-solid", refused: "fill-danger-solid" } as const;

/** The picture is stretched to its place, so it has its own units and no text. */
const [WIDTH, HEIGHT] = [1000, 200];

/** @returns the smallest even number of a round kind that nothing is above */
function roundTop(highest: number): number {
  const [, top = 2] = scaleLinear<number>({ domain: [0, Math.max(2, highest)], nice: 2 }).domain();
  return top % 2 === 0 ? top : top + 1;
}

/** Token requests over time: a picture, what it says in a sentence, and the same as a table. */
export function ActivityChart({ bins, period }: ActivityChartProps) {
  const zone = useZone();
  const { granted, refused } = totalOf(bins);
  const top = roundTop(Math.max(...bins.map((bin) => bin.granted + bin.refused)));
  const mark = (at: Date) => (period === "24h" ? formatClock(at, zone) : formatDayShort(at, zone));
  const middle = bins[Math.floor(bins.length / 2)];
  const sentence = `${formatCount(granted)} granted and ${formatCount(refused)} refused in the last ${PERIOD_LABELS[period]}`;
  return (
    <figure>
      <figcaption className="sr-only">Token requests: {sentence}</figcaption>
      <Legend />
      <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 text-xs leading-4 text-muted tabular-nums">
        <div aria-hidden className="-my-2 flex h-40 flex-col justify-between text-right">
          {[top, top / 2, 0].map((value) => (
            <span key={value}>{formatCount(value)}</span>
          ))}
        </div>
        <div className="relative h-36">
          <Bars bins={bins} top={top} label={`Token requests: ${sentence}`} zone={zone} />
          {granted + refused === 0 ? (
            <p className="absolute inset-0 flex items-center justify-center px-4 text-center text-sm">
              <span className="bg-surface px-2">No token was asked for in this time.</span>
            </p>
          ) : null}
        </div>
        <div aria-hidden className="col-start-2 mt-1.5 flex justify-between">
          <span>{bins[0] ? mark(bins[0].from) : null}</span>
          <span>{middle ? mark(middle.from) : null}</span>
          <span>now</span>
        </div>
      </div>
      <div className="mt-2">
        <Disclosure label="As a table">
          <ActivityTable bins={bins} />
        </Disclosure>
      </div>
    </figure>
  );
}

function Legend() {
  return (
    <ul aria-hidden className="mb-4 flex gap-4 text-small text-muted">
      <li className="flex items-center gap-1.5">
        <span className="size-2.5 rounded-link bg-accent-solid" />
        Granted
      </li>
      <li className="flex items-center gap-1.5">
        <span className="size-2.5 rounded-link bg-danger-solid" />
        Refused
      </li>
    </ul>
  );
}

type BarsProps = { bins: readonly ActivityBin[]; top: number; label: string; zone: string };

function Bars({ bins, top, label, zone }: BarsProps) {
  const xScale = scaleBand<number>({
    domain: bins.map((_, index) => index),
    range: [0, WIDTH],
    paddingInner: 0.25,
    paddingOuter: 0.1,
  });
  const yScale = scaleLinear<number>({ domain: [0, top], range: [HEIGHT, 0] });
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="absolute inset-0 size-full"
    >
      {[0, HEIGHT / 2, HEIGHT].map((y) => (
        <line
          key={y}
          x1={0}
          x2={WIDTH}
          y1={y}
          y2={y}
          vectorEffect="non-scaling-stroke"
          className="stroke-line"
        />
      ))}
      <BarStack<ActivityBin, (typeof KEYS)[number], typeof xScale, typeof yScale>
        data={[...bins]}
        keys={[...KEYS]}
        x={(bin) => bins.indexOf(bin)}
        xScale={xScale}
        yScale={yScale}
        color={(key) => FILLS[key]}
      >
        {(stacks) =>
          stacks.flatMap((stack) =>
            stack.bars
              .filter((bar) => bar.height > 0)
              .map((bar) => (
                <rect
                  key={`${stack.key}-${bar.index}`}
                  x={bar.x}
                  y={bar.y}
                  width={bar.width}
                  height={bar.height}
                  className={bar.color}
                />
              )),
          )
        }
      </BarStack>
      {bins.map((bin, index) => (
        // Over the whole height, so that the words come wherever the pointer rests above a stretch of time.
        <rect
          key={bin.from.getTime()}
          x={xScale(index) ?? 0}
          y={0}
          width={xScale.bandwidth()}
          height={HEIGHT}
          className="fill-transparent hover:fill-ink/5"
        >
          <title>
            {`From ${formatInstant(bin.from, zone)}: ${formatCount(bin.granted)} granted, ${formatCount(bin.refused)} refused`}
          </title>
        </rect>
      ))}
    </svg>
  );
}

"use client";

import { useEffect, useState, useSyncExternalStore } from "react";
import { formatAgo, formatDay, formatIn, formatInstant, formatLocal } from "@/lib/format";

const never = () => () => {};
const browserZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;
const serverZone = () => "UTC";

/** The server does not know the reader's zone: it writes UTC and says so, and the browser changes it after it took over. */
export function useZone(): string {
  return useSyncExternalStore(never, browserZone, serverZone);
}

/** @returns an instant as `datetime-local` shows it in a zone, `2026-11-23T14:05`; nothing for no instant */
export function localText(instant: string, zone: string): string {
  return instant === "" ? "" : formatLocal(new Date(instant), zone);
}

/** A point in time with its zone. */
export function Instant({ at }: { at: Date }) {
  return (
    <time dateTime={at.toISOString()} title={at.toISOString()} className="whitespace-nowrap tabular-nums">
      {formatInstant(at, useZone())}
    </time>
  );
}

/** The day; the full instant with its zone is in the title. */
export function Day({ at }: { at: Date }) {
  return <Titled at={at}>{formatDay(at, useZone())}</Titled>;
}

const TICK_MILLISECONDS = 30_000;

/** The server's clock, so that the first picture in the browser is the same, going on from there. */
function useTicking(now: Date): Date {
  const [shown, setShown] = useState(now);
  const started = now.getTime();
  useEffect(() => {
    const arrived = performance.now();
    const tick = () => setShown(new Date(started + performance.now() - arrived));
    tick();
    const timer = setInterval(tick, TICK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [started]);
  return shown;
}

type MomentProps = { at: Date; now: Date };

/** How long ago; the full instant with its zone is in the title. */
export function Ago({ at, now }: MomentProps) {
  const zone = useZone();
  return <Titled at={at}>{formatAgo(at, useTicking(now), zone)}</Titled>;
}

/** How soon; the full instant with its zone is in the title. */
export function Until({ at, now }: MomentProps) {
  return <Titled at={at}>{formatIn(at, useTicking(now))}</Titled>;
}

function Titled({ at, children }: { at: Date; children: string }) {
  return (
    <time
      dateTime={at.toISOString()}
      title={formatInstant(at, useZone())}
      className="whitespace-nowrap tabular-nums"
    >
      {children}
    </time>
  );
}

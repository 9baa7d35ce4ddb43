"use client";

import { useSyncExternalStore } from "react";
import { Banner } from "@/components/ui/banner";

const never = () => () => {};
const openedAt = () => window.location.origin;
const published = () => document.documentElement.dataset.origin ?? openedAt();
const unknown = () => null;

export const isOpenedElsewhere = (): boolean => openedAt() !== published();

/** Says so where the browser stands at another address than the one the operator set: forms sent from there may be refused. */
export function OpenedElsewhere() {
  const here = useSyncExternalStore(never, openedAt, unknown);
  const origin = useSyncExternalStore(never, published, unknown);
  if (here === origin) return null;
  return (
    <Banner look="note" className="mt-6">
      You opened this page at <b className="wrap-anywhere">{here}</b>, but Latchkey's address (ORIGIN) is{" "}
      <b className="wrap-anywhere">{origin}</b>. Open it there. If people should find it here, whoever runs
      the server sets ORIGIN to this address.
    </Banner>
  );
}

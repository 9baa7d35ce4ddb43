import type { Cut } from "@/components/hosts/disconnected";
import type { Action } from "@/components/ui/attempt";
import type { Rotated } from "@/lib/rotations/schema";

/** What can be done about rotations; the page passes the actions in. */
export type RotationActions = {
  readonly rotate: Action<Rotated>;
  readonly cancelRotation: Action<Cut>;
  readonly endRotation: Action<null>;
};

/** Where the page shows an open rotation. */
export const rotationAnchor = (rotationId: string): string => `rotation-${rotationId}`;

"use client";

import { useState } from "react";
import type { CredentialActions } from "@/components/credentials/credential-actions";
import { CancelRotationDialog, EndNowDialog } from "@/components/rotations/end-rotation-dialogs";
import { rotationAnchor } from "@/components/rotations/rotation-actions";
import { WaitingHosts } from "@/components/rotations/waiting-hosts";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { Progress } from "@/components/ui/progress";
import { Instant, Until } from "@/components/ui/time";
import { formatCount, formatQuantity } from "@/lib/format";
import { percentMoved } from "@/lib/rotations/rules";
import type { RotationView } from "@/lib/rotations/schema";

type OpenRotationsProps = {
  machineId: string;
  rotations: readonly RotationView[];
  now: Date;
  /** How many more live credentials of their kind the machine may have. */
  room: number;
  canChange: boolean;
  actions: CredentialActions;
};

/** The rotations under way, below the secrets or keys that they are of. */
export function OpenRotations({ rotations, ...common }: OpenRotationsProps) {
  return rotations.map((rotation) => <OpenRotation key={rotation.id} rotation={rotation} {...common} />);
}

type OpenRotationProps = Omit<OpenRotationsProps, "rotations"> & { rotation: RotationView };

function OpenRotation({ machineId, rotation, now, room, canChange, actions }: OpenRotationProps) {
  const { id, moved, waiting, fromCredentialId, toCredentialId } = rotation;
  const [asking, setAsking] = useState<"cancel" | "end" | null>(null);
  const titleId = `${rotationAnchor(id)}-title`;
  const known = moved + waiting;
  const dialog = { machineId, rotation, actions, onClose: () => setAsking(null) };
  return (
    <Panel as="section" aria-labelledby={titleId} className="mt-3 scroll-mt-4 p-4" id={rotationAnchor(id)}>
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <h3 id={titleId} tabIndex={-1} className="font-medium outline-none">
          Rotation of <Id>{fromCredentialId}</Id> to{" "}
          {toCredentialId === null ? "keys that its hosts make" : <Id>{toCredentialId}</Id>}
        </h3>
        {canChange ? (
          <div className="flex flex-wrap gap-2">
            <Button size="sm" onClick={() => setAsking("cancel")}>
              Cancel rotation
            </Button>
            <Button size="sm" look="dangerQuiet" onClick={() => setAsking("end")}>
              End the old one now
            </Button>
          </div>
        ) : null}
      </div>
      {known === 0 ? (
        <p className="mt-2">
          No host was seen on the old one in the last {formatQuantity(rotation.seenDays, "day")}.
        </p>
      ) : (
        <>
          <p className="mt-2 mb-1 tabular-nums">
            {formatCount(moved)} of {formatQuantity(known, "host")} moved
          </p>
          <Progress percent={percentMoved(rotation)} label="Hosts that have moved" />
        </>
      )}
      <p className="mt-2 text-small text-muted">
        <End rotation={rotation} now={now} />
        {rotation.handsOver ? HANDS_OVER[toCredentialId === null ? "keys" : "secret"] : null} Begun{" "}
        <Instant at={rotation.startedAt} />
        {rotation.startedBy ? ` by ${rotation.startedBy}` : null}.
      </p>
      {toCredentialId === null ? <NoRoom rotation={rotation} room={room} /> : null}
      {waiting > 0 ? <WaitingHosts rotation={rotation} now={now} /> : null}
      {asking === "cancel" ? <CancelRotationDialog {...dialog} /> : null}
      {asking === "end" ? <EndNowDialog {...dialog} /> : null}
    </Panel>
  );
}

const HANDS_OVER = {
  keys: " Robots that are connected each make a new pair and bring its public half.",
  secret: " Robots that are connected fetch the new one themselves.",
} as const;

/** Hosts are refused that would bring more keys than the machine may have. */
function NoRoom({ rotation, room }: { rotation: RotationView; room: number }) {
  const { waiting, moved, keyIds } = rotation;
  const missing = waiting - Math.max(0, keyIds.length - moved) - room;
  if (missing <= 0) return null;
  return (
    <p className="mt-2 text-small font-medium text-danger">
      The machine may have {formatQuantity(Math.max(0, room), "more live key")}, and{" "}
      {formatQuantity(missing, "host")} can bring none. Delete keys that are no longer used, or allow more in
      the tenant’s limits.
    </p>
  );
}

function Id({ children }: { children: string }) {
  return <span className="font-mono text-small break-all">{children}</span>;
}

/** When the old one ends. */
function End({ rotation, now }: { rotation: RotationView; now: Date }) {
  const { endsAt, retiresWhenMoved } = rotation;
  if (endsAt === null) {
    return retiresWhenMoved
      ? "The old one ends as soon as every host has moved."
      : "The old one has no end any more.";
  }
  return (
    <>
      {rotation.toCredentialId === null && rotation.keyIds.length === 0
        ? "Once a host has brought its key, the"
        : "The"}{" "}
      old one ends {retiresWhenMoved ? "as soon as every host has moved, at the latest " : null}
      <Until at={endsAt} now={now} /> (<Instant at={endsAt} />
      ).
    </>
  );
}

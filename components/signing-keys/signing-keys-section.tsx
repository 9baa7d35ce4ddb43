"use client";

import { FileKey, RotateCw } from "lucide-react";
import { useState } from "react";
import { ImportKeyDialog } from "@/components/signing-keys/import-key-dialog";
import type { SigningKeyActions } from "@/components/signing-keys/signing-key-actions";
import { SigningKeyRow } from "@/components/signing-keys/signing-key-row";
import { WithdrawKeyDialog } from "@/components/signing-keys/withdraw-key-dialog";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { type Column, StackTable } from "@/components/ui/stack-table";
import { Instant } from "@/components/ui/time";
import { useToasts } from "@/components/ui/toast";
import { formatQuantity } from "@/lib/format";
import { PUBLISHED_BEFORE_MINUTES } from "@/lib/identity/rules";
import type { SigningKeyPolicy, SigningKeyView } from "@/lib/identity/schema";

type SigningKeysSectionProps = {
  keys: readonly SigningKeyView[];
  policy: SigningKeyPolicy;
  canChange: boolean;
  actions: SigningKeyActions;
};

const COLUMNS: readonly Column[] = [
  { label: "Key ID" },
  { label: "Algorithm", className: "w-24" },
  { label: "State", className: "w-60" },
  { label: "Live tokens", className: "w-28" },
];
const ACTIONS: Column = { label: "Actions", className: "w-32", isHidden: true };

export function SigningKeysSection({ keys, policy, canChange, actions }: SigningKeysSectionProps) {
  const toasts = useToasts();
  const [asking, setAsking] = useState<"rotate" | "import" | SigningKeyView | null>(null);
  const close = () => setAsking(null);
  const next = keys.find(({ state }) => state === "Next");
  return (
    <section aria-labelledby="signing-keys">
      <div className="mb-3 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div className="max-w-2xl min-w-0">
          <h2 id="signing-keys" className="text-base font-semibold">
            Signing keys
          </h2>
          <p className="mt-0.5 text-muted">
            Robots' access tokens are signed with the active key. New keys sign with {policy.algorithm}
            {policy.rotationDays > 0
              ? ` and are replaced after ${formatQuantity(policy.rotationDays, "day")}.`
              : " and are replaced when somebody rotates."}
            {next?.until ? (
              <>
                {" "}
                A rotation is under way: the next key signs from <Instant at={next.until} />.
              </>
            ) : null}
          </p>
        </div>
        {canChange ? (
          <div className="flex flex-wrap gap-2">
            <Button onClick={() => setAsking("import")}>
              <FileKey aria-hidden size={15} />
              Import key
            </Button>
            <Button look="primary" disabled={next !== undefined} onClick={() => setAsking("rotate")}>
              <RotateCw aria-hidden size={15} />
              Rotate now
            </Button>
          </div>
        ) : null}
      </div>
      {canChange ? null : (
        <Banner look="note" className="mb-3">
          Signing keys belong to the whole installation, not to one tenant. Changing them is for people who
          manage the installation.
        </Banner>
      )}
      <StackTable label="Signing keys" columns={canChange ? [...COLUMNS, ACTIONS] : COLUMNS}>
        {keys.map((key) => (
          <SigningKeyRow
            key={key.kid}
            signingKey={key}
            onWithdraw={canChange ? () => setAsking(key) : undefined}
          />
        ))}
      </StackTable>
      {asking === "rotate" ? (
        <ConfirmDialog
          title="Rotate the signing key?"
          description={`A new ${policy.algorithm} key is published now and signs in ${PUBLISHED_BEFORE_MINUTES} minutes, when everybody who checks tokens has seen it. The present one then retires: tokens that it signed stay good until they expire.`}
          verb="Rotate"
          look="primary"
          run={() => actions.rotate({})}
          onDone={() => toasts.add({ title: "The next signing key is published." })}
          onClose={close}
        />
      ) : null}
      {asking === "import" ? <ImportKeyDialog importKey={actions.importKey} onClose={close} /> : null}
      {asking !== null && typeof asking === "object" ? (
        <WithdrawKeyDialog signingKey={asking} actions={actions} onClose={close} />
      ) : null}
    </section>
  );
}

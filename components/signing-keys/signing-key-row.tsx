import { Ban } from "lucide-react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { classes } from "@/components/ui/classes";
import { CopyButton } from "@/components/ui/copy-button";
import { StackCell, StackRow, Under } from "@/components/ui/stack-table";
import { Instant } from "@/components/ui/time";
import { formatCount } from "@/lib/format";
import type { SigningKeyView } from "@/lib/identity/schema";

const LOOKS = {
  Next: "brass",
  Active: "accent",
  Retired: "neutral",
  Withdrawn: "danger",
} as const;

/** How the moments of a state read: its beginning, and its end where that is known. */
const WORDS: Readonly<Record<SigningKeyView["state"], { since: string; until: string }>> = {
  Next: { since: "published", until: "signs from" },
  Active: { since: "signs since", until: "until" },
  Retired: { since: "signed until", until: "verifies until" },
  Withdrawn: { since: "since", until: "" },
};

type SigningKeyRowProps = { signingKey: SigningKeyView; onWithdraw: (() => void) | undefined };

export function SigningKeyRow({ signingKey, onWithdraw }: SigningKeyRowProps) {
  const { kid, algorithm, state, isImported, since, until, liveTokens } = signingKey;
  const kidId = `kid-${kid}`;
  const isWithdrawn = state === "Withdrawn";
  return (
    <StackRow>
      <StackCell>
        <span className="flex items-start gap-1">
          <span
            id={kidId}
            className={classes(
              "min-w-0 py-1 font-mono text-small leading-5",
              isWithdrawn && "text-muted line-through",
            )}
          >
            {kid}
          </span>
          <CopyButton value={kid} name="Copy key ID" describedBy={kidId} />
        </span>
        {isImported ? <Under>imported from another server</Under> : null}
      </StackCell>
      <StackCell label="Algorithm" className="@3xl:pt-3.5">
        {algorithm}
      </StackCell>
      <StackCell label="State" className="@3xl:pt-3.5">
        <Badge look={LOOKS[state]}>{state}</Badge>
        <Under>
          {isImported && state === "Retired" ? "imported" : WORDS[state].since} <Instant at={since} />
        </Under>
        {until ? (
          <Under>
            {WORDS[state].until} <Instant at={until} />
          </Under>
        ) : null}
      </StackCell>
      <StackCell label="Live tokens" isEmpty={isWithdrawn} className="tabular-nums @3xl:pt-3.5">
        {formatCount(liveTokens)}
      </StackCell>
      {onWithdraw ? (
        <StackCell className="@3xl:text-right">
          {isWithdrawn ? null : (
            <Button size="sm" look="dangerQuiet" aria-describedby={kidId} onClick={onWithdraw}>
              <Ban aria-hidden size={14} />
              Withdraw
            </Button>
          )}
        </StackCell>
      ) : null}
    </StackRow>
  );
}

"use client";

import { Download } from "lucide-react";
import { type ReactNode, useState } from "react";
import { keyEnvFile, keyEnvFileName, keyFileName } from "@/components/credentials/connect-snippets";
import { downloadText } from "@/components/credentials/download";
import { IssuedValue } from "@/components/credentials/issued-value";
import type { KeyPair } from "@/components/credentials/key-pair";
import { useIsApiClient } from "@/components/credentials/owner-kind";
import { ShownOnceDialog } from "@/components/credentials/shown-once-dialog";
import { Snippet } from "@/components/credentials/snippet";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog } from "@/components/ui/dialog";
import type { AddedKey } from "@/lib/credentials/schema";

type AddedKeyDialogProps = {
  added: AddedKey;
  /** The pair, when this browser made it. */
  pair: KeyPair | null;
  onClose: () => void;
};

/** What a robot must be given with its private key; and, when this browser made it, the private key itself, once. */
export function AddedKeyDialog({ added, pair, onClose }: AddedKeyDialogProps) {
  if (pair) return <MadePairDialog added={added} pair={pair} onClose={onClose} />;
  return (
    <Dialog
      open
      isWide
      onOpenChange={(isOpen) => isOpen || onClose()}
      title="Key added"
      description={
        <>
          For <strong className="font-medium text-ink">{added.machineName}</strong>
        </>
      }
      buttons={
        <Button look="primary" onClick={onClose}>
          Close
        </Button>
      }
    >
      <Facts added={added} />
    </Dialog>
  );
}

function MadePairDialog({ added, pair, onClose }: { added: AddedKey; pair: KeyPair; onClose: () => void }) {
  return (
    <ShownOnceDialog
      title="New key pair"
      machineName={added.machineName}
      promise="I have stored the private key"
      warning="Download the private key first, or tick that you have stored it. It exists in this browser only and is gone when this closes."
      onClose={onClose}
    >
      {(store) => (
        <>
          <Banner look="brass">
            <strong className="font-semibold">The private key can be downloaded only now.</strong> It was made
            in this browser and never sent. Keep it where only the robot can read it.
          </Banner>
          <Facts added={added}>
            <Button
              look="primary"
              onClick={() => {
                downloadText(keyFileName(added), pair.privateKeyPem);
                store();
              }}
            >
              <Download aria-hidden size={16} />
              Download private key
            </Button>
          </Facts>
        </>
      )}
    </ShownOnceDialog>
  );
}

function Facts({ added, children }: { added: AddedKey; children?: ReactNode }) {
  // Rendered in the browser only: the dialog exists after a click.
  const [origin] = useState(() => window.location.origin);
  const environment = keyEnvFile(origin, added);
  const isApiClient = useIsApiClient();
  return (
    <>
      <div className="flex flex-col gap-2">
        <IssuedValue label="Client ID" value={added.clientId} />
        <IssuedValue label="Key ID" value={added.keyId} />
      </div>
      {children ? <div className="flex flex-wrap gap-2">{children}</div> : null}
      <section aria-labelledby="connect-robot">
        <h3 id="connect-robot" className="text-small font-semibold">
          {isApiClient ? "Call the admin API" : "Connect a robot"}
        </h3>
        <p className="mb-2 text-small text-muted">
          The environment of a {isApiClient ? "program" : "robot"} whose private key lies beside it as{" "}
          {keyFileName(added)}.
        </p>
        <Snippet label="Environment file" text={environment}>
          <CopyButton value={environment} name="Copy environment file" text="Copy" />
          <Button size="sm" onClick={() => downloadText(keyEnvFileName(added), environment)}>
            <Download aria-hidden size={14} />
            Download .env
          </Button>
        </Snippet>
      </section>
    </>
  );
}

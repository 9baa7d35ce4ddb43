"use client";

import { Download } from "lucide-react";
import { useEffect, useState } from "react";
import { downloadText } from "@/components/credentials/download";
import { type SecretsAnswer, secretsFile } from "@/components/credentials/secrets-file";
import { ShownOnceDialog } from "@/components/credentials/shown-once-dialog";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { ScrollBox } from "@/components/ui/scroll-box";
import { TableHead, TableHeadRow, TableRow, WIDE } from "@/components/ui/table";
import { formatQuantity } from "@/lib/format";

/** So many are listed; the file has all of them. */
const LISTED = 100;

type SecretsFileDialogProps = { title: string; answer: SecretsAnswer; onClose: () => void };

/** The one time the client secrets of many machines can be downloaded. */
export function SecretsFileDialog({ title, answer, onClose }: SecretsFileDialogProps) {
  const { secrets, problems, encrypted, note } = answer;
  const [isStored, setStored] = useState(false);
  useEffect(() => {
    if (isStored) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isStored]);
  const file = secretsFile(answer);

  return (
    <ShownOnceDialog
      title={title}
      machineName={formatQuantity(new Set(secrets.map(({ clientId }) => clientId)).size, "machine")}
      promise="I have stored the file"
      warning="Download the file first, or tick that you have stored it. The client secrets in it cannot be shown again; without it, rotate them."
      onClose={onClose}
      finalFocus={() => document.querySelector<HTMLElement>("#main h1")}
    >
      {(store) => (
        <>
          <Banner look="brass">
            <strong className="font-semibold">The client secrets can be downloaded only now.</strong>{" "}
            {encrypted === null
              ? "The file holds them as plain text: store it where only you can read it, and delete it when the robots have them."
              : "The file is encrypted to the recipient you named; nothing here can read it."}
          </Banner>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <Button
              look="primary"
              onClick={() => {
                downloadText(file.name, file.text);
                setStored(true);
                store();
              }}
            >
              <Download aria-hidden size={16} />
              Download {formatQuantity(secrets.length, "secret")}
            </Button>
            <span className="font-mono text-small break-all text-muted">{file.name}</span>
          </div>
          {note ? <p>{note}</p> : null}
          <Problems problems={problems} />
          <Listed secrets={secrets} />
        </>
      )}
    </ShownOnceDialog>
  );
}

function Problems({ problems }: Pick<SecretsAnswer, "problems">) {
  if (problems.length === 0) return null;
  return (
    <Banner look="danger">
      <p className="font-medium">{formatQuantity(problems.length, "secret")} could not be made:</p>
      <ScrollBox label="What was not done" className="mt-1 max-h-32">
        <ul>
          {problems.slice(0, LISTED).map(({ name, detail }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
            <li key={index}>
              <span className="font-medium">{name}</span>: {detail}
            </li>
          ))}
        </ul>
      </ScrollBox>
    </Banner>
  );
}

function Listed({ secrets }: Pick<SecretsAnswer, "secrets">) {
  return (
    <div>
      <ScrollBox label="New secrets" className="max-h-56 rounded-control border border-line">
        <table className="w-full">
          <thead>
            <TableHeadRow>
              <TableHead className={WIDE}>Name</TableHead>
              <TableHead className={`${WIDE} max-sm:hidden`}>Client ID</TableHead>
              <TableHead className={WIDE}>Secret ID</TableHead>
            </TableHeadRow>
          </thead>
          <tbody>
            {secrets.slice(0, LISTED).map(({ secretId, machineName, clientId }) => (
              <TableRow key={secretId} className="h-8">
                <td className={`${WIDE} break-words`}>{machineName}</td>
                <td className={`${WIDE} font-mono text-small max-sm:hidden`}>{clientId}</td>
                <td className={`${WIDE} font-mono text-small`}>{secretId}</td>
              </TableRow>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {secrets.length > LISTED ? (
        <p className="mt-1 text-small text-muted">
          The first {LISTED}; the file has all {formatQuantity(secrets.length, "secret")}.
        </p>
      ) : null}
    </div>
  );
}

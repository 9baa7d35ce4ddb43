"use client";

import { Download } from "lucide-react";
import { type MouseEvent, useState } from "react";
import { type Action, attempt } from "@/components/ui/attempt";
import { Alert } from "@/components/ui/banner";
import { buttonClass } from "@/components/ui/button";

type ExportLinksProps = {
  files: readonly { readonly label: string; readonly href: string }[];
  /** Answers whether the person may take the record away now, or must prove first who they are. */
  ask: Action<null>;
};

const LOST = "The answer did not arrive. Try again.";

/** Not a router's links: they are files, and asking for one is recorded. */
export function ExportLinks({ files, ask }: ExportLinksProps) {
  const [failure, setFailure] = useState<string | null>(null);
  const take = async (event: MouseEvent, href: string) => {
    event.preventDefault();
    const answer = await attempt(() => ask({}), LOST);
    setFailure(answer.ok ? null : answer.message);
    if (answer.ok) window.location.assign(href);
  };
  return (
    <>
      {files.map(({ label, href }) => (
        <a key={href} href={href} onClick={(event) => take(event, href)} className={buttonClass()}>
          <Download aria-hidden size={15} />
          {label}
        </a>
      ))}
      <Alert className="w-full">{failure}</Alert>
    </>
  );
}

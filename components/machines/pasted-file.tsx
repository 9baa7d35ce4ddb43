"use client";

import { Download, FileUp } from "lucide-react";
import { useRef, useState } from "react";
import { downloadText } from "@/components/credentials/download";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { csvRecord } from "@/lib/csv";
import { MACHINE_COLUMNS } from "@/lib/machines/schema";

const EXAMPLES = [
  ["build-07", "Standard", "Invoices at night", "1", "0", "0", "Any", "Any", "invoices, night"],
  ["Invoices pool", "Template", "", "2", "0", "0", "Background", "CrossPlatform", ""],
];
const TEMPLATE = [MACHINE_COLUMNS, ...EXAMPLES].map(csvRecord).join("");

const FILE_MAX_BYTES = 1024 * 1024;

/** @throws TypeError where it is not UTF-8 */
async function textOf(file: File): Promise<string> {
  return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
}

/** Takes a file's text to where it can be read and mended, and gives one to begin with. */
export function PastedFile({ onText }: { onText: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > FILE_MAX_BYTES)
      return setFailure("This file is larger than 1 MiB: it is no list of machines.");
    try {
      onText(await textOf(file));
      setFailure(null);
    } catch {
      setFailure("This file is not UTF-8 text. Save it as “CSV UTF-8” and choose it again.");
    }
  };
  return (
    <div className="-mt-2 flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        <input
          ref={input}
          type="file"
          hidden
          accept=".csv,.txt,text/csv,text/plain"
          onChange={(event) => {
            const { files } = event.target;
            void take(files?.[0]).finally(() => {
              if (input.current) input.current.value = "";
            });
          }}
        />
        <Button size="sm" onClick={() => input.current?.click()}>
          <FileUp aria-hidden size={14} />
          Choose a file
        </Button>
        <Button size="sm" look="quiet" onClick={() => downloadText("machines.csv", TEMPLATE)}>
          <Download aria-hidden size={14} />
          Download a template
        </Button>
      </div>
      <Alert>{failure}</Alert>
    </div>
  );
}

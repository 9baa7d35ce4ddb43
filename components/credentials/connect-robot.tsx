"use client";

import { Tabs } from "@base-ui/react/tabs";
import { Download } from "lucide-react";
import { type ReactNode, useState } from "react";
import { curlCommands, envFile, envFileName } from "@/components/credentials/connect-snippets";
import { downloadText } from "@/components/credentials/download";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { ScrollBox } from "@/components/ui/scroll-box";
import type { IssuedSecret } from "@/lib/credentials/schema";

const TAB =
  "h-8 border-b-2 border-transparent px-1 text-[0.8125rem] font-medium text-muted hover:text-ink data-active:border-accent data-active:text-ink";

type ConnectRobotProps = { issued: IssuedSecret; onStored: () => void };

export function ConnectRobot({ issued, onStored }: ConnectRobotProps) {
  // Rendered in the browser only: the dialog exists after a click.
  const [origin] = useState(() => window.location.origin);
  const environment = envFile(origin, issued);
  return (
    <section aria-labelledby="connect-robot">
      <h3 id="connect-robot" className="text-[0.8125rem] font-semibold">
        Connect a robot
      </h3>
      <Tabs.Root defaultValue="env">
        <Tabs.List className="flex gap-4 border-b border-line">
          <Tabs.Tab value="env" className={TAB}>
            Environment file
          </Tabs.Tab>
          <Tabs.Tab value="curl" className={TAB}>
            curl
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="env" className="pt-3">
          <Snippet label="Environment file" text={environment}>
            <CopyButton value={environment} name="Copy environment file" text="Copy" onCopied={onStored} />
            <Button
              size="sm"
              onClick={() => {
                downloadText(envFileName(issued), environment);
                onStored();
              }}
            >
              <Download aria-hidden size={14} />
              Download .env
            </Button>
          </Snippet>
        </Tabs.Panel>
        <Tabs.Panel value="curl" className="pt-3">
          <p className="mb-2 text-[0.8125rem] text-muted">
            Next to the downloaded environment file. It reads the secret from there, so that it is in no shell
            history.
          </p>
          <Snippet label="curl commands" text={curlCommands(issued)}>
            <CopyButton value={curlCommands(issued)} name="Copy curl commands" text="Copy" />
          </Snippet>
        </Tabs.Panel>
      </Tabs.Root>
    </section>
  );
}

function Snippet({ label, text, children }: { label: string; text: string; children: ReactNode }) {
  return (
    <>
      <ScrollBox label={label} className="max-h-52 rounded-[4px] border border-line bg-sunken">
        <pre className="w-fit px-2.5 py-2 font-mono text-xs leading-5">{text}</pre>
      </ScrollBox>
      <div className="mt-2 flex flex-wrap gap-2">{children}</div>
    </>
  );
}

"use client";

import { Tabs } from "@base-ui/react/tabs";
import { Download } from "lucide-react";
import { useState } from "react";
import {
  adminCurlCommands,
  curlCommands,
  envFile,
  envFileName,
} from "@/components/credentials/connect-snippets";
import { downloadText } from "@/components/credentials/download";
import { useIsApiClient } from "@/components/credentials/owner-kind";
import { Snippet } from "@/components/credentials/snippet";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { tabClass, tabsClass } from "@/components/ui/tab";
import type { IssuedSecret } from "@/lib/credentials/schema";

type ConnectRobotProps = { issued: IssuedSecret; onStored: () => void };

export function ConnectRobot({ issued, onStored }: ConnectRobotProps) {
  // Rendered in the browser only: the dialog exists after a click.
  const [origin] = useState(() => window.location.origin);
  const environment = envFile(origin, issued);
  const isApiClient = useIsApiClient();
  const commands = isApiClient ? adminCurlCommands(envFileName(issued)) : curlCommands(issued);
  return (
    <section aria-labelledby="connect-robot">
      <h3 id="connect-robot" className="text-small font-semibold">
        {isApiClient ? "Call the admin API" : "Connect a robot"}
      </h3>
      <Tabs.Root defaultValue="env">
        <Tabs.List className={tabsClass}>
          <Tabs.Tab value="env" className={tabClass}>
            Environment file
          </Tabs.Tab>
          <Tabs.Tab value="curl" className={tabClass}>
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
          <p className="mb-2 text-small text-muted">
            Next to the downloaded environment file. It reads the secret from there, so that it is in no shell
            history.
          </p>
          <Snippet label="curl commands" text={commands}>
            <CopyButton value={commands} name="Copy curl commands" text="Copy" />
          </Snippet>
        </Tabs.Panel>
      </Tabs.Root>
    </section>
  );
}

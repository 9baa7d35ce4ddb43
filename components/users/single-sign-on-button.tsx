"use client";

import { LogIn } from "lucide-react";
import { useState } from "react";
import { Alert } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";

type SingleSignOnButtonProps = {
  label: string;
  /** Leaves for the provider's page. */
  go: () => Promise<unknown>;
};

const AWAY = "The server did not answer. Try again in a moment.";

/** The way to the OpenID provider. */
export function SingleSignOnButton({ label, go }: SingleSignOnButtonProps) {
  const [isPending, setPending] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const leave = async () => {
    if (isPending) return;
    setPending(true);
    setFailure(null);
    // The browser is on its way when this is done; it stays busy until it is gone.
    await go().catch(() => {
      setFailure(AWAY);
      setPending(false);
    });
  };
  return (
    <>
      <Alert>{failure}</Alert>
      <Button look="primary" aria-busy={isPending} onClick={leave}>
        <LogIn aria-hidden size={16} />
        {label}
      </Button>
    </>
  );
}

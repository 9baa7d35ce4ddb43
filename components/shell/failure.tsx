"use client";

import { BrokenKey } from "@/components/shell/art";
import { Button, ButtonLink } from "@/components/ui/button";
import { NoticePage } from "@/components/ui/notice-page";

export type FailureProps = { error: Error & { digest?: string }; retry: () => void };

export function Failure({ error, retry }: FailureProps) {
  return (
    <NoticePage
      picture={<BrokenKey />}
      title="This page could not be shown"
      buttons={
        <>
          <Button look="primary" onClick={retry}>
            Try again
          </Button>
          <ButtonLink href="/">Go to the start page</ButtonLink>
        </>
      }
    >
      <p role="alert">
        The server failed while it made this page. Often its database is away for a moment, and a second try
        is enough.
      </p>
      {error.digest ? (
        <p>
          If it stays, give whoever runs the server this number; it is in the log too:{" "}
          <code className="font-mono text-ink">{error.digest}</code>
        </p>
      ) : null}
    </NoticePage>
  );
}

import type { ReactNode } from "react";
import { LockPlate } from "@/components/shell/lock-plate";
import { Wordmark } from "@/components/shell/mark";
import { OpenedElsewhere } from "@/components/shell/opened-elsewhere";

type FrontPageProps = { title: string; lead?: ReactNode; children: ReactNode };

/** The frame of the pages before one is inside: sign-in, set-up, and addresses that lead nowhere. */
export function FrontPage({ title, lead, children }: FrontPageProps) {
  return (
    <div className="lg:grid lg:grid-cols-[minmax(30rem,5fr)_4fr]">
      <main className="mx-auto flex min-h-dvh w-full max-w-[25rem] flex-col px-5 pt-[12vh] pb-12">
        <Wordmark />
        <h1 className="mt-9 text-2xl leading-8 font-semibold tracking-[-0.015em]">{title}</h1>
        <OpenedElsewhere />
        {lead ? <div className="mt-1.5 text-muted">{lead}</div> : null}
        <div className="mt-6">{children}</div>
      </main>
      <LockPlate />
    </div>
  );
}

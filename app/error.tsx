"use client";

import { Failure, type FailureProps } from "@/components/shell/failure";

export default function RootError(props: FailureProps) {
  return (
    <main className="px-4 pt-[10vh]">
      <Failure {...props} />
    </main>
  );
}

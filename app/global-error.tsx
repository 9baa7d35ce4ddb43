"use client";

import { Failure, type FailureProps } from "@/components/shell/failure";
import { fontVariables } from "./fonts";
import "./globals.css";

/** Stands in for the root layout when that failed itself; it cannot know the chosen theme, so the system decides. */
export default function GlobalError(props: FailureProps) {
  return (
    <html lang="en" className={fontVariables}>
      <body className="font-sans antialiased">
        <title>Something broke · Latchkey</title>
        <main className="px-4 pt-[10vh]">
          <Failure {...props} />
        </main>
      </body>
    </html>
  );
}

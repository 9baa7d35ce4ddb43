import { version, versionText } from "@/lib/version";

/** @returns which Latchkey serves the page, as people read it */
export const runningVersion = (): string => versionText(version());

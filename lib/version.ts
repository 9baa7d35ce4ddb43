import { oncePerProcess } from "@/lib/shared";

/** Which Latchkey runs. */
export type Version = {
  /** As package.json says. */
  readonly release: string;
  /** What it was made from, shortened; null where nobody knows. */
  readonly commit: string | null;
};

const known = oncePerProcess("version", (): { version: Version } => ({
  version: { release: "unknown", commit: null },
}));

/** Said once, when the process starts. */
export function runs(version: Version): void {
  known.version = version;
}

/** @returns which Latchkey this process runs */
export const version = (): Version => known.version;

/** @returns it as people read it */
export const versionText = ({ release, commit }: Version): string =>
  commit === null ? `Latchkey ${release}` : `Latchkey ${release} · ${commit}`;

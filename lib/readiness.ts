import { oncePerProcess } from "@/lib/shared";

/** What the process knows of itself when it is asked whether it may be sent requests. */
type Readiness = {
  /** The newest migration that this version needs; null until the process has looked. */
  newestMigration: string | null;
  isStopping: boolean;
};

export const readiness = () =>
  oncePerProcess("readiness", (): Readiness => ({ newestMigration: null, isStopping: false }));

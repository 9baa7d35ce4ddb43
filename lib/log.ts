import pino from "pino";
import { oncePerProcess } from "@/lib/shared";

/**
 * The process's log: one JSON object a line on standard output. Fields that could hold a credential are removed
 * whatever the caller passes; still, pass none. server.ts sets the level once the environment is read.
 */
export const log = oncePerProcess("log", () =>
  pino({
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ["password", "clientSecret", "token", "authorization", "cookie", "setupToken", "*.password"],
      remove: true,
    },
  }),
);

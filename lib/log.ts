import pino from "pino";
import { oncePerProcess } from "@/lib/shared";

/**
 * The process's log: one JSON object a line on standard output. Fields that could hold a credential are removed
 * whatever the caller passes; still, pass none.
 */
export const log = oncePerProcess("log", () =>
  pino({
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    level: process.env.LOG_LEVEL ?? "info",
    redact: {
      paths: ["password", "clientSecret", "token", "authorization", "cookie", "setupToken", "*.password"],
      remove: true,
    },
  }),
);

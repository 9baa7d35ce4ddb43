/** The time at the server, as its answers tell it: what the robot signs is dated, and the host's own clock may be wrong. */
export type ServerClock = {
  /** Listens to an answer's `Date` (RFC 9110 §6.6.1). */
  hear(response: Response): void;
  /** NumericDate (RFC 7519 §2); by the host's clock until an answer came. */
  now(): number;
};

export function serverClock(): ServerClock {
  /** The server's time when the robot's own counter stood at 0, in milliseconds. */
  let origin: number | undefined;
  return {
    hear({ headers }) {
      const at = Date.parse(headers.get("date") ?? "");
      if (!Number.isNaN(at)) origin = at - performance.now();
    },
    now: () => Math.floor((origin === undefined ? Date.now() : origin + performance.now()) / 1000),
  };
}

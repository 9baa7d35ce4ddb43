import { subscribe } from "@/lib/live/notifications";

/** Resolves when this process has begun to listen, which it does once somebody wants to hear, or listens again. */
export const listensAnew = () =>
  new Promise<void>((resolve) => {
    const stop = subscribe("keys", () => {
      stop();
      resolve();
    });
  });

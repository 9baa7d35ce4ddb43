import { URI } from "otpauth";

/** An authenticator app that scanned a picture. @returns the code that it shows at a moment */
export function appOf(uri: string): (at: Date) => string {
  const totp = URI.parse(uri);
  if (!("period" in totp)) throw new Error("not a time-based key");
  return (at) => totp.generate({ timestamp: at.getTime() });
}

const HOME = "/";
const BASE = "http://latchkey.invalid";

/** @returns where a person goes after signing in: an address of ours or the start page, never another site */
export function signInTarget(callbackUrl: string | string[] | undefined): string {
  if (typeof callbackUrl !== "string" || !callbackUrl.startsWith("/") || !URL.canParse(callbackUrl, BASE))
    return HOME;
  const target = new URL(callbackUrl, BASE);
  const isOurs =
    target.origin === BASE && !/^\/(?:sign-in|setup|invite|reset|api)(?:\/|$)/.test(target.pathname);
  // A path may still begin with two slashes (`/.//evil.example`), which a browser reads as another host.
  return isOurs && !target.pathname.startsWith("//") ? target.pathname + target.search + target.hash : HOME;
}
